"""What the visit wants done, in the imperative. `device/performer.py` does it.

An effect that starts a job carries the turn its answer must name.
"""

from dataclasses import dataclass, field
from enum import Enum, unique

from hostlink.messages import IdentityProven, VisitOpened, VisitProgressed, VisitRecord
from hostlink.terms import ConsentItem, FailureCode, Notice


@unique
class PageName(Enum):
    """The pages a patient can see; the value is the name the screen and its texts use."""

    STARTING = "starting"
    IDLE = "idle"
    RECOGNISING = "recognising"
    CHOOSE_METHOD = "choose_method"
    FACE = "face"
    PIN = "pin"
    PIN_LAST_TRY = "pin_last_try"
    PRINTED_CODE = "printed_code"
    STAFF_PASSWORD = "staff_password"  # noqa: S105 - the name of a page
    STAFF_COMPARE = "staff_compare"
    CHECKING = "checking"
    WAITING = "waiting"
    REGISTER = "register"
    CONSENT_ALL = "consent_all"
    CONSENT_ONE = "consent_one"
    SUBSIDY = "subsidy"
    PRESCRIPTION = "prescription"
    SAVING = "saving"
    FINISHED = "finished"
    TAKE_CARD = "take_card"
    CARD_TAKEN = "card_taken"
    FAILED = "failed"
    OUT_OF_SERVICE = "out_of_service"


@unique
class Choice(Enum):
    """What a patient can press on a page."""

    FACE = "face"
    RETRY_FACE = "retry_face"
    PIN = "pin"
    CONFIRM = "confirm"
    ERASE = "erase"
    CONFIRM_LAST_TRY = "confirm_last_try"
    TYPE_CODE = "type_code"
    STAFF = "staff"
    BACK = "back"
    STAFF_CONFIRMED = "staff_confirmed"
    STAFF_DENIED = "staff_denied"
    REGISTER = "register"
    AGREE_ALL = "agree_all"
    REFUSE_ALL = "refuse_all"
    ONE_BY_ONE = "one_by_one"
    CANNOT_ANSWER = "cannot_answer"
    AGREE = "agree"
    REFUSE = "refuse"
    USE_SUBSIDY = "use_subsidy"
    NO_SUBSIDY = "no_subsidy"
    ELECTRONIC_PRESCRIPTION = "electronic_prescription"
    PAPER_PRESCRIPTION = "paper_prescription"
    MORE_TIME = "more_time"
    END = "end"


@dataclass(frozen=True, slots=True)
class ShowPage:
    """Put a page before the patient; it stands until the next one."""

    turn: int
    page: PageName
    choices: tuple[Choice, ...] = ()
    failure: FailureCode | None = None
    tries_left: int | None = None
    is_retry: bool = False
    """What was typed before was wrong."""
    wait_s: int = 0
    """Nothing typed is compared for so long."""
    is_reminder: bool = False
    """The card still lies there: call it out."""
    is_phone: bool = False
    """A phone lies there, no card."""
    patient_name: str = field(default="", repr=False)
    consents: tuple[ConsentItem, ...] = ()
    notices: tuple[Notice, ...] = ()
    position: int = 0
    """Which of `count` questions this is, from 1."""
    count: int = 0


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Post `TimedOut(turn)` after this time; a newer timer replaces an older one."""

    turn: int
    after_s: float
    warn_s: float = 0.0
    """Post `TimeRunsShort(turn)` this long before; 0: nobody is warned."""


@dataclass(frozen=True, slots=True)
class WarnOfEnd:
    """Ask the patient on the page of this turn for a sign, and say how long is left."""

    turn: int
    left_s: float


@dataclass(frozen=True, slots=True)
class TakeBackWarning:
    """The patient gave the sign."""

    turn: int


@dataclass(frozen=True, slots=True)
class RecogniseCard:
    """Find out what lies on the reader."""

    turn: int


@dataclass(frozen=True, slots=True)
class ReadPhotoAhead:
    """Begin to read the card's front and the photo in its chip, while the patient chooses."""


@dataclass(frozen=True, slots=True)
class StopReadingPhoto:
    """Nobody needs the photo now: the card is free within one command.

    The photo is forgotten, and so is a code that was typed to open it.
    """


@dataclass(frozen=True, slots=True)
class StartFaceCheck:
    """Compare the photo in the chip with the face before the camera."""

    turn: int
    is_code_typed: bool = False
    """Open the photo with the code that was typed just now, and not with what the front says."""


@dataclass(frozen=True, slots=True)
class StopFaceCheck:
    """Stop looking; forget every picture."""


@dataclass(frozen=True, slots=True)
class OpenCodeEntry:
    """Take the digits printed on the card from the pad, from zero."""

    turn: int


@dataclass(frozen=True, slots=True)
class OpenPinEntry:
    """Take digits from the pad, from zero."""

    turn: int


@dataclass(frozen=True, slots=True)
class ForgetPin:
    """Wipe the digits that stand at a pad: PIN, facility password or printed code.

    A code that already serves to open the photo goes with `StopReadingPhoto` or `ForgetPatient`.
    """


@dataclass(frozen=True, slots=True)
class VerifyPin:
    """Send the typed PIN to the card, once."""

    turn: int


@dataclass(frozen=True, slots=True)
class RecallPin:
    """Keep the PIN back if it was not sent yet, and say which of the two it is.

    Answered by `JobFailed`: PIN_EXPIRED when it never leaves the reader, else PIN_OUTCOME_UNKNOWN.
    """

    turn: int


@dataclass(frozen=True, slots=True)
class OpenPasswordEntry:
    """Take digits of the facility password from the pad, from zero."""

    turn: int


@dataclass(frozen=True, slots=True)
class CheckPassword:
    """Compare the typed facility password, once."""

    turn: int


@dataclass(frozen=True, slots=True)
class SignChallenge:
    """Let the card sign the agent's challenge."""

    turn: int
    challenge: bytes = field(repr=False)
    is_after_face: bool
    """No PIN was given: the key must be unlocked by the reader's own right (PIN-less)."""


@dataclass(frozen=True, slots=True)
class TellAgent:
    """Send a message; lost with the link, the visit sends it again after a reconnect."""

    message: VisitOpened | IdentityProven | VisitProgressed


@dataclass(frozen=True, slots=True)
class KeepRecord:
    """Number, sign and store the record durably, then let it travel."""

    turn: int
    record: VisitRecord
    shown_texts: tuple[bytes, ...]
    """SHA-256 of the sentences of each page that asked for a consent or a decision, in order."""


@dataclass(frozen=True, slots=True)
class ForgetPatient:
    """Power the card down and wipe all that belongs to this patient: digits, photo, typed code."""


Effect = (
    ShowPage
    | StartTimer
    | WarnOfEnd
    | TakeBackWarning
    | RecogniseCard
    | ReadPhotoAhead
    | StopReadingPhoto
    | StartFaceCheck
    | StopFaceCheck
    | OpenCodeEntry
    | OpenPinEntry
    | ForgetPin
    | VerifyPin
    | RecallPin
    | OpenPasswordEntry
    | CheckPassword
    | SignChallenge
    | TellAgent
    | KeepRecord
    | ForgetPatient
)
