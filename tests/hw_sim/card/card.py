"""The simulated card: power, application selection, and one answer for every command.

Source: facts/card.md §1.3, §1.4, §2, §6.2.
"""

import threading
import time
from collections.abc import Sequence

from tests.hw_sim.card import status_words as sw
from tests.hw_sim.card.answer_forms import AnswerForms
from tests.hw_sim.card.apdu import Answer, Command, parse_command
from tests.hw_sim.card.application import Application
from tests.hw_sim.card.errors import CardPulledError, RefusedError
from tests.hw_sim.card.evil import Evil
from tests.hw_sim.card.files import PinReference
from tests.hw_sim.card.physics import Physics
from tests.hw_sim.card.profile import CardKind, CardProfile, PinName
from tests.hw_sim.card.trace import Exchange, Trace

_SHORTEST_AID_BYTES = 5
_RESERVED_BITS = 0x70
_CHANNEL_BITS = 0x03
_SECURE_MESSAGING_BITS = 0x0C
_ALWAYS_EXTENDED = frozenset({0xA2, 0x82, 0xCA, 0x84})
"""Terminal certificates, signatures and large data objects do not fit short commands; GET CHALLENGE
understands the long form and refuses it (facts/card.md §1.4)."""
_GET_UNIQUE_ID = b"\xff\xca\x00\x00"


