"""What went over the contacts: every command with its answer.

Tests read it to prove what was asked of the card, and how often.
"""

from dataclasses import dataclass, field

VERIFY = 0x20
SIGN = 0x2A


@dataclass(frozen=True, slots=True)
class Exchange:
    """One command and what came back."""

    command: bytes = field(repr=False)
    """The command as it arrived."""
    response: bytes | None = field(repr=False)
    """The answer as it left; None = the card was pulled first."""
    received_at_s: float
    """Monotonic clock when the command arrived, in seconds."""
    answered_at_s: float
    """Monotonic clock when the answer left or was lost, in seconds."""
    link_s: float = 0.0
    """What the contactless link takes for it on the virtual clock; 0 without an answer."""
    card_s: float = 0.0
    """What the chip computes for it on the virtual clock; 0 without an answer."""

    @property
    def status_word(self) -> int | None:
        """SW1 SW2, None if there was no answer."""
        return None if self.response is None else int.from_bytes(self.response[-2:], "big")


@dataclass(slots=True)
class Trace:
    """All exchanges since the card was issued or the trace was cleared."""

    exchanges: list[Exchange] = field(default_factory=list)
    """Oldest first."""

    def with_ins(self, ins: int) -> list[Exchange]:
        """The exchanges whose command has this instruction byte."""
        return [e for e in self.exchanges if len(e.command) > 1 and e.command[1] == ins]

    def presented_pins(self) -> list[Exchange]:
        """The VERIFYs that carried a secret; queries for the tries left do not count."""
        return [e for e in self.with_ins(VERIFY) if len(e.command) > 5]

    @property
    def link_s(self) -> float:
        """Link time of all exchanges on the virtual clock, in seconds."""
        return sum(exchange.link_s for exchange in self.exchanges)

    @property
    def card_s(self) -> float:
        """Computing time of the chip in all exchanges on the virtual clock, in seconds."""
        return sum(exchange.card_s for exchange in self.exchanges)

    def clear(self) -> None:
        """Forget what went before."""
        self.exchanges.clear()
