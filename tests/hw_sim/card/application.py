"""One card application: which command is answered by which part, the same for all of them.

Source: ISO/IEC 7816-4:2020 clause 11; facts/card.md §2, §6.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.hw_sim.card import key_commands, reading_commands
from tests.hw_sim.card import status_words as sw
from tests.hw_sim.card.apdu import Answer, Command
from tests.hw_sim.card.errors import RefusedError
from tests.hw_sim.card.file_selection import FileSelection
from tests.hw_sim.card.files import File, TransparentFile
from tests.hw_sim.card.profile import CardKind, CardProfile


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
    select_answer: bytes | None = None
    """What SELECT with P2=00 answers; None = only P2=0C without an answer is understood."""
    _selection: FileSelection = field(init=False)

    def __post_init__(self) -> None:
        self._selection = FileSelection(self.files, self.profile.short_id_status_word)

    def select(self, command: Command) -> Answer:
        """Become the selected application, with no file selected.

        Raises:
            RefusedError: 6A86, this way of asking is not understood.
        """
        answer = self._select_answer(command.p2)
        self._selection.current = None
        if not self.profile.is_status_kept_on_reselect:
            self.forget_verified()
        return answer

    def forget_verified(self) -> None:
        """Close everything that a secret had opened."""
        self._selection.forget_verified()

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
            (0x00, 0x24): self._change,
            (0x80, 0x32): self._change,
            (0x00, 0xB0): self._read_binary,
            (0x00, 0xB2): self._read_record,
            (0x00, 0x84): self._get_challenge,
            (0x00, 0xCA): self._get_data,
            (0x80, 0x2A): self._sign,
            (0x00, 0x88): self._internal_authenticate,
            (0x80, 0xA2): self._take_terminal_certificate,
            (0x00, 0x82): self._external_authenticate,
            (0x80, 0xFC): self._last_command_indicator,
        }
        handler = handlers.get((command.cla, command.ins))
        if handler is not None:
            return handler(command)
        if any(command.ins == ins for _, ins in handlers):
            raise RefusedError(sw.WRONG_CLA)
        raise RefusedError(self.profile.unknown_instruction_status_word)

    def _select_answer(self, p2: int) -> Answer:
        if p2 == 0x0C and self.profile.is_select_without_answer_known:
            return Answer()
        if p2 == 0x00 and self.select_answer is not None:
            return Answer(self.select_answer)
        raise RefusedError(sw.WRONG_P1_P2)

    def _select_file(self, command: Command) -> Answer:
        if command.p1 == 0x00 and not self.is_card_manager:
            if command.data:
                raise RefusedError(sw.FILE_NOT_FOUND)
            return Answer()
        if command.p1 != 0x02 or command.p2 != 0x0C or self.is_card_manager:
            raise RefusedError(sw.WRONG_P1_P2)
        if len(command.data) != 2:
            raise RefusedError(sw.WRONG_LENGTH)
        self._selection.select(int.from_bytes(command.data, "big"))
        return Answer()

    def _verify(self, command: Command) -> Answer:
        is_ok_once_verified = self.profile.is_empty_verify_ok_once_verified
        return key_commands.verify(self._selection, command, is_ok_once_verified)

    def _change(self, command: Command) -> Answer:
        return key_commands.change(self._selection, command)

    def _read_binary(self, command: Command) -> Answer:
        end_of_file = self.profile.end_of_file_status_word
        return reading_commands.read_binary(self._selection, command, end_of_file)

    def _read_record(self, command: Command) -> Answer:
        return reading_commands.read_record(self._selection, command)

    def _get_challenge(self, command: Command) -> Answer:
        return reading_commands.get_challenge(self._selection, command)

    def _get_data(self, command: Command) -> Answer:
        if not self.data_objects:
            raise RefusedError(self.profile.unknown_instruction_status_word)
        absent = self.profile.unknown_data_status_word
        return reading_commands.get_data(self.data_objects, command, absent)

    def _sign(self, command: Command) -> Answer:
        return key_commands.sign(self._selection, self.own_key, command)

    def _internal_authenticate(self, command: Command) -> Answer:
        return key_commands.internal_authenticate(self._selection, command)

    def _take_terminal_certificate(self, command: Command) -> Answer:
        return key_commands.take_terminal_certificate(self._selection, command)

    def _external_authenticate(self, command: Command) -> Answer:
        return key_commands.external_authenticate(self._selection, command)

    def _last_command_indicator(self, _command: Command) -> Answer:
        if self.profile.kind is not CardKind.IPHONE:
            raise RefusedError(sw.WRONG_LENGTH)
        return Answer()
