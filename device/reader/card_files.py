"""Applications and elementary files of one card: select, read, query tries, verify, sign.

Source: ISO/IEC 7816-4 §11.2 (SELECT), §11.3 (READ BINARY), §11.4 (READ RECORD), §11.6 (VERIFY);
facts/card.md §6.1.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from device.reader.apdu import SHORT_ANSWER_BYTES, CommandApdu, ResponseApdu
from device.reader.card_map import Application, CardFile, ForeignApplication, application_of
from device.reader.errors import (
    ApplicationMissingError,
    CardAnswerError,
    MalformedAnswerError,
    ReadingStoppedError,
)
from device.reader.exchange import Exchange
from device.reader.own_commands import require_no_file_named
from device.reader.status_word import StatusWord

_MAX_FILE_BYTES = 0x7FFF
"""READ BINARY has 15 bits for the offset."""
_CURRENT_FILE = 0x80
_SHORT_ID_BITS = 0x1F
_NO_TEMPLATE = 0x0C
"""P2 of SELECT: nothing to be told about what was selected."""
_PAYMENT = (ForeignApplication.CONTACTLESS_PAYMENT, ForeignApplication.CONTACT_PAYMENT)
"""Payment cards are selected with an answer, or not at all."""


@dataclass(frozen=True, slots=True)
class SecretReference:
    """A PIN or code the card compares with what is presented."""

    file: CardFile
    full_tries: int
    """Tries of an untouched counter."""


def never() -> bool:
    """Nobody stops a reading."""
    return False


class CardFiles:
    """What is selected on the card, so that what is selected is not selected again.

    Selecting an application again may drop what was verified in it (facts/card.md §2), so
    not doing so is more than thrift. A file named by its short identifier needs no SELECT of its
    own; a card that does not know them is asked the long way from then on.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._application: Application | None = None
        self._file: CardFile | None = None
        self._knows_short_ids = True
        """Until a card shows that it does not."""
        self._asked_by_short_id: set[CardFile] = set()
        """Secrets whose tries the card told by short identifier: it will compare them as well."""

    def send_ok(self, command: CommandApdu) -> bytes:
        """A command that must succeed and that names no file; see `Exchange.send_ok`.

        Raises:
            ValueError: the command could name a file; see `own_commands`.
            CardAnswerError: the card refused.
            ReaderError: as `Exchange.send`.
        """
        require_no_file_named(command, self._application)
        return self._exchange.send_ok(command)

    def open_application(self, application: Application) -> None:
        """Selects an application; nothing happens if it is selected.

        Raises:
            ApplicationMissingError: the card has no such application.
            CardAnswerError: the card says neither that it has it nor that it has not.
            ReaderError: as `Exchange.send`.
        """
        if application is self._application:
            return
        self._application = self._file = None
        select = CommandApdu(0x00, 0xA4, 0x04, _NO_TEMPLATE, application.value)
        word = self._exchange.send(select).status_word
        if word.is_application_missing:
            raise ApplicationMissingError
        _require_selected(word)
        self._application = application

    def has_application(self, application: ForeignApplication) -> bool:
        """Whether the card lets an application of another kind of card be selected.

        A word that tells nothing counts as no: it only decides by which name a card is refused.

        Raises:
            ReaderError: as `Exchange.send`.
        """
        self._application = self._file = None
        if application in _PAYMENT:
            select = CommandApdu(0x00, 0xA4, 0x04, 0x00, application.value, SHORT_ANSWER_BYTES)
        else:
            select = CommandApdu(0x00, 0xA4, 0x04, _NO_TEMPLATE, application.value)
        return self._exchange.send(select).status_word.is_selected

    def unique_id(self) -> bytes:
        """What the reader, not the card, calls this card; empty where it does not tell.

        Raises:
            ReaderError: as `Exchange.send`.

        Source: PC/SC part 3 §3.2.2.1.3 (GET DATA).
        """
        response = self._exchange.send(CommandApdu(0xFF, 0xCA, 0x00, 0x00, ne=SHORT_ANSWER_BYTES))
        return response.data if response.status_word.is_ok else b""

    def open_file(self, file: CardFile) -> None:
        """Selects a file, and its application if that is not selected.

        Raises:
            ApplicationMissingError: the card has no such application.
            CardAnswerError: the file is not there, or the card does not say.
            ReaderError: as `Exchange.send`.
        """
        self.open_application(application_of(file))
        if file is self._file:
            return
        self._file = None
        file_id = file.value.to_bytes(2, "big")
        select = CommandApdu(0x00, 0xA4, 0x02, _NO_TEMPLATE, file_id)
        _require_selected(self._exchange.send(select).status_word)
        self._file = file

    def read(
        self,
        file: CardFile,
        offset: int,
        length: int,
        is_stopped: Callable[[], bool] = never,
    ) -> bytes:
        """Bytes of a file, in as few short commands as possible.

        Args:
            file: what to read.
            offset: from the start of the file, bytes.
            length: how many, bytes.
            is_stopped: asked before every command; True ends the reading.

        Raises:
            CardAnswerError: not allowed, or nothing is left there.
            MalformedAnswerError: the file ends early or cannot be that long.
            ReadingStoppedError: `is_stopped` said so.
            ReaderError: as `Exchange.send`.
        """
        end = offset + length
        if end > _MAX_FILE_BYTES:
            raise MalformedAnswerError("file is longer than a card can hold")
        self.open_file(file)
        data = bytearray()
        while (position := offset + len(data)) < end:
            if is_stopped():
                raise ReadingStoppedError
            ne = min(end - position, SHORT_ANSWER_BYTES)
            read = CommandApdu(0x00, 0xB0, position >> 8, position & 0xFF, ne=ne)
            data += _whole_block(self._exchange.send(read), ne)
        return bytes(data)

    def read_start(self, file: CardFile, length: int) -> bytes:
        """The first bytes of a file, at most 256, in one command.

        Raises:
            CardAnswerError: not there, empty, or not allowed.
            MalformedAnswerError: the file is shorter.
            ReaderError: as `Exchange.send`.
        """
        response = self._ask(
            file, lambda short_id: CommandApdu(0x00, 0xB0, short_id or 0, 0x00, ne=length)
        )
        return _whole_block(response, length)

    def read_record(self, file: CardFile, number: int) -> bytes:
        """One record of a file, at most 256 bytes.

        Raises:
            CardAnswerError: not there, or not allowed.
            ReaderError: as `Exchange.send`.
        """
        response = self._ask(
            file,
            lambda short_id: CommandApdu(
                0x00, 0xB2, number, (short_id & _SHORT_ID_BITS) << 3 | 0x04, ne=SHORT_ANSWER_BYTES
            ),
        )
        return _block(response)

    def tries_left(self, reference: SecretReference) -> int:
        """How often a wrong secret may still be presented; asking costs no try.

        Raises:
            CardAnswerError: the card does not say, asked twice.
            ReaderError: as `Exchange.send`.
        """
        with suppress(CardAnswerError):
            return self._tries_told(reference)
        # The word may be a slip, or about the short identifier: no PIN is called locked for that.
        self.open_file(reference.file)
        return self._tries_told(reference)

    def get_ready_to_verify(self, reference: SecretReference) -> None:
        """Selects what must be selected before a secret can be presented, and looks at the time.

        A wrong secret costs a try also where nobody waits for the answer any more.

        Raises:
            CardTimeoutError: the session's time is too short for the answer.
            ReaderError: as `open_file`, or the card was lost before; nothing secret was sent.
        """
        self._exchange.require_alive()
        self.open_application(application_of(reference.file))
        if reference.file not in self._asked_by_short_id:
            self.open_file(reference.file)
        self._exchange.require_whole_deadline()

    def verify(self, reference: SecretReference, secret: bytes | bytearray) -> StatusWord:
        """Presents a secret, once and never again by itself.

        Args:
            reference: where the card keeps it.
            secret: what the card compares; no copy of it is left behind.

        Raises:
            ReaderError: as `open_file` and `Exchange.send`; a try may be spent nevertheless.
        """
        self.get_ready_to_verify(reference)
        is_asked = reference.file in self._asked_by_short_id
        p2 = _short_id(reference.file) if is_asked else _CURRENT_FILE
        return self._exchange.send(CommandApdu(0x00, 0x20, 0x00, p2, secret)).status_word

    def sign(self, key: CardFile, digest_info: bytes) -> bytes:
        """The signature of a key of the card, padded by the card (PKCS #1 v1.5).

        Args:
            key: its file.
            digest_info: DER of DigestInfo.

        Raises:
            CardAnswerError: the key is not open (6982) or not there.
            ReaderError: as `Exchange.send`.
        """
        response = self._ask(
            key,
            lambda short_id: CommandApdu(
                0x80, 0x2A, 0x00, short_id or _CURRENT_FILE, digest_info, SHORT_ANSWER_BYTES
            ),
        )
        return _data_of(response)

    def _tries_told(self, reference: SecretReference) -> int:
        word = self._ask(
            reference.file,
            lambda short_id: CommandApdu(0x00, 0x20, 0x00, short_id or _CURRENT_FILE),
        ).status_word
        tries_left = word.tries_left_of(reference.full_tries)
        if tries_left is None:
            raise CardAnswerError(word)
        if self._file is not reference.file:
            self._asked_by_short_id.add(reference.file)
        return tries_left

    def _ask(self, file: CardFile, command: Callable[[int], CommandApdu]) -> ResponseApdu:
        """Sends a command without secret about a file, named by its short identifier.

        Args:
            file: what it is about.
            command: from the short identifier with bit 8 set, or 0 for the selected file.
        """
        self.open_application(application_of(file))
        if not self._knows_short_ids or file is self._file:
            self.open_file(file)
            return self._exchange.send(command(0))
        response = self._exchange.send(command(_short_id(file)))
        # Whether a short identifier also selects is left open: nothing builds on it.
        self._file = None
        if not response.status_word.is_naming_refused:
            return response
        self.open_file(file)
        # That file is there, so it was the way of naming it.
        self._knows_short_ids = False
        return self._exchange.send(command(0))


def _short_id(file: CardFile) -> int:
    file_id: int = file.value
    return _CURRENT_FILE | file_id & _SHORT_ID_BITS


def _require_selected(word: StatusWord) -> None:
    if not word.is_selected:
        raise CardAnswerError(word)


def _whole_block(response: ResponseApdu, length: int) -> bytes:
    block = _block(response)
    if len(block) != length:
        # Only whole blocks: a card that gives byte by byte could hold the reader for hours.
        raise MalformedAnswerError("file ends early, or the card sent too much")
    return block


def _block(response: ResponseApdu) -> bytes:
    """What was read; that the file or record ends with it may be said by a word of its own."""
    is_end = response.status_word.is_end_of_file
    return response.data if is_end and response.data else _data_of(response)


def _data_of(response: ResponseApdu) -> bytes:
    if not response.status_word.is_ok:
        raise CardAnswerError(response.status_word)
    return response.data
