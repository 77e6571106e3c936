"""Each effect reaches the right piece of hardware, in order; nothing personal stays behind."""

import json
import logging
import re
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from device.clock import Clock
from device.host import Host
from device.intake import ScreenIntake
from device.jobs.card import CardJobs, CardParts
from device.jobs.face import FaceJobs
from device.jobs.pin import PinDesk
from device.jobs.record import RecordJobs
from device.journal import Journal
from device.loop import VisitLoop
from device.outbox import Outbox
from device.performer import Performer
from device.pinpad.attempts import PinAttempts
from device.pinpad.entry import PinEntry
from device.screen.port import PageView
from device.visit import effects, events
from device.visit.effects import PageName
from device.visit.policy import VisitPolicy
from hostlink.messages import IdentityProven, Message, VisitChallenge, VisitOpened, VisitOptions
from hostlink.terms import CardKind, ConsentItem, FailureCode
from tests.device.fake_screen import FakeScreen
from tests.device.pinpad.fake_disk import FakeDisk
from tests.device.posted import Posted
from tests.device.reader.laid_cards import InProcessSlot
from tests.device.signing_reader import reader_identity
from tests.hostlink.samples import COMPLETED
from tests.hw_sim.card import catalog
from tests.hw_sim.card.issuer import Issuer

TURN = 6
NAME = "試験 花子"
PIN = "7305"
PAD = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "", "0", "")


class Calls:
    """Stands for any piece of hardware: notes what is asked of it."""

    def __init__(self, name: str, told: list[str]) -> None:
        self._name = name
        self._told = told

    def __getattr__(self, called: str) -> Any:
        return lambda *given, **named: self._told.append(f"{self._name}.{called}")


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def posted() -> Posted:
    return Posted()


@pytest.fixture
def screen() -> FakeScreen:
    return FakeScreen()


@pytest.fixture
def performer(told: list[str], posted: Posted, screen: FakeScreen) -> Performer:
    return Performer(
        screen=screen,
        card=cast(CardJobs, Calls("card", told)),
        face=cast(FaceJobs, Calls("face", told)),
        pin=PinDesk(PinEntry(lambda: 0.0, shuffle=False), screen, posted),
        record=cast(RecordJobs, Calls("record", told)),
        host=cast(Host, Calls("host", told)),
        post=posted,
    )


WORK: list[tuple[effects.Effect, list[str]]] = [
    (effects.RecogniseCard(TURN), ["card.recognise"]),
    (effects.StartFaceCheck(TURN), ["face.start"]),
    (effects.StopFaceCheck(), ["face.stop_check"]),
    (effects.CountPinTries(TURN), ["card.count_pin_tries"]),
    (effects.OpenPinEntry(TURN), []),
    (effects.ForgetPin(), []),
    (effects.VerifyPin(TURN), []),
    (effects.SignChallenge(TURN, bytes(32), is_after_face=True), ["card.sign"]),
    (effects.TellAgent(VisitOpened(bytes(16), CardKind.MY_NUMBER)), ["host.tell"]),
    (effects.KeepRecord(TURN, COMPLETED, ()), ["record.keep"]),
    (effects.ForgetPatient(), ["face.stop_check", "card.forget"]),
]


@pytest.mark.parametrize(("effect", "calls"), WORK, ids=lambda each: type(each).__name__)
def test_each_effect_reaches_its_hardware(
    performer: Performer, told: list[str], effect: effects.Effect, calls: list[str]
) -> None:
    performer.perform(effect)
    assert told == calls


def test_every_effect_is_tried_here() -> None:
    tried = {type(effect) for effect, _ in WORK} | {effects.ShowPage, effects.StartTimer}
    assert tried == set(effects.Effect.__args__)


def test_the_timer_belongs_to_the_loop(performer: Performer) -> None:
    with pytest.raises(AssertionError):
        performer.perform(effects.StartTimer(TURN, 1.0))


def pads(screen: FakeScreen) -> list[object]:
    return [page.values.get("pad") for page in screen.pages]


@pytest.mark.parametrize(
    "end", [effects.ForgetPin(), effects.VerifyPin(TURN), effects.ForgetPatient()]
)
def test_the_pad_is_drawn_while_a_pin_is_asked_for_and_then_forgotten(
    performer: Performer, screen: FakeScreen, end: effects.Effect
) -> None:
    page = effects.ShowPage(TURN, PageName.PIN)
    for effect in (page, effects.OpenPinEntry(TURN), page, end, page):
        performer.perform(effect)
    assert pads(screen) == [(), PAD, ()]


def test_a_pin_that_is_not_there_any_more_is_said_to_be_expired(
    performer: Performer, posted: Posted, told: list[str]
) -> None:
    performer.perform(effects.VerifyPin(TURN))
    assert posted.events == [events.JobFailed(TURN, FailureCode.PIN_EXPIRED)]
    assert told == []


@pytest.mark.parametrize("end", [effects.ForgetPin(), effects.ForgetPatient(), None])
def test_forgetting_wipes_the_digits(performer: Performer, end: effects.Effect | None) -> None:
    performer.perform(effects.OpenPinEntry(TURN))
    buffer = performer.pin._entry._buffer
    for position in range(4):
        performer.pin.press(TURN, position)
    assert bytes(buffer) == b"1234"
    if end:
        performer.perform(end)
    else:
        performer.close()
    assert bytes(buffer) == bytes(4)


