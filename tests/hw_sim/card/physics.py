"""What the world does to a card while it talks: slowness, hanging, being pulled.

Source: facts/card.md §12 (link), facts/platform.md §1.6.
"""

import threading
from collections.abc import Callable
from enum import Enum, auto

from tests.hw_sim.card.errors import CardPulledError


class Fault(Enum):
    """What happens at one command."""

    PULL_BEFORE_COMMAND = auto()
    """The card is gone before it sees the command."""
    PULL_BEFORE_ANSWER = auto()
    """The card has done the work (a try may be spent) but its answer is lost."""
    HANG = auto()
    """The card has done the work and stays silent until released or pulled."""


class Physics:
    """One card's physical circumstances."""

    def __init__(self) -> None:
        self.latency_s = 0.0
        """Seconds from a command to its answer."""
        self.before_command: Callable[[bytes], None] | None = None
        """Called with every command before the card sees it, outside the card's lock."""
        self._faults: dict[int, Fault] = {}
        self._seen = 0
        self._gone = threading.Event()
        self._hanging = threading.Event()
        self._woken = threading.Event()

    def pull_at(self, nth: int, fault: Fault = Fault.PULL_BEFORE_ANSWER) -> None:
        """Pull the card at the nth command from now, 1 = the next one."""
        self._faults[self._seen + nth] = fault

    def hang_at(self, nth: int) -> None:
        """Stay silent at the nth command from now, 1 = the next one."""
        self._faults[self._seen + nth] = Fault.HANG

    def wait_until_hanging(self, timeout_s: float) -> bool:
        """Wait until the card has fallen silent, at most `timeout_s` seconds."""
        return self._hanging.wait(timeout_s)

    def release(self) -> None:
        """Let a hanging card give its answer after all."""
        self._hanging.clear()
        self._woken.set()

    @property
    def has_power(self) -> bool:
        """The card lies in the reader's field."""
        return not self._gone.is_set()

    def pull(self) -> None:
        """Take the power away; a command under way gets no answer."""
        self._gone.set()
        self._woken.set()

    def put_back(self) -> None:
        """Give the power back."""
        self._gone.clear()
        self._hanging.clear()
        self._woken.clear()

    def command_arrives(self, raw: bytes) -> Fault | None:
        """Count the command, run the hook, and pull the card if that is due.

        Raises:
            CardPulledError: The card never sees this command.
        """
        self._seen += 1
        fault = self._faults.pop(self._seen, None)
        if self.before_command is not None:
            self.before_command(raw)
        if fault is Fault.PULL_BEFORE_COMMAND:
            self.pull()
        self._require_power()
        return fault

    def answer_leaves(self, fault: Fault | None) -> None:
        """Let time pass before the answer, and lose it if that is due.

        Raises:
            CardPulledError: The answer is lost.
        """
        if self.latency_s:
            self._gone.wait(self.latency_s)
        if fault is Fault.HANG:
            self._woken.clear()
            self._hanging.set()
            if self.has_power:
                self._woken.wait()
        if fault is Fault.PULL_BEFORE_ANSWER:
            self.pull()
        self._require_power()

    def _require_power(self) -> None:
        if not self.has_power:
            raise CardPulledError
