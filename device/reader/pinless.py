"""How a card signs after a face match, without its PIN.

An accredited reader shows the card a certificate of its terminal. The real terminal keys, and
the card's commands for the last step, are not public: no implementation here works with cards
that people carry. The interface is where an accredited or vendor module goes: one file.

While the JPKI application is selected it may say, through `CardFiles.send_ok` and, where nothing
else is named, with any CLA, P1, P2 and data:

| INS | command |
|---|---|
| 22 | MANAGE SECURITY ENVIRONMENT, without the data objects 81 and 82 (file, application) |
| 2A | PERFORM SECURITY OPERATION |
| 82 | EXTERNAL AUTHENTICATE |
| 84 | GET CHALLENGE |
| 86 | GENERAL AUTHENTICATE |
| 88 | INTERNAL AUTHENTICATE |
| A2 | presentation of a terminal's certificate, with CLA 80 and P2 C1 |
| FC | last command |

Anything else is a `ValueError` before it is sent. Files are opened with `CardFiles.open_file`, by
the values of `card_map`: a terminal cannot name the files that hold the 12-digit number.

Source: facts/card.md §8.1; ISO/IEC 7816-4:2020 clause 11.
"""

from typing import Protocol

from device.reader.card_files import CardFiles


class PinlessAuthenticator(Protocol):
    """A terminal a card may trust."""

    def unlock(self, files: CardFiles) -> None:
        """Opens the authentication key of the card's JPKI application, which is selected.

        Args:
            files: of the laid card. Its `send_ok` takes the commands named above, and none that
                could select or read a file.

        Raises:
            PinlessUnavailableError: the card does not trust this terminal.
            ReaderError: the card was lost.
        """
        ...
