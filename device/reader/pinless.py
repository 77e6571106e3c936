"""How a card signs after a face match, without its PIN.

An accredited reader shows the card a certificate of its terminal. The real terminal keys, and
the card's commands for the last step, are not public: no implementation here works with cards
that people carry. The interface is where an accredited or vendor module goes.

Source: facts/card.md §8.1.
"""

from typing import Protocol

from device.reader.card_files import CardFiles


class PinlessAuthenticator(Protocol):
    """A terminal a card may trust."""

    def unlock(self, files: CardFiles) -> None:
        """Opens the authentication key of the card's JPKI application, which is selected.

        Args:
            files: of the laid card. Its `send_ok` takes what a terminal needs (certificate,
                challenge, proof), and no command that could select or read a file.

        Raises:
            PinlessUnavailableError: the card does not trust this terminal.
            ReaderError: the card was lost.
        """
        ...