def test_closing_switches_everything_off(
    performer: Performer, screen: FakeScreen, told: list[str]
) -> None:
    performer.close()
    assert told == ["face.stop", "card.stop", "record.stop", "host.close"]
    assert screen.is_closed


# --- a whole visit by PIN, and what it leaves behind ---------------------------------------------


class Patient(FakeScreen):
    """Touches what a patient would touch as soon as a page is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.intake: ScreenIntake | None = None
        self.wrong_first = True
        self.is_finished = threading.Event()

    def show(self, page: PageView) -> None:
        super().show(page)
        assert self.intake is not None
        answers = {"choose_method": "pin", "consent_all": "agree_all"}
        if answer := answers.get(page.name):
            self.intake.chosen(page.turn, answer)
        if page.name == "pin":
            self._type(page)
        if page.name in {"finished", "take_card"}:
            self.is_finished.set()

    def _type(self, page: PageView) -> None:
        pad = page.values["pad"]
        assert self.intake is not None
        assert isinstance(pad, tuple)
        for digit in reversed(PIN) if self.wrong_first else PIN:
            self.intake.pad_pressed(page.turn, pad.index(digit))
        self.wrong_first = False
        self.intake.chosen(page.turn, "confirm")


class Agent:
    """Answers at once, as the reception PC would."""

    def __init__(self, loop: VisitLoop) -> None:
        self._loop = loop

    def tell(self, message: Message) -> bool:
        match message:
            case VisitOpened(visit_id):
                challenge = VisitChallenge(visit_id, bytes(16), bytes(32))
                self._loop.post(events.ChallengeReceived(challenge))
            case IdentityProven(visit_id):
                options = VisitOptions(visit_id, NAME, True, tuple(ConsentItem), ())
                self._loop.post(events.OptionsReceived(options))
            case _:
                pass
        return True


class WholeVisit:
    """A reader without camera, cable and server, and one patient with a PIN."""

    def __init__(self, issuer: Issuer, folder: Path) -> None:
        pins = replace(catalog.MY_NUMBER.pins, authentication=PIN)
        self.card = issuer.issue(replace(catalog.MY_NUMBER, pins=pins))
        self.journal = Journal(folder / "journal.jsonl")
        self.loop = VisitLoop(VisitPolicy(), self.journal)
        self.screen, clock, agent = Patient(), Clock(), Agent(self.loop)
        attempts = PinAttempts(FakeDisk(), bytes(32), lambda: 0.0)
        parts = CardParts(InProcessSlot(self.card), cast(Any, None), None, attempts)
        identity, outbox = reader_identity(), Outbox(folder / "outbox")
        desk = PinDesk(PinEntry(lambda: 0.0, shuffle=True), self.screen, self.loop.post)
        self.screen.intake = ScreenIntake(self.loop.post, clock, desk)
        self.performer = Performer(
            screen=self.screen,
            card=CardJobs(parts, clock, self.loop.post),
            face=cast(FaceJobs, Calls("face", [])),
            pin=desk,
            record=RecordJobs(outbox, identity, clock, agent.tell, self.loop.post),
            host=cast(Host, agent),
            post=self.loop.post,
        )
        self.reprs: list[str] = []

    def perform(self, effect: effects.Effect) -> None:
        self.performer.perform(effect)
        self.reprs += [repr(effect), repr(self.performer), *map(repr, self.screen.pages)]

    def play(self) -> None:
        self.loop.post(events.SlotReady())
        self.loop.post(events.CardPlaced(bytes(16)))
        self.loop.start(self)
        assert self.screen.is_finished.wait(5)
        self.loop.stop()
        self.performer.card.stop()
        self.performer.record.stop()
        self.journal.close()


@pytest.fixture
def visit(issuer: Issuer, tmp_path: Path) -> WholeVisit:
    return WholeVisit(issuer, tmp_path)


def leaks(text: str) -> list[str]:
    """What must not stand in a text; addresses of objects are no digits of a PIN."""
    plain = re.sub("0x[0-9a-f]+", "", text)
    return [secret for secret in (NAME, *NAME.split(), PIN, PIN[::-1], "'7'") if secret in plain]


def test_a_whole_visit_leaves_neither_name_nor_pin_behind(
    visit: WholeVisit, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    visit.play()
    shown = [page.name for page in visit.screen.pages]
    assert shown.count("pin") == 2
    assert shown[-1] == "finished"
    assert visit.screen.pages[-1].values["patient_name"] == NAME
    assert len(visit.card.trace.presented_pins()) == 2

    lines = [json.loads(line) for line in (tmp_path / "journal.jsonl").read_text().splitlines()]
    words = [line[key] for line in lines for key in ("event", "before", "after", "visit")]
    assert leaks(" ".join(words)) == []
    assert leaks(caplog.text) == []
    assert leaks(" ".join(visit.reprs)) == []
    kept = b"".join(path.read_bytes() for path in (tmp_path / "outbox").iterdir())
    assert NAME.encode() not in kept


def test_such_leaks_would_be_seen(visit: WholeVisit) -> None:
    visit.play()
    page = visit.screen.pages[-1]
    assert leaks(str(dict(page.values)))
    pin_page = next(page for page in visit.screen.pages if page.name == "pin")
    assert leaks(str(pin_page.values["pad"]))
    presented = visit.card.trace.presented_pins()[-1].command
    assert leaks(presented.decode("latin-1"))
