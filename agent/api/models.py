"""The documents of the local API, as `openapi.json` beside this file shows them.

Words are those of `hostlink/terms.py` in small letters, times RFC 3339 with the offset of Japan.
Every key is always there; null stands for none.
"""

from enum import Enum, StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from agent.ceremonies import Kind, Phase
from agent.journal import Alarm
from agent.matching import MatchedBy
from agent.pairing.failures import Failure
from agent.papers import PaperKind
from hostlink.terms import (
    CardKind,
    ConsentAnswer,
    ConsentItem,
    Decision,
    Emergency,
    FailureCode,
    Notice,
    VerificationMethod,
    VisitOutcome,
    VisitStep,
)

ResultId = Annotated[
    str, Field(pattern=r"^[0-9a-f]{14,66}-[0-9]{1,19}$", description="<UEID in hex>-<number>")
]
VisitId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", description="16 random bytes in hex")]


def _one_of(words: type[Enum]) -> Any:
    """A text that is one of these; said in the schema, and not checked again where it is made."""
    names: list[Any] = [
        word.value if isinstance(word, StrEnum) else word.name.lower() for word in words
    ]
    return Field(json_schema_extra={"enum": names})


CardKindWord = Annotated[str, _one_of(CardKind)]
MethodWord = Annotated[str, _one_of(VerificationMethod)]
OutcomeWord = Annotated[str, _one_of(VisitOutcome)]
FailureWord = Annotated[str, _one_of(FailureCode)]
EmergencyWord = Annotated[str, _one_of(Emergency)]
ItemWord = Annotated[str, _one_of(ConsentItem)]
AnswerWord = Annotated[str, _one_of(ConsentAnswer)]
DecisionWord = Annotated[str, _one_of(Decision)]
NoticeWord = Annotated[str, _one_of(Notice)]
PaperKindWord = Annotated[str, _one_of(PaperKind)]
MatchedByWord = Annotated[str, _one_of(MatchedBy)]
StepWord = Annotated[str, _one_of(VisitStep)]
CeremonyKindWord = Annotated[str, _one_of(Kind)]
AlarmWord = Annotated[str, _one_of(Alarm)]
WhyNoDetail = Literal["not_completed", "looked_up_later", "not_kept", "not_genuine"]
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

    item: ItemWord
    answer: AnswerWord
    at: Time


class Handover(Document):
    """How far one relay is with a result."""

    relay: str
    state: Literal["waiting", "handed_over", "parked", "given_up"]
    why: str | None
    """Why it is parked, or why it is not sent."""


class Unwritable(Document):
    """Characters of a field that Shift_JIS software cannot show; the reading says what they are."""

    field: str
    characters: list[str]
    code_points: list[str]
    """Of each character, such as U+20BB7."""


class Patient(Document):
    """One of the clinic's own patients, out of its list."""

    number: str
    """照会番号: the clinic's own number."""
    kana: str
    birthdate: str
    """yyyyMMdd."""
    name: str | None


class Match(Document):
    """Who of the clinic's patients this may be. Several are never chosen from for anybody."""

    answer: Literal["none", "one", "several", "contradiction", "unavailable"]
    """contradiction: 照会番号 names somebody else than birth date and kana do; unavailable: the
    list cannot be read now."""
    by: MatchedByWord | None
    patients: list[Patient]
    """Who fits; of a contradiction: by birth date and kana."""
    named: list[Patient]
    """Of a contradiction: who bears the number."""
    chosen: str | None
    """The number that staff chose."""


class ChosenPatient(Document):
    """Staff's choice."""

    patient: Annotated[str, Field(min_length=1, max_length=50)]
    """The clinic's own number."""


class VisitDetail(Document):
    """What is known of a completed visit while it is kept (`keep_hours`)."""

    consents: list[Consent]
    decisions: list[DecisionWord]
    notices: list[NoticeWord]
    record: dict[str, Any] | None
    """The eligibility source's answer, with the fields of `agent.qualification.EligibilityRecord`;
    null where nobody is asked."""
    answered_at: Time
    certificate_ends: str | None
    """Last day of the patient's certificate in Japan, yyyyMMdd; null: not known."""
    unwritable: list[Unwritable]
    earlier: list[ResultId]
    """Results of the same card or person of the same day, before this one: of the newest 20 visits,
    oldest first."""
    match: Match | None
    """null: the clinic gave no list of its patients."""


class Result(Document):
    """One signed result of a reader."""

    id: ResultId
    arrival: int
    """Counts results in the order in which they were stored: the cursor of lists and events."""
    visit: VisitId
    counter: str
    """Where the reader stood when the result arrived; empty: it was the only one. An agent
    from before did not keep it: where the reader stands now; empty also if it is paired no more."""
    outcome: OutcomeWord
    failure: FailureWord | None
    card_kind: CardKindWord | None
    method: MethodWord | None
    emergency: EmergencyWord | None
    has_registered: bool
    verified_at: Time | None
    received_at: Time
    handovers: list[Handover]
    detail: VisitDetail | None
    why_no_detail: WhyNoDetail | None
    """looked_up_later: the patient is still to be looked up; not_kept: any more; not_genuine: the
    signed result was altered where it is kept, or `trust_root` is no more the one it was signed
    under. Of that one visit and outcome are told as they were when it arrived, and nothing else."""
    signed_result: str
    """Base64 of the tagged COSE_Sign1; docs/HOSTLINK.md says how to verify it."""


