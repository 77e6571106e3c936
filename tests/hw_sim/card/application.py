"""One card application: file selection, PINs, reading and signing, the same for all of them.

Source: ISO/IEC 7816-4:2020 clause 11; facts/card.md §4, §6.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.hw_sim.card import status_words as sw
from tests.hw_sim.card.apdu import Answer, Command
from tests.hw_sim.card.errors import RefusedError
from tests.hw_sim.card.files import File, KeyFile, PinReference, RecordFile, TransparentFile
from tests.hw_sim.card.pinless import TerminalReference
from tests.hw_sim.card.profile import CardKind, CardProfile
from tests.hw_sim.card.signature import sign

_CURRENT_FILE = 0x80
_FileT = TypeVar("_FileT", TransparentFile, RecordFile, KeyFile, PinReference, TerminalReference)


@dataclass(slots=True)
class Application:
    """The files behind one AID and the file that is selected among them."""

    aid: bytes
    """Application identifier."""
    files: Mapping[int, File]
    """File identifier → file."""
    profile: CardProfile
    """The card's manners."""
    own_key: RSAPrivateKey | None = field(default=None, repr=False)
    """Proves that the chip is genuine; signs without any credential."""
    data_objects: Mapping[int, bytes] = field(default_factory=dict)
    """GET DATA tag → value."""
    is_card_manager: bool = False
    """The application that is selected at power-up and has no files."""
    _current: File | None = None

    def select(self) -> None:
        """Become the selected application, with no file selected."""
        self._current = None
        if not self.profile.is_status_kept_on_reselect:
            self.forget_verified()

    def forget_verified(self) -> None:
        """Close everything that a secret had opened."""
        for file in self.files.values():
            if isinstance(file, PinReference):
                file.is_verified = False
            elif isinstance(file, TerminalReference):
                file.forget()

    @property
    def has_disclosed_my_number(self) -> bool:
        """A byte of a file that holds the 12-digit number has left the card."""
        files = self.files.values()
        return any(
            isinstance(file, TransparentFile) and file.is_my_number and file.was_read
            for file in files
        )

    def answer(self, command: Command) -> Answer:
        """Carry out one command.

        Raises:
            RefusedError: The card answers with a status word other than 9000 and no data.
        """
        handlers: dict[tuple[int, int], Callable[[Command], Answer]] = {
            (0x00, 0xA4): self._select_file,
            (0x00, 0x20): self._verify,
            (0x00, 0xB0): self._read_binary,
            (0x00, 0xB2): self._read_record,
            (0x00, 0x84): self._get_challenge,
            (0x00, 0xCA): self._get_data,
            (0x80, 0x2A): self._sign,
            (0x80, 0xA2): self._take_terminal_certificate,
            (0x00, 0x82): self._external_authenticate,
            (0x80, 0xFC): self._last_command_indicator,
        }
        handler = handlers.get((command.cla, command.ins))
        if handler is None:
            is_ins_known = any(command.ins == ins for _, ins in handlers)
            raise RefusedError(sw.WRONG_CLA if is_ins_known else sw.WRONG_INS)
        return handler(command)

    def _select_file(self, command: Command) -> Answer:
        if command.p1 == 0x00 and not self.is_card_manager:
            if command.data:
                raise RefusedError(sw.FILE_NOT_FOUND)
            return Answer()
        if command.p1 != 0x02 or command.p2 != 0x0C or self.is_card_manager:
            raise RefusedError(sw.WRONG_P1_P2)
        if len(command.data) != 2:
            raise RefusedError(sw.WRONG_LENGTH)
        file = self.files.get(int.from_bytes(command.data, "big"))
        if file is None:
            raise RefusedError(sw.FILE_NOT_FOUND)
        self._current = file
        return Answer()

    def _verify(self, command: Command) -> Answer:
        if command.p1 != 0:
            raise RefusedError(sw.WRONG_P1_P2)
        reference = self._named_by_p2(command.p2, PinReference)
        if command.data:
            reference.verify(command.data)
            return Answer()
        if reference.is_verified and self.profile.is_empty_verify_ok_once_verified:
            return Answer()
        raise RefusedError(reference.query_status_word)

    def _read_binary(self, command: Command) -> Answer:
        if command.data or command.ne == 0:
            raise RefusedError(sw.WRONG_LENGTH)
        offset = command.p1 << 8 | command.p2
        if command.p1 & 0x80:
            offset = command.p2
            self._current = self._by_short_id(command.p1)
        file = self._expect(self._current, TransparentFile)
        self._require_opened(file.opened_by)
        end_of_file = self.profile.end_of_file_status_word
        chunk = file.content[offset : offset + command.ne]
        if not chunk:
            raise RefusedError(end_of_file)
        file.was_read = True
        is_short = len(chunk) < command.ne and end_of_file == sw.END_OF_FILE
        return Answer(chunk, sw.END_OF_FILE if is_short else sw.OK)

    def _read_record(self, command: Command) -> Answer:
        if command.p2 & 0x07 != 0x04:
            raise RefusedError(sw.WRONG_P1_P2)
        if command.p2 >> 3:
            self._current = self._by_short_id(_CURRENT_FILE | command.p2 >> 3)
        file = self._expect(self._current, RecordFile)
        if not 1 <= command.p1 <= len(file.records):
            raise RefusedError(sw.RECORD_NOT_FOUND)
        return Answer(file.records[command.p1 - 1][: command.ne])

    def _get_challenge(self, command: Command) -> Answer:
        if command.p1 or command.p2:
            raise RefusedError(sw.WRONG_P1_P2)
        if command.ne == 0:
            raise RefusedError(sw.WRONG_LENGTH)
        if command.ne > 256:
            raise RefusedError(sw.CONDITIONS_NOT_SATISFIED)
        challenge = secrets.token_bytes(command.ne)
        if isinstance(self._current, TerminalReference):
            self._current.gave_challenge(challenge)
        return Answer(challenge)

    def _get_data(self, command: Command) -> Answer:
        if not self.data_objects:
            raise RefusedError(sw.WRONG_INS)
        value = self.data_objects.get(command.p1 << 8 | command.p2)
        if value is None:
            raise RefusedError(sw.REFERENCE_NOT_FOUND)
        return Answer(value)

    def _sign(self, command: Command) -> Answer:
        if command.p2 == 0x00 and self.own_key is not None:
            key = self.own_key
        else:
            file = self._named_by_p2(command.p2, KeyFile)
            self._require_opened(file.opened_by)
            key = file.key
        if command.ne == 0:
            raise RefusedError(sw.WRONG_LENGTH)
        if command.ne < 256:
            raise RefusedError(sw.WRONG_LE_256)
        return Answer(sign(key, command.p1, command.data))

    def _take_terminal_certificate(self, command: Command) -> Answer:
        reference = self._expect(self._current, TerminalReference)
        match command.p1, command.p2:
            case 0x06, 0xC1:
                reference.take_body(command.data)
            case 0x00, 0xC1:
                reference.take_signature(command.data)
            case _:
                raise RefusedError(sw.WRONG_P1_P2)
        return Answer()

    def _external_authenticate(self, command: Command) -> Answer:
        self._expect(self._current, TerminalReference).take_answer(command.data)
        return Answer()

    def _last_command_indicator(self, _command: Command) -> Answer:
        if self.profile.kind is not CardKind.IPHONE:
            raise RefusedError(sw.WRONG_LENGTH)
        return Answer()

    def _named_by_p2(self, p2: int, kind: type[_FileT]) -> _FileT:
        if p2 & 0xE0 != _CURRENT_FILE:
            raise RefusedError(sw.WRONG_P1_P2)
        return self._expect(self._current if p2 == _CURRENT_FILE else self._by_short_id(p2), kind)

    def _by_short_id(self, parameter: int) -> File:
        if parameter & 0x60:
            raise RefusedError(sw.WRONG_P1_P2)
        file = self.files.get(parameter & 0x1F)
        if file is None:
            raise RefusedError(sw.FILE_NOT_FOUND)
        return file

    def _expect(self, file: File | None, kind: type[_FileT]) -> _FileT:
        if file is None:
            raise RefusedError(sw.NO_CURRENT_EF)
        if not isinstance(file, kind):
            raise RefusedError(sw.WRONG_FILE_STRUCTURE)
        return file

    def _require_opened(self, opened_by: frozenset[int]) -> None:
        references = [self.files.get(file_id) for file_id in opened_by]
        kinds = (PinReference, TerminalReference)
        is_open = any(isinstance(ref, kinds) and ref.is_verified for ref in references)
        if opened_by and not is_open:
            raise RefusedError(sw.SECURITY_STATUS_NOT_SATISFIED)
