"""What can happen to a visit, in the past tense.

Events that answer a job carry the turn that started the job; one from another turn is
history and changes nothing (architecture decision 5).
"""

from dataclasses import dataclass

from hostlink.messages import FaceMatch, Moment, VisitChallenge, VisitOptions, VisitRefused
from hostlink.terms import CardKind, Decision, FailureCode, Notice

# --- the card -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CardPlaced:
    """Something was laid on the reader."""

    visit_id: bytes
    """16 random bytes that name this visit from now on."""


@dataclass(frozen=True, slots=True)
class CardRemoved:
    """The reader is empty again."""


@dataclass(frozen=True, slots=True)
class SlotLost:
    """The card reader or its service stopped answering."""


@dataclass(frozen=True, slots=True)
class SlotReady:
    """The card reader answers (again)."""


@dataclass(frozen=True, slots=True)
class CardRecognised:
    """The card told what it is."""

    turn: int
    kind: CardKind
    has_pin: bool
    """A PIN can be typed for it; false for 顔認証マイナンバーカード."""
    has_face: bool
    """Its chip holds a photo, and this reader may use the card after a face match."""
    pin_tries_left: int | None
    """Zero: locked. None: no PIN can be typed for it."""
    notices: tuple[Notice, ...] = ()
    """What its own dates let the patient be told."""
    has_front: bool = True
    """This reader can look at its front; otherwise the printed code must be typed."""
    has_terminal: bool = False
    """It lets this reader use its key without a PIN."""


@dataclass(frozen=True, slots=True)
class JobFailed:
    """A job of this turn could not be done."""

    turn: int
    failure: FailureCode


@dataclass(frozen=True, slots=True)
class TimedOut:
    """The time this turn may take is over."""

    turn: int


@dataclass(frozen=True, slots=True)
class TimeRunsShort:
    """Most of the time this turn may take is over."""

    turn: int


@dataclass(frozen=True, slots=True)
class MoreTimeWanted:
    """The patient was warned and is still here."""

    turn: int


# --- the patient --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FaceChosen:
    """The patient wants to be recognised by face."""

    turn: int


@dataclass(frozen=True, slots=True)
class PinChosen:
    """The patient wants to type the PIN."""

    turn: int


@dataclass(frozen=True, slots=True)
class PinEntered:
    """Four digits were typed and confirmed; they wait in the PIN pad, nowhere else."""

    turn: int


@dataclass(frozen=True, slots=True)
class LastTryConfirmed:
    """The patient knows it is the card's last try and wants it."""

    turn: int


@dataclass(frozen=True, slots=True)
class CodeTypingChosen:
    """The printed code shall be typed, as the reader could not read it."""

    turn: int


@dataclass(frozen=True, slots=True)
class StaffChosen:
    """Staff want to compare the patient with the card themselves."""

    turn: int


@dataclass(frozen=True, slots=True)
class StaffPasswordEntered:
    """Staff confirmed the digits of the facility password."""

    turn: int


@dataclass(frozen=True, slots=True)
class StaffAnswered:
    """Staff said whether the patient is the one on the card."""

    turn: int
    is_holder: bool
    at: Moment


@dataclass(frozen=True, slots=True)
class BackChosen:
    """Not this way after all."""

    turn: int


@dataclass(frozen=True, slots=True)
class PrintedCodeEntered:
    """Its 14 digits were typed and confirmed; they wait at their desk, nowhere else."""

    turn: int


@dataclass(frozen=True, slots=True)
class RegistrationAccepted:
    """The patient agrees to use this card as insurance card (利用登録)."""

    turn: int


@dataclass(frozen=True, slots=True)
class AllConsentsAnswered:
    """One answer for everything that is asked."""

    turn: int
    is_given: bool
    at: Moment
    text_hash: bytes
    """SHA-256 of the sentences that stood on the page."""


@dataclass(frozen=True, slots=True)
class ConsentsUnobtainable:
    """The patient cannot answer; the crew says so, and nobody consents instead."""

    turn: int
    at: Moment
    text_hash: bytes
    """SHA-256 of the sentences that stood on the page."""


@dataclass(frozen=True, slots=True)
class OneByOneChosen:
    """The patient wants to answer each item alone."""

    turn: int


@dataclass(frozen=True, slots=True)
class ConsentAnswered:
    """The answer to the group of items that is on the screen."""

    turn: int
    is_given: bool
    at: Moment
    text_hash: bytes
    """SHA-256 of the sentences that stood on the page."""


@dataclass(frozen=True, slots=True)
class Decided:
    """The patient answered a question that is no consent."""

    turn: int
    decision: Decision
    text_hash: bytes
    """SHA-256 of the sentences on the page."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The patient pressed "end"."""

    turn: int


# --- verification ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StaffPasswordAccepted:
    """It was the facility password."""

    turn: int


@dataclass(frozen=True, slots=True)
class StaffPasswordRejected:
    """It was not, or nothing is compared yet."""

    turn: int
    is_wrong: bool
    """It was compared."""
    wait_s: int
    """Until the next one is compared; 1 or more."""


@dataclass(frozen=True, slots=True)
class FaceMatched:
    """The face before the camera is the one in the chip."""

    turn: int
    at: Moment
    match: FaceMatch


@dataclass(frozen=True, slots=True)
class PinAccepted:
    """The card accepted the PIN."""

    turn: int
    at: Moment


@dataclass(frozen=True, slots=True)
class PinRejected:
    """The card refused the PIN."""

    turn: int
    tries_left: int


# --- the reception PC -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AgentConnected:
    """The link to the reception PC is up (again)."""


@dataclass(frozen=True, slots=True)
class AgentLost:
    """The link to the reception PC broke; whatever was sent may not have arrived."""


@dataclass(frozen=True, slots=True)
class ChallengeReceived:
    """The agent sent what the card must sign."""

    message: VisitChallenge


@dataclass(frozen=True, slots=True)
class ChallengeSigned:
    """The card signed the agent's challenge."""

    turn: int
    certificate: bytes
    signature: bytes
    at: Moment

    def __repr__(self) -> str:
        """Leave out the certificate: it identifies the patient."""
        return f"ChallengeSigned(turn={self.turn})"


@dataclass(frozen=True, slots=True)
class OptionsReceived:
    """The eligibility source answered."""

    message: VisitOptions
    is_of_another: bool = False
    """About somebody who was born on another day than the card's record says."""


@dataclass(frozen=True, slots=True)
class RefusalReceived:
    """The agent or the eligibility source cannot go on with this visit."""

    message: VisitRefused


@dataclass(frozen=True, slots=True)
class RecordKept:
    """The visit's record is signed and on the disk."""

    turn: int


Event = (
    CardPlaced
    | CardRemoved
    | SlotLost
    | SlotReady
    | CardRecognised
    | JobFailed
    | TimedOut
    | TimeRunsShort
    | MoreTimeWanted
    | FaceChosen
    | PinChosen
    | PinEntered
    | LastTryConfirmed
    | CodeTypingChosen
    | PrintedCodeEntered
    | StaffChosen
    | StaffPasswordEntered
    | StaffAnswered
    | BackChosen
    | StaffPasswordAccepted
    | StaffPasswordRejected
    | RegistrationAccepted
    | AllConsentsAnswered
    | ConsentsUnobtainable
    | OneByOneChosen
    | ConsentAnswered
    | Decided
    | Cancelled
    | FaceMatched
    | PinAccepted
    | PinRejected
    | AgentConnected
    | AgentLost
    | ChallengeReceived
    | ChallengeSigned
    | OptionsReceived
    | RefusalReceived
    | RecordKept
)