class SimulatedCard:
    """A card in somebody's hand, to be laid on a reader.

    Try counters live as long as the object; what was verified lives as long as the power.
    """

    def __init__(
        self,
        profile: CardProfile,
        applications: Sequence[Application],
        pins: dict[PinName, PinReference],
    ) -> None:
        """Put the card together; its card manager, if it has one, is selected at power-up."""
        self.profile = profile
        self.trace = Trace()
        self.physics = Physics()
        self.timing = profile.link
        """Link and chip on the virtual clock; may be replaced at any time."""
        self._applications = applications
        self._pins = pins
        self._lock = threading.Lock()
        self._is_powered = False
        self._is_first_command = False
        self._selected: Application | None = None
        self._forms = AnswerForms(profile)
        self._evil = Evil(profile.evil_seed, self._honest_answer)

    @property
    def atr(self) -> bytes:
        """Answer to reset."""
        return self.profile.atr

    @property
    def is_silent(self) -> bool:
        """Never answers to reset: a broken chip, or several cards at once."""
        return self.profile.kind is CardKind.SILENT

    @property
    def has_disclosed_my_number(self) -> bool:
        """A byte of a file that holds the 12-digit number has ever left the card."""
        return any(application.has_disclosed_my_number for application in self._applications)

    def tries_left(self, name: PinName) -> int | None:
        """What the card's counter says, without asking by command; None = never blocks."""
        return self._pins[name].tries_left

    def pass_on(self, aid: bytes, other: "SimulatedCard") -> None:
        """Let another card answer for one application, as a device between card and reader may."""
        theirs = next(each for each in other._applications if each.aid == aid)
        own = [each for each in self._applications if each.aid != aid]
        self._applications = [*own, theirs]

    def enter_field(self) -> None:
        """The card touches the reader."""
        self.physics.put_back()

    def leave_field(self) -> None:
        """The card is taken away: no power, and a command under way gets no answer."""
        self.physics.pull()
        self.power_off()

    def power_on(self) -> None:
        """Power-up, a no-op under power: the card manager is selected."""
        with self._lock:
            if not self._is_powered:
                self._is_powered = True
                self._is_first_command = True
                self._return_to_card_manager()

    def power_off(self) -> None:
        """No power: everything that was verified is forgotten."""
        with self._lock:
            self._is_powered = False
            self._forget_verified()

    def reset(self) -> None:
        """Warm reset: under power all along."""
        with self._lock:
            if not self.profile.is_status_kept_on_reset:
                self._forget_verified()
            self._return_to_card_manager()

    def transmit(self, raw: bytes) -> bytes:
        """Answer one command APDU.

        Args:
            raw: The command, in any encoding of ISO/IEC 7816-4.

        Returns:
            Response data, SW1, SW2.

        Raises:
            CardPulledError: The card has lost its power before answering.
        """
        received_at_s = time.monotonic()
        response: bytes | None = None
        link_s = card_s = 0.0
        try:
            fault = self.physics.command_arrives(raw)
            prepared = self._answer(raw)
            if not _is_for_reader(raw):
                card_s = self.timing.card_s(raw, prepared)
                link_s = self.timing.exchange_s(len(raw), len(prepared), card_s)
            response = self.physics.answer_leaves(prepared, fault, link_s + card_s)
        except CardPulledError:
            link_s = card_s = 0.0
            self.power_off()
            raise
        finally:
            ended_at_s = time.monotonic()
            exchange = Exchange(raw, response, received_at_s, ended_at_s, link_s, card_s)
            self.trace.exchanges.append(exchange)
        return response

    def _answer(self, raw: bytes) -> bytes:
        with self._lock:
            if not self._is_powered or self.is_silent:
                raise CardPulledError
            if _is_for_reader(raw):
                return self._tell_unique_id()
            if self.profile.kind is CardKind.EVIL:
                return self._evil.answer(raw)
            return self._honest_answer(raw)

    def _tell_unique_id(self) -> bytes:
        """The reader answers this itself, from what the card said before any command."""
        if not self.profile.unique_id:
            return Answer(status_word=sw.FUNCTION_NOT_SUPPORTED).to_bytes()
        return Answer(self.profile.unique_id).to_bytes()

    def _honest_answer(self, raw: bytes) -> bytes:
        try:
            return self._carry_out(raw).to_bytes()
        except RefusedError as refusal:
            return Answer(status_word=refusal.status_word).to_bytes()

    def _carry_out(self, raw: bytes) -> Answer:
        if self._is_first_command and self.profile.is_first_command_lost:
            self._is_first_command = False
            raise RefusedError(sw.FIRST_COMMAND_LOST)
        self._is_first_command = False
        command = parse_command(raw)
        _require_plain_class(command.cla)
        if command.is_extended and not self._takes_extended(command):
            raise RefusedError(sw.WRONG_LENGTH)
        return self._forms.answer(command, self._carry_out_plain)

    def _carry_out_plain(self, command: Command) -> Answer:
        if (command.cla, command.ins, command.p1) == (0x00, 0xA4, 0x04):
            return self._select_application(command)
        if self._selected is not None:
            return self._selected.answer(command)
        if command.ins == 0xA4:
            raise RefusedError(self.profile.unknown_application_status_word)
        raise RefusedError(self.profile.unknown_instruction_status_word)

    def _takes_extended(self, command: Command) -> bool:
        return self.profile.is_extended_accepted or command.ins in _ALWAYS_EXTENDED

    def _select_application(self, command: Command) -> Answer:
        is_name_long_enough = len(command.data) >= _SHORTEST_AID_BYTES
        for application in self._applications:
            if is_name_long_enough and application.aid.startswith(command.data):
                break
        else:
            raise RefusedError(self.profile.unknown_application_status_word)
        answer = application.select(command)
        self._selected = application
        return answer

    def _return_to_card_manager(self) -> None:
        self._forms.forget()
        managers = (each for each in self._applications if each.is_card_manager)
        self._selected = next(managers, None)

    def _forget_verified(self) -> None:
        for application in self._applications:
            application.forget_verified()


def _require_plain_class(cla: int) -> None:
    if cla & _RESERVED_BITS:
        raise RefusedError(sw.WRONG_CLA)
    if cla & _SECURE_MESSAGING_BITS:
        raise RefusedError(sw.NO_SECURE_SESSION)
    if cla & _CHANNEL_BITS:
        raise RefusedError(sw.LOGICAL_CHANNEL)


def _is_for_reader(raw: bytes) -> bool:
    """PC/SC's own GET DATA, which no card ever sees."""
    return raw.startswith(_GET_UNIQUE_ID)
