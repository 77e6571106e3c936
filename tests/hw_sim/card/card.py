"""The simulated card: power, application selection, and one answer for every command.

Source: facts/card.md §1.3, §1.4, §2, §6.2.
"""

import threading
import time
from collections.abc import Sequence

from tests.hw_sim.card import status_words as sw
from tests.hw_sim.card.apdu import Answer, Command, parse_command
from tests.hw_sim.card.application import Application
from tests.hw_sim.card.errors import CardPulledError, RefusedError
from tests.hw_sim.card.files import PinReference
from tests.hw_sim.card.physics import Physics
from tests.hw_sim.card.profile import CardProfile, PinName
from tests.hw_sim.card.trace import Exchange, Trace

_SHORTEST_AID_BYTES = 5
_RESERVED_BITS = 0x70
_CHANNEL_BITS = 0x03
_SECURE_MESSAGING_BITS = 0x0C
_ALWAYS_EXTENDED = frozenset({0xA2, 0x82})
"""Terminal certificates and signatures do not fit short commands (facts/card.md §1.4)."""


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
        """Put the card together; the first application is the one selected at power-up."""
        self.profile = profile
        self.trace = Trace()
        self.physics = Physics()
        self._applications = applications
        self._pins = pins
        self._lock = threading.Lock()
        self._is_powered = False
        self._is_first_command = False
        self._selected: Application | None = None

    @property
    def atr(self) -> bytes:
        """Answer to reset."""
        return self.profile.atr

    @property
    def has_disclosed_my_number(self) -> bool:
        """A byte of a file that holds the 12-digit number has ever left the card."""
        return any(application.has_disclosed_my_number for application in self._applications)

    def tries_left(self, name: PinName) -> int | None:
        """What the card's counter says, without asking by command; None = never blocks."""
        return self._pins[name].tries_left

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
        try:
            fault = self.physics.command_arrives(raw)
            prepared = self._answer(raw)
            self.physics.answer_leaves(fault)
            response = prepared
        except CardPulledError:
            self.power_off()
            raise
        finally:
            self.trace.exchanges.append(Exchange(raw, response, received_at_s, time.monotonic()))
        return response

    def _answer(self, raw: bytes) -> bytes:
        with self._lock:
            if not self._is_powered:
                raise CardPulledError
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
        if (command.cla, command.ins, command.p1) == (0x00, 0xA4, 0x04):
            return self._select_application(command)
        if self._selected is None:
            raise RefusedError(sw.FILE_NOT_FOUND if command.ins == 0xA4 else sw.WRONG_INS)
        return self._selected.answer(command)

    def _takes_extended(self, command: Command) -> bool:
        return self.profile.is_extended_accepted or command.ins in _ALWAYS_EXTENDED

    def _select_application(self, command: Command) -> Answer:
        if len(command.data) < _SHORTEST_AID_BYTES:
            raise RefusedError(sw.FILE_NOT_FOUND)
        for application in self._applications:
            if application.aid.startswith(command.data):
                break
        else:
            raise RefusedError(sw.FILE_NOT_FOUND)
        if command.p2 != 0x0C:
            raise RefusedError(sw.WRONG_P1_P2)
        application.select()
        self._selected = application
        return Answer()

    def _return_to_card_manager(self) -> None:
        self._selected = self._applications[0] if self._applications else None

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
