"""The documents of the local API, as `openapi.json` beside this file shows them.

Words are those of `hostlink/terms.py` in small letters, times RFC 3339 with the offset of Japan.
Every key is always there; null stands for none.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

ResultId = Annotated[
    str, Field(pattern=r"^[0-9a-f]{14,66}-[0-9]{1,19}$", description="<UEID in hex>-<number>")
]
VisitId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", description="16 random bytes in hex")]
Time = Annotated[str, Field(description="RFC 3339", json_schema_extra={"format": "date-time"})]


class Document(BaseModel):
    """Anything the API says."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Problem(Document):
    """RFC 9457: why a request was refused."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str | None = None


class Consent(Document):
    """What the patient answered to one item that could be asked."""

    item: str
    answer: Literal["given", "refused", "unobtainable"]
    at: Time


class Handover(Document):
    """How far one relay is with a result."""

    relay: str
    state: Literal["waiting", "handed_over", "parked", "given_up"]
    why: str | None
    """Why it is parked."""


class Unwritable(Document):
    """Characters of one field that a relay's encoding cannot hold; the reading says what they are."""

    field: str
    characters: str
    code_points: list[str]
    """Such as U+20BB7."""


class VisitDetail(Document):
    """What is known of a completed visit while it is kept (`keep_hours`)."""

    consents: list[Consent]
    decisions: list[str]
    notices: list[str]
    record: dict[str, Any] | None
    """The eligibility source's answer, with the fields of `agent.qualification.EligibilityRecord`;
    null where nobody is asked."""
    answered_at: Time
    unwritable: list[Unwritable]
    earlier: list[ResultId]
    """Results of the same card or person of the same day, before this one."""


class Result(Document):
    """One signed result of a reader."""

    id: ResultId
    arrival: int
    """Counts results in the order in which they were stored: the cursor of lists and events."""
    visit: VisitId
    counter: str
    """Where the reader stands; empty: it is the only one, or is not paired any more."""
    outcome: Literal["completed", "failed", "abandoned"]
    failure: str | None
    card_kind: str | None
    method: str | None
    emergency: str | None
    has_registered: bool
    verified_at: Time | None
    received_at: Time
    handovers: list[Handover]
    detail: VisitDetail | None
    """null: it did not complete, its patient is still to be looked up, or nothing of it is kept any
    more."""
    signed_result: str
    """Base64 of the tagged COSE_Sign1; docs/HOSTLINK.md says how to verify it."""


class Results(Document):
    """Results in the order of their arrival."""

    results: list[Result]
    next: int
    """What to ask `after` next time; as it was asked where there are none."""


class PresentVisit(Document):
    """Somebody at a reader now."""

    visit: VisitId
    step: str
    """`hostlink.terms.VisitStep` in small letters."""
    since: Time
    step_since: Time
    patient_name: str | None
    """null: not known yet, or the caller may not know."""


class Reader(Document):
    """One reader."""

    counter: str
    ueid: str
    is_linked: bool
    since: Time
    """Since when it is there, or is not."""
    firmware: str | None
    waiting: int | None
    """Results at the reader that no agent has taken; null: it has not been heard yet."""
    visit: PresentVisit | None


class ParkedResult(Document):
    """A result that a receiver refused for good."""

    result: ResultId
    why: str


class RelayState(Document):
    """One door of reception software."""

    relay: str
    is_available: bool
    waiting: int
    parked: list[ParkedResult]


class Eligibility(Document):
    """The source that is asked about insured persons."""

    source: str
    away_since: Time | None
    """null: it answers, or was not asked yet."""
    postponed: int
    """Patients who are to be looked up later."""


class OpenAlarm(Document):
    """Something that staff have not settled yet."""

    number: int
    alarm: str
    counter: str
    detail: str | None
    times: int
    first_at: Time
    last_at: Time
    visit: VisitId | None
    seq: int | None


class State(Document):
    """How everything is now."""

    at: Time
    version: str
    readers: list[Reader]
    relays: list[RelayState]
    eligibility: Eligibility
    alarms: list[OpenAlarm]


class Told(Document):
    """A message of the event stream: the state whenever it changes, each result as it arrives."""

    event: Literal["state", "result"]
    data: State | Result
