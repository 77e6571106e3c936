"""The eligibility source as the agent sees it: one question, one answer, any time it takes.

A card is asked for by its certificate (`EligibilitySource`, every source). What a patient without a
card shows on paper is asked for by its numbers (`NumberLookup`), and the clinic's own number of a
patient is registered by them (`ReferenceNumbers`); a source need not do either, so whoever wants it
looks with `isinstance`.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol, runtime_checkable

from agent.errors import MalformedNumberError
from agent.qualification import UNWRITABLE, EligibilityRecord
from hostlink.terms import ConsentItem, FailureCode, Question, VerificationMethod

__all__ = [
    "CardProof",
    "EligibilityAnswer",
    "EligibilityQuery",
    "EligibilityRecord",
    "EligibilitySource",
    "InsuredNumbers",
    "NobodyFound",
    "NumberLookup",
    "NumberQuery",
    "NumbersRefused",
    "ReferenceNumbers",
    "SeveralFound",
]

PATTERNS = {
    "insurer_number": re.compile(r"[0-9]{6}|[0-9]{8}"),
    "insured_card_symbol": re.compile(r".{0,20}"),
    "insured_identification_number": re.compile(r".{1,20}"),
    "insured_branch_number": re.compile(r"([0-9]{2})?"),
}
"""Source: facts/oqs.md §3.3."""


@dataclass(frozen=True, slots=True, repr=False)
class CardProof:
    """What the card signed, for a source that wants to see by itself that it was there."""

    method: VerificationMethod
    """How the reader says that it verified the holder."""
    challenge: bytes
    """Random bytes of this agent for this visit."""
    signature: bytes
    """RSASSA-PKCS1-v1_5 with SHA-256 over the challenge, by the key of the certificate."""


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
    proof: CardProof | None = field(default=None, repr=False)
    """None: it was checked before and is not kept, as when somebody is looked up later."""
    since_ms: float | None = None
    """Since when the patient waits, by the monotonic clock; None: nobody does."""


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

    knows_people: bool
    """False: no answer has a record."""

    def ask(self, query: EligibilityQuery) -> EligibilityAnswer | FailureCode:
        """Ask and wait.

        Returns:
            The answer, or `ELIGIBILITY_NOT_FOUND`.

        Raises:
            EligibilityUnreachableError: It cannot be asked, or not now.
            MalformedQualificationError: The source answered something that cannot be used.
        """
        ...

    def close(self) -> None:
        """Give the connection back."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class InsuredNumbers:
    """The numbers of an insured person, as a 資格確認書 or 資格情報のお知らせ shows them.

    They have the names of `agent.qualification.InsuredPerson`.

    Raises:
        MalformedNumberError: One of them cannot be such a number.
    """

    insurer_number: str
    """保険者番号, 6 or 8 digits."""
    insured_identification_number: str
    """番号, 1 to 20 characters."""
    insured_card_symbol: str = ""
    """記号, up to 20 characters; some insurers have none."""
    insured_branch_number: str = ""
    """枝番, 2 digits; older papers have none."""

    def __post_init__(self) -> None:
        for name, pattern in PATTERNS.items():
            text = getattr(self, name)
            if not pattern.fullmatch(text) or UNWRITABLE.search(text):
                raise MalformedNumberError(name)


@dataclass(frozen=True, slots=True, repr=False)
class NumberQuery:
    """Somebody who is asked for by numbers."""

    medical_institution_code: str
    """10 digits."""
    numbers: InsuredNumbers
    birth_date: date
    on: date
    """資格確認日, in Japan."""
    agrees_to_limit: bool = False
    """The patient agreed that 限度額 is looked up; nobody is asked about it at the reader."""


@dataclass(frozen=True, slots=True, repr=False)
class SeveralFound:
    """More than one person or insurance has these numbers; nobody chooses but staff."""

    records: tuple[EligibilityRecord, ...]
    """Two or more, or none where the network only says that there are several."""


@dataclass(frozen=True, slots=True, repr=False)
class NobodyFound:
    """No insurance has these numbers on this day."""

    code: str | None
    message: str | None
    """As they came: the list of codes is not public."""


@dataclass(frozen=True, slots=True, repr=False)
class NumbersRefused:
    """The network did not do what was asked for."""

    code: str | None
    message: str | None
    """As they came, for staff."""


@runtime_checkable
class NumberLookup(Protocol):
    """Asks for a person by numbers; safe from several threads. Staff can wait, a card cannot."""

    def look_up(
        self, query: NumberQuery
    ) -> EligibilityRecord | SeveralFound | NobodyFound | NumbersRefused:
        """Ask once and wait, for minutes if need be. Nothing is asked a second time.

        Raises:
            NumbersUnavailableError: The question could not be put.
            NumbersTimedOutError: It was put and not answered.
            MalformedQualificationError: The answer cannot be used.
            MalformedNumberError: A number has a character that the question cannot be written with.
        """
        ...


@runtime_checkable
class ReferenceNumbers(Protocol):
    """Registers 照会番号, under which the network knows a patient from then on."""

    def register(
        self, medical_institution_code: str, reference_number: str, numbers: InsuredNumbers
    ) -> NumbersRefused | None:
        """Register once and wait, for minutes if need be.

        Args:
            medical_institution_code: 10 digits.
            reference_number: The clinic's number of the patient, 1 to 50 characters.
            numbers: Whose it is.

        Returns:
            None: done.

        Raises:
            NumbersUnavailableError, NumbersTimedOutError, MalformedQualificationError,
            MalformedNumberError: As of `NumberLookup.look_up`.
        """
        ...
