"""A relay as the delivery sees it: a door to other software, of one of two kinds.

A `Relay` prepares durably, then hands over in one step that counts; what it hands to tells no
repetition. A `BundlingRelay` does so with several at once. A `SendingRelay` hands over in one step
that may be repeated, because its receiver does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from agent.clock import day_in_japan
from agent.errors import RelayRefusedError
from agent.qualification import EligibilityRecord
from hostlink.messages import VisitRecord
from hostlink.terms import ConsentItem, Question


@dataclass(frozen=True, slots=True)
class Reception:
    """A completed visit with what the eligibility source said: all a relay needs."""

    medical_institution_code: str
    """10 digits."""
    ueid: bytes
    seq: int
    """Number of the signed result; `(ueid, seq)` is unique for ever."""
    visit: VisitRecord
    """What happened at the reader, out of the verified signature."""
    record: EligibilityRecord | None = field(repr=False)
    """None: the source knows nobody; given only to relays that do not need one."""
    offered: tuple[ConsentItem, ...]
    """What the patient could be asked; any other consent is not passed on."""
    questions: tuple[Question, ...]
    """What else they could be asked; any other decision is not passed on."""
    answered_at: datetime
    """When the eligibility source answered."""
    received_at: datetime
    """When the result was stored: the same at every attempt, so names never change."""
    signed_result: bytes = field(repr=False)
    """The tagged COSE_Sign1 as the reader made it: whoever doubts the rest can verify it."""
    certificate_ends: datetime | None = None
    """Last moment of the patient's certificate, for staff; None: not known."""

    @property
    def is_late(self) -> bool:
        """The result came on another day than its visit was, as from a reader that was cut off."""
        return day_in_japan(self.received_at) != day_in_japan(self.answered_at)

    @property
    def counted_at(self) -> datetime:
        """When the result came, or, where that was on another day, a moment of the visit's own day.

        Whoever counts visits by it never takes one for a visit of another day.
        """
        return self.answered_at if self.is_late else self.received_at

    @property
    def known(self) -> EligibilityRecord:
        """The record, for a relay that needs one.

        Raises:
            RelayRefusedError: There is none.
        """
        if self.record is None:
            raise RelayRefusedError("no eligibility record")
        return self.record


@dataclass(frozen=True, slots=True)
class Prepared:
    """A hand-over that only waits for its one decisive step."""

    token: str
    """How `commit` finds it again, also after a restart; kept in the store, not personal."""
    is_encoding_changed: bool
    """The wanted encoding could not hold a character of this person's data."""
    replaced: tuple[str, ...] = ()
    """Names of fields in which 〓 stands for such a character; not personal."""


class Relay(Protocol):
    """One door of reception software."""

    needs_record: bool
    """Without an answer about the person there is nothing to hand over."""

    def prepare(self, reception: Reception) -> Prepared:
        """Make everything ready on durable storage, invisible to the reception software.

        Never called for what was handed over. May be repeated; only the last token counts.

        Raises:
            RelayUnavailableError: The door is shut for now.
            RelayRefusedError: What reads behind this door would never read this one.
        """
        ...

    def commit(self, token: str) -> str:
        """Hand over what was prepared, at most once however often this is called.

        Returns:
            Name under which the reception software sees it.

        Raises:
            RelayUnavailableError: The door is shut for now; call again.
            PreparedLostError: What was prepared vanished and was not handed over.
            RelayRefusedError: It came too late and was not handed over.
        """
        ...

    def settle(self, token: str) -> None:
        """Forget what told `commit` that it had been called before; the hand-over is booked.

        Raises:
            RelayUnavailableError: Something harmless is left behind.
        """
        ...


@runtime_checkable
class BundlingRelay(Relay, Protocol):
    """A relay that hands over several at about the price of one, in their order.

    Each of them stays a hand-over of its own, as if the methods of `Relay` had been called for it:
    after a fault, which may have stopped any of these half-way, they are called for each.
    """

    def prepare_all(self, receptions: Sequence[Reception]) -> list[Prepared]:
        """As `prepare`, for each.

        Raises:
            RelayUnavailableError: As there.
        """
        ...

    def commit_all(self, tokens: Sequence[str]) -> list[str]:
        """As `commit`, for each.

        Raises:
            RelayUnavailableError: As there.
            PreparedLostError: As there, for one of them at least.
        """
        ...

    def settle_all(self, tokens: Sequence[str]) -> None:
        """As `settle`, for each.

        Raises:
            RelayUnavailableError: As there.
        """
        ...


@runtime_checkable
class SendingRelay(Protocol):
    """A door whose receiver knows what it was sent before by a key that never changes.

    The key is made of `(ueid, seq)` and nothing else.
    """

    needs_record: bool
    """As of `Relay`."""

    def send(self, reception: Reception) -> str:
        """Hand over; harmless when it was handed over before.

        Returns:
            Name under which the receiver has it, never personal.

        Raises:
            RelayUnavailableError: The receiver does not answer, or not now; send again.
            RelayRefusedError: The receiver will not take this one, however often it is sent.
        """
        ...

    def close(self) -> None:
        """Give connections back."""
        ...
