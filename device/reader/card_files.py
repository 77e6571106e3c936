"""Applications and elementary files of one card: select, read, query tries, verify.

Source: ISO/IEC 7816-4 §11.2 (SELECT), §11.3 (READ BINARY), §11.6 (VERIFY); facts/card.md §6.1.
"""

from dataclasses import dataclass

from device.reader.apdu import SHORT_ANSWER_BYTES, CommandApdu, ResponseApdu
from device.reader.errors import ApplicationMissingError, CardAnswerError, MalformedAnswerError
from device.reader.exchange import Exchange
from device.reader.status_word import StatusWord

_MAX_FILE_BYTES = 0x7FFF
"""READ BINARY has 15 bits for the offset."""
_CURRENT_FILE = 0x80


@dataclass(frozen=True, slots=True)
class SecretReference:
    """A PIN or code the card compares with what is presented."""

    file_id: int
    full_tries: int
    """Tries of an untouched counter."""


class CardFiles:
    """What is selected on the card, so that nothing is selected twice.

    Selecting an application again may drop what was verified in it (facts/card.md §2), so
    not doing so is more than thrift.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._application: bytes | None = None
        self._file_id: int | None = None

    def send(self, command: CommandApdu) -> ResponseApdu:
        """One command, whatever its answer; see `Exchange.send`."""
        return self._exchange.send(command)

    def send_ok(self, command: CommandApdu) -> bytes:
        """One command that must succeed; see `Exchange.send_ok`."""
        return self._exchange.send_ok(command)

    def open_application(self, aid: bytes) -> None:
        """Selects an application by its full identifier; nothing happens if it is selected.

        The very first command after power-up may be lost (facts/card.md §1.3), so a SELECT
        answered like that is sent once more.

        Raises:
            ApplicationMissingError: the card knows no such application.
            ReaderError: as `Exchange.send`.
        """
        if aid == self._application:
            return
        self._application = self._file_id = None
        select = CommandApdu(0x00, 0xA4, 0x04, 0x0C, aid)
        response = self.send(select)
        if response.status_word.is_first_after_power_up:
            response = self.send(select)
        if not response.status_word.is_ok:
            raise ApplicationMissingError
        self._application = aid

    def open_file(self, file_id: int) -> None:
        """Selects an elementary file of the open application, unless it is selected.

        Raises:
            CardAnswerError: it is not there.
            ReaderError: as `Exchange.send`.
        """
        if file_id == self._file_id:
            return
        self._file_id = None
        self.send_ok(CommandApdu(0x00, 0xA4, 0x02, 0x0C, file_id.to_bytes(2, "big")))
        self._file_id = file_id

    def read(self, offset: int, length: int) -> bytes:
        """Bytes of the open file, in as few short commands as possible.

        Args:
            offset: from the start of the file, bytes.
            length: how many, bytes.

        Raises:
            CardAnswerError: not allowed.
            MalformedAnswerError: the file ends early or cannot be that long.
            ReaderError: as `Exchange.send`.
        """
        end = offset + length
        if end > _MAX_FILE_BYTES:
            raise MalformedAnswerError("file is longer than a card can hold")
        data = bytearray()
        while (position := offset + len(data)) < end:
            data += self._read_block(position, min(end - position, SHORT_ANSWER_BYTES))
        return bytes(data)

    def tries_left(self, reference: SecretReference) -> int:
        """How often a wrong secret may still be presented; asking costs no try.

        Raises:
            CardAnswerError: the card does not say.
            ReaderError: as `Exchange.send`.
        """
        self.open_file(reference.file_id)
        answer = self.send(CommandApdu(0x00, 0x20, 0x00, _CURRENT_FILE)).status_word
        if answer.tries_left is not None:
            return answer.tries_left
        if answer.is_blocked:
            return 0
        if answer.is_ok or answer.is_rejected_uncounted:
            return reference.full_tries
        raise CardAnswerError(answer)

    def verify(self, secret: bytes | bytearray) -> StatusWord:
        """Presents a secret to the open reference, once and never again by itself.

        Args:
            secret: what the card compares; no copy of it is left behind.

        Raises:
            ReaderError: as `Exchange.send`; a try may be spent nevertheless.
        """
        return self.send(CommandApdu(0x00, 0x20, 0x00, _CURRENT_FILE, secret)).status_word

    def _read_block(self, offset: int, ne: int) -> bytes:
        response = self.send(CommandApdu(0x00, 0xB0, offset >> 8, offset & 0xFF, ne=ne))
        if not (response.status_word.is_ok or response.status_word.is_end_of_file):
            raise CardAnswerError(response.status_word)
        if len(response.data) != ne:
            # Only whole blocks: a card that gives byte by byte could hold the reader for hours.
            raise MalformedAnswerError("file ends early, or the card sent too much")
        return response.data
