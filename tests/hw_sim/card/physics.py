"""What the world does to a card while it talks: slowness, hanging, being pulled, bad contact.

Source: facts/card.md §12 (link), facts/platform.md §1.6.
"""

import threading
from collections.abc import Callable
from enum import Enum

from tests.hw_sim.card.errors import CardPulledError

_GARBAGE = bytes(range(0x5A, 0x6A)) + b"\x5a\xa5"
_KEPT_BYTES = 1


class Fault(Enum):
    """What happens at one command."""

    PULL_BEFORE_COMMAND = "pull_before_command"
    """The card is gone before it sees the command."""
    PULL_BEFORE_ANSWER = "pull_before_answer"
    """The card has done the work (a try may be spent) but its answer is lost."""
    HANG = "hang"
    """The card has done the work and stays silent until released or pulled."""
    GARBAGE = "garbage"
    """The card has done the work, but what arrives is noise with a status word that is none."""
    TRUNCATED = "truncated"
    """The card has done the work, but only the first byte of its answer arrives."""


class Physics:
    """One card's physical circumstances."""

    def __init__(self) -> None:
        self.latency_s = 0.0
        """Seconds from a command to its answer."""
        self.pace = 0.0
        """Real seconds slept for each second of the virtual clock; 1.0 = as slow as a card."""
        self.before_command: Callable[[bytes], None] | None = None
        """Called with every command before the card sees it, outside the card's lock."""
        self._faults: dict[int, Fault] = {}
        self._distortions: dict[int, Callable[[bytes], bytes]] = {}
        self._seen = 0
        self._gone = threading.Event()
        self._hanging = threading.Event()
        self._woken = threading.Event()

    def fault_at(self, nth: int, fault: Fault) -> None:
        """Let this happen at the nth command from now, 1 = the next one."""
        match fault:
            case Fault.GARBAGE:
                self.distort_at(nth, lambda _answer: _GARBAGE)
            case Fault.TRUNCATED:
                self.distort_at(nth, lambda answer: answer[:_KEPT_BYTES])
            case _:
                self._faults[self._seen + nth] = fault

    def pull_at(self, nth: int, fault: Fault = Fault.PULL_BEFORE_ANSWER) -> None:
        """Pull the card at the nth command from now, 1 = the next one."""
        self.fault_at(nth, fault)

    def hang_at(self, nth: int) -> None:
        """Stay silent at the nth command from now, 1 = the next one."""
        self.fault_at(nth, Fault.HANG)

    def status_word_at(self, nth: int, status_word: int) -> None:
        """Answer the nth command from now with this word and no data, the work being done."""
        self.distort_at(nth, lambda _answer: status_word.to_bytes(2, "big"))

    def distort_at(self, nth: int, change: Callable[[bytes], bytes]) -> None:
        """Change the answer to the nth command from now on its way, 1 = the next one."""
        self._distortions[self._seen + nth] = change

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
        if self.before_command is not None:
            self.before_command(raw)
        fault = self._faults.pop(self._seen, None)
        if fault is Fault.PULL_BEFORE_COMMAND:
            self.pull()
        self._require_power()
        return fault

    def answer_leaves(self, answer: bytes, fault: Fault | None, virtual_s: float = 0.0) -> bytes:
        """Let time pass before the answer, and spoil or lose it if that is due.

        Args:
            answer: What the card has prepared.
            fault: What happens at this command.
            virtual_s: How long link and chip take on the virtual clock.

        Returns:
            What arrives at the reader.

        Raises:
            CardPulledError: The answer is lost.
        """
        change = self._distortions.pop(self._seen, None)
        wait_s = self.latency_s + virtual_s * self.pace
        if wait_s:
            self._gone.wait(wait_s)
        if fault is Fault.HANG:
            self._woken.clear()
            self._hanging.set()
            if self.has_power:
                self._woken.wait()
        if fault is Fault.PULL_BEFORE_ANSWER:
            self.pull()
        self._require_power()
        return answer if change is None else change(answer)

    def _require_power(self) -> None:
        if not self.has_power:
            raise CardPulledError