class Results(Document):
    """Results in the order of their arrival."""

    results: list[Result]
    next: int
    """What to ask `after` next time; as it was asked where there are none."""


class PaperText(Document):
    """What staff type off a paper, as printed; the fields of
    `agent.qualification.InsuredPerson`.
    """

    insurer_number: str | None = None
    insured_card_symbol: str | None = None
    insured_identification_number: str | None = None
    insured_branch_number: str | None = None
    birthdate: str | None = None
    name_kana: str | None = None
    name: str | None = None


class Paper(PaperText):
    """A paper that staff saw in place of a card. It is put under an id of the caller's own, so that
    the same sent twice is no second one.
    """

    kind: PaperKindWord
    counter: str | None = None
    visit: VisitId | None = None
    """The visit at a reader that it belongs to."""


class SeenPaper(Paper):
    """A paper as it is kept."""

    id: VisitId
    at: Time


class Papers(Document):
    """The papers of a day, oldest first."""

    papers: list[SeenPaper]


class Numbers(Document):
    """What a paper shows of somebody's insurance."""

    insurer_number: Annotated[str, Field(pattern="^[0-9]{6}([0-9]{2})?$")]
    insured_identification_number: Annotated[str, Field(min_length=1, max_length=20)]
    insured_card_symbol: Annotated[str, Field(max_length=20)] | None = None
    insured_branch_number: Annotated[str, Field(pattern="^[0-9]{2}$")] | None = None
    birthdate: Annotated[str, Field(pattern="^[0-9]{8}$", description="yyyyMMdd")]
    agrees_to_limit: Annotated[
        StrictBool,
        Field(description="The patient agreed that 限度額 is looked up; left out, nobody did"),
    ] = False


LookupAnswer = Literal["found", "several", "nobody", "refused"]


class LookedUp(Document):
    """What the network says to numbers."""

    answer: LookupAnswer
    """several: nobody chooses but staff; refused: it did not do what was asked for."""
    records: list[dict[str, Any]]
    """With the fields of `agent.qualification.EligibilityRecord`."""
    code: str | None
    message: str | None
    """As they came: the list of codes is not public."""


class PresentVisit(Document):
    """Somebody at a reader now."""

    visit: VisitId
    step: StepWord
    since: Time
    step_since: Time
    patient_name: str | None
    """null: not known yet, or the caller may not know."""


class Reader(Document):
    """One reader."""

    counter: str
    ueid: str | None
    """null: no reader is paired at this counter."""
    ceremony: CeremonyKindWord | None
    """What staff are doing with it now; it serves nobody meanwhile."""
    is_linked: bool
    since: Time
    """Since when it is there, or is not."""
    firmware: str | None
    interruptions: int
    """How often it was there and went away again, since its link was made: at the agent's start, or
    at the end of the last ceremony."""
    damaged: int
    """How often something was damaged or lost on the cable, since then; it was sent again."""
    waiting: int | None
    """Results at the reader that no agent has taken; null: it has not been heard yet."""
    visit: PresentVisit | None


class Pairing(Document):
    """How a reader is to be paired."""

    name: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    """What the reader's screen will call this PC; null: the PC's own name."""
    may_replace: bool = False
    """Also if another reader is paired at this counter; that one is forgotten here."""


class Comparison(Document):
    """What a person saw on both displays."""

    digits_agree: bool


class Unpairing(Document):
    """How a pairing is to end."""

    reader_gone: bool = False
    """End it at this PC only: the reader is broken or lost."""


class Ceremony(Document):
    """What is being done with a reader, or was last."""

    counter: str
    kind: CeremonyKindWord
    phase: Annotated[str, _one_of(Phase)]
    digits: Annotated[str, Field(pattern="^[0-9]{6}$")] | None
    """To be compared with the reader's display, while they are."""
    ueid: str | None
    """Of the reader, once it is known."""
    has_reader_agreed: bool
    """Somebody said yes at the reader."""
    why: Annotated[str, _one_of(Failure)] | None
    """Why it was refused."""


class ParkedResult(Document):
    """A result that a receiver refused for good."""

    result: ResultId
    why: str


class RelayState(Document):
    """One door of reception software."""

    relay: str
    is_known: bool
    """It has taken or refused something since the agent was started; before that nobody knows
    whether it would."""
    is_available: bool
    waiting: int
    parked_count: int
    parked: list[ParkedResult]
    """The oldest hundred of them."""


class Eligibility(Document):
    """The source that is asked about insured persons."""

    source: str
    is_known: bool
    """It has answered, or failed to, since the agent was started."""
    away_since: Time | None
    """null: it answers, or was not asked yet."""
    away_why: str | None
    """Such as `HTTP 401` or the name of an errno; null: it answers, or nobody knows."""
    postponed: int
    """Patients who are to be looked up later."""
    can_look_up: bool
    """It can be asked by the numbers on a paper."""


class OpenAlarm(Document):
    """Something that staff have not settled yet."""

    number: int
    alarm: AlarmWord
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
    """At most a hundred, newest first; behind all others what concerns the characters of a name."""
    alarms_not_shown: int
    """How many more are open; they are shown as others are settled."""
    choices: int
    """How often staff chose a patient since the agent was started: what was told of an undecided
    visit before is to be asked for anew."""


class Told(Document):
    """A message of the event stream: the state whenever it changes, each result as it arrives."""

    event: Literal["state", "result"]
    data: State | Result
