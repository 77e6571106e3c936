"""Where a visit stands. Only a state that holds a `Visit` knows a patient."""

from dataclasses import dataclass, field

from hostlink.messages import ConsentDecision, FaceMatch, Moment, VisitChallenge, VisitOptions
from hostlink.terms import (
    CardKind,
    ConsentItem,
    Decision,
    Emergency,
    FailureCode,
    Notice,
    Question,
    VerificationMethod,
)


@dataclass(frozen=True, slots=True)
class Verification:
    """The proof that the holder of the card is here."""

    method: VerificationMethod
    at: Moment
    match: FaceMatch | None = None
    """Exactly when the method is FACE."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What is known of the patient who is at the reader now."""

    visit_id: bytes
    kind: CardKind | None = None
    has_pin: bool = False
    """A PIN may still be typed for this card."""
    has_face: bool = False
    """The face may still be compared with this card's photo."""
    has_front: bool = True
    """Something reads the code on the card's front; otherwise somebody has to type it."""
    has_terminal: bool = False
    """The card lets this reader use its key without a PIN."""
    is_code_typed: bool = False
    """Somebody typed the code, so the chip can be asked for its photo."""
    pin_tries_left: int = 0
    """As the card said last; none: its PIN is locked."""
    notices: tuple[Notice, ...] = ()
    """What the card itself lets the patient be told."""
    face_attempts: int = 0
    """Face checks begun while this card lies here."""
    wrong_pins: int = 0
    """PINs the card refused while it lies here."""
    challenge: VisitChallenge | None = field(default=None, repr=False)
    verification: Verification | None = None
    has_registered: bool = False
    decisions: tuple[ConsentDecision, ...] = ()
    chosen: tuple[Decision, ...] = ()
    """Answers to the questions that are no consents."""
    shown_texts: tuple[bytes, ...] = ()
    """SHA-256 of the sentences of each page that asked for a consent or a decision, in order."""

    emergency: Emergency | None = None
    """What the reader serves instead of an ordinary reception."""

    @property
    def is_with_crew(self) -> bool:
        """In an ambulance nobody but the crew has the reader in hand: they need no password."""
        return self.emergency is Emergency.AMBULANCE and self.has_terminal

    @property
    def is_phone(self) -> bool:
        """What lies there is no card."""
        return self.kind in {CardKind.ANDROID, CardKind.IPHONE}


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing lies on the reader."""

    turn: int


@dataclass(frozen=True, slots=True)
class OutOfService:
    """The card reader does not answer; staff must look."""

    turn: int
    failure: FailureCode


@dataclass(frozen=True, slots=True)
class Recognising:
    """Something was laid down; what is it?"""

    turn: int
    visit: Visit


@dataclass(frozen=True, slots=True)
class ChoosingMethod:
    """Face or PIN?"""

    turn: int
    visit: Visit


@dataclass(frozen=True, slots=True)
class CheckingFace:
    """The camera looks at the patient."""

    turn: int
    visit: Visit


@dataclass(frozen=True, slots=True)
class EnteringPrintedCode:
    """The patient, or staff, types what is printed on the card's front."""

    turn: int
    visit: Visit


@dataclass(frozen=True, slots=True)
class EnteringPin:
    """The patient types."""

    turn: int
    visit: Visit


@dataclass(frozen=True, slots=True)
class ConfirmingLastTry:
    """One wrong digit would lock the card: does the patient want that try?"""

    turn: int
    visit: Visit


@dataclass(frozen=True, slots=True)
class VerifyingPin:
    """The card compares the PIN."""

    turn: int
    visit: Visit


@dataclass(frozen=True, slots=True)
class RecallingPin:
    """The card took too long: was the PIN sent at all?"""

    turn: int
    visit: Visit


@dataclass(frozen=True, slots=True)
class EnteringPassword:
    """Staff type the facility password."""

    turn: int
    visit: Visit


@dataclass(frozen=True, slots=True)
class CheckingPassword:
    """The reader compares it."""

    turn: int
    visit: Visit


@dataclass(frozen=True, slots=True)
class ComparingFace:
    """Staff look at the patient and at the photo on the card."""

    turn: int
    visit: Visit


@dataclass(frozen=True, slots=True)
class ProvingIdentity:
    """Waiting for the agent's challenge, then for the card's signature over it."""

    turn: int
    visit: Visit


@dataclass(frozen=True, slots=True)
class AwaitingOptions:
    """The agent asks the eligibility source."""

    turn: int
    visit: Visit


@dataclass(frozen=True, slots=True)
class Registering:
    """First visit with this card: use it as insurance card?"""

    turn: int
    visit: Visit
    options: VisitOptions


@dataclass(frozen=True, slots=True)
class AskingConsent:
    """All questions at once, or the next group of them."""

    turn: int
    visit: Visit
    options: VisitOptions
    groups: tuple[tuple[ConsentItem, ...], ...]
    """Groups still to be answered, the first is on the screen; empty while asking for all."""


@dataclass(frozen=True, slots=True)
class AskingQuestion:
    """A decision that is no consent: 医療費助成, form of the prescription."""

    turn: int
    visit: Visit
    options: VisitOptions
    questions: tuple[Question, ...]
    """Still to be answered, the first is on the screen."""


@dataclass(frozen=True, slots=True)
class KeepingRecord:
    """Signing and storing a completed visit."""

    turn: int
    options: VisitOptions | None = field(repr=False)
    """For the finished page; nothing once the card was taken, so that nobody is known here."""
    is_phone: bool = False


@dataclass(frozen=True, slots=True)
class Failing:
    """It did not work; the page says what the patient can do next."""

    turn: int
    visit: Visit
    failure: FailureCode


@dataclass(frozen=True, slots=True)
class TakingCard:
    """The visit is over and forgotten; only the card is still here."""

    turn: int
    failure: FailureCode | None
    """None: it is completed."""
    is_phone: bool = False
    notices: tuple[Notice, ...] = ()
    """What the patient is still told when the card is gone."""


@dataclass(frozen=True, slots=True)
class CardTaken:
    """The card is gone; a last page tells what comes next."""

    turn: int
    failure: FailureCode | None


VerifyingState = (
    Recognising
    | ChoosingMethod
    | CheckingFace
    | EnteringPrintedCode
    | EnteringPin
    | ConfirmingLastTry
    | VerifyingPin
    | RecallingPin
    | EnteringPassword
    | CheckingPassword
    | ComparingFace
    | ProvingIdentity
    | Failing
)
"""States in which the patient is not yet proven to the agent."""

VisitState = VerifyingState | AwaitingOptions | Registering | AskingConsent | AskingQuestion
"""States that know a patient."""

State = Idle | OutOfService | VisitState | KeepingRecord | TakingCard | CardTaken
