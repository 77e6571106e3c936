"""Card slots without PC/SC: a simulated card in this process, or answers made up on the spot."""

from collections.abc import Callable, Iterable

from device.reader.errors import CardLostError, CardUnresponsiveError
from device.reader.port import CardConnection, SlotListener
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.errors import CardPulledError


class _LaidCard:
    def __init__(self, card: SimulatedCard) -> None:
        self._card = card

    def transmit(self, command: bytearray) -> bytes:
        try:
            return self._card.transmit(bytes(command))
        except CardPulledError:
            raise CardLostError from None

    def close(self) -> None:
        self._card.power_off()


class InProcessSlot:
    """A slot on which a simulated card lies for good."""

    def __init__(self, card: SimulatedCard) -> None:
        self._card = card

    def watch(self, listener: SlotListener) -> None:
        listener.slot_ready()
        listener.card_placed()

    def connect(self) -> CardConnection:
        if self._card.is_silent:
            raise CardUnresponsiveError
        self._card.enter_field()
        self._card.power_on()
        return _LaidCard(self._card)

    def close(self) -> None:
        """Nothing to stop."""


class ScriptedConnection:
    """Answers by a function, or from a list; remembers what it was sent."""

    def __init__(self, answer: Callable[[bytes], bytes] | Iterable[bytes]) -> None:
        if callable(answer):
            self._answer = answer
        else:
            answers = iter(answer)
            self._answer = lambda _: next(answers)
        self.sent: list[bytes] = []
        self.times_closed = 0

    def transmit(self, command: bytearray) -> bytes:
        self.sent.append(bytes(command))
        return self._answer(self.sent[-1])

    def close(self) -> None:
        self.times_closed += 1


class ScriptedSlot:
    """A slot whose card is a script."""

    def __init__(self, connection: ScriptedConnection) -> None:
        self.connection = connection

    def watch(self, listener: SlotListener) -> None:
        listener.slot_ready()

    def connect(self) -> CardConnection:
        return self.connection

    def close(self) -> None:
        """Nothing to stop."""
