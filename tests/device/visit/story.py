"""A visit told as a story: events go in, and what the patient would see comes out."""

from dataclasses import replace

from device.visit import events
from device.visit.effects import (
    Effect,
    KeepRecord,
    OpenPinEntry,
    PageName,
    RecogniseCard,
    ShowPage,
    SignChallenge,
    StartFaceCheck,
)
from device.visit.machine import advance, begin
from device.visit.policy import VisitPolicy
from device.visit.state import State
from hostlink.messages import (
    FaceMatch,
    Moment,
    VisitChallenge,
    VisitOptions,
    VisitRecord,
)
from hostlink.terms import (
    CardKind,
    ConsentItem,
    MatchBand,
    Notice,
    TimeSource,
)

NOW = Moment(1_795_000_000_000, 1, TimeSource.AGENT)
MATCH = FaceMatch(MatchBand.CLEAR_MATCH, "adults")
TEXTS = b"t" * 32
VISIT = b"first visit id.."
OTHER = b"second visit id."
CHALLENGE = VisitChallenge(VISIT, b"n" * 16, b"c" * 32)
OPTIONS = VisitOptions(VISIT, "受付　太郎", True, tuple(ConsentItem), (Notice.CARD_EXPIRES_SOON,))


MY_NUMBER = events.CardRecognised(0, CardKind.MY_NUMBER, True, True, 3)
LAST_TRY = replace(MY_NUMBER, pin_tries_left=1)
LOCKED = replace(MY_NUMBER, pin_tries_left=0)
UNSEEN = replace(MY_NUMBER, has_front=False)
FACE_ONLY = events.CardRecognised(0, CardKind.FACE_ONLY, False, True, None)
ANDROID = events.CardRecognised(0, CardKind.ANDROID, True, False, 3)
IPHONE = events.CardRecognised(0, CardKind.IPHONE, False, False, None)
TYPING = VisitPolicy(may_type_printed_code=True)


class Story:
    """Feeds events to the machine and remembers what it wanted done."""

    def __init__(self, policy: VisitPolicy | None = None) -> None:
        self.policy = policy
        self.state: State = begin()[0]
        self.effects: list[Effect] = []
        self.last: tuple[Effect, ...] = ()
        self.happen(events.SlotReady())

    @property
    def turn(self) -> int:
        return self.state.turn

    def shown(self) -> PageName:
        return self.page.page

    @property
    def page(self) -> ShowPage:
        return [effect for effect in self.effects if isinstance(effect, ShowPage)][-1]

    @property
    def records(self) -> list[VisitRecord]:
        return [effect.record for effect in self.effects if isinstance(effect, KeepRecord)]

    def happen(self, *happened: events.Event) -> "Story":
        for event in happened:
            self.state, self.last = advance(self.state, event, self.policy)
            self.effects += self.last
        return self

    def wanted(self, kind: type[Effect]) -> Effect | None:
        return next((effect for effect in self.last if isinstance(effect, kind)), None)

    def lay_card(self, card: events.CardRecognised = MY_NUMBER) -> "Story":
        self.happen(events.CardPlaced(VISIT))
        assert self.wanted(RecogniseCard)
        return self.happen(replace(card, turn=self.turn))

    def match_face(self) -> "Story":
        self.happen(events.FaceChosen(self.turn))
        assert self.wanted(StartFaceCheck)
        return self.happen(events.FaceMatched(self.turn, NOW, MATCH))

    def enter_pin(self) -> "Story":
        self.happen(events.PinChosen(self.turn))
        assert self.wanted(OpenPinEntry)
        return self.happen(events.PinEntered(self.turn))

    def prove(self, options: VisitOptions = OPTIONS) -> "Story":
        self.happen(events.ChallengeReceived(CHALLENGE))
        assert self.wanted(SignChallenge)
        self.happen(events.ChallengeSigned(self.turn, b"certificate", b"signature", NOW))
        return self.happen(events.OptionsReceived(options))
