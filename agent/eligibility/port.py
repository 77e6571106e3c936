"""The eligibility source as the agent sees it: one question, one answer, any time it takes."""

from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from agent.qualification import EligibilityRecord
from hostlink.terms import ConsentItem, FailureCode, Question

__all__ = ["EligibilityAnswer", "EligibilityQuery", "EligibilityRecord", "EligibilitySource"]


@dataclass(frozen=True, slots=True)
class EligibilityQuery:
    """Whose eligibility is asked for. Asking twice for one visit must be harmless."""

    visit_id: bytes
    medical_institution_code: str
    """10 digits."""
    certificate: bytes = field(repr=False)
    """The verified 利用者証明用電子証明書, X.509 DER."""
    on: date
    """The day of the visit, in Japan: whose insurance it was then."""


@dataclass(frozen=True, slots=True)
class EligibilityAnswer:
    """What the source knows."""

    record: EligibilityRecord | None = field(repr=False)
    """None: it answers for everybody alike and knows no names."""
    is_registered: bool
    """False: the card has not been registered for insurance use (利用登録) yet."""
    consents: tuple[ConsentItem, ...]
    """Medical information this patient may be asked about, in this order."""
    questions: tuple[Question, ...] = ()
    """What else the patient decides at the reader, in this order."""


class EligibilitySource(Protocol):
    """Asks the eligibility network, or whoever stands in for it; safe from several threads."""

    def ask(self, query: EligibilityQuery) -> EligibilityAnswer | FailureCode:
        """Ask and wait.

        Returns:
            The answer, or `ELIGIBILITY_NOT_FOUND` or `ELIGIBILITY_UNREACHABLE`.

        Raises:
            MalformedQualificationError: The source answered something that cannot be used.
        """
        ...

    def close(self) -> None:
        """Give the connection back."""
        ...
