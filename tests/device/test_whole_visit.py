"""A whole visit on the reader, played by its own parts, and that it leaves nothing personal."""

import json
import logging
import re
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from device.clock import Clock
from device.host import Host
from device.intake import ScreenIntake
from device.jobs.card import CardJobs, CardParts
from device.jobs.face import FaceJobs
from device.jobs.pin import PinDesk
from device.jobs.printed_code import PrintedCodeDesk
from device.jobs.record import RecordJobs
from device.journal import Journal
from device.loop import VisitLoop
from device.outbox import Outbox
from device.performer import Performer
from device.pinpad.attempts import PinAttempts
from device.pinpad.entry import PinEntry
from device.reader.record_anchors import RecordAnchors
from device.screen.port import PageView
from device.visit import effects, events
from device.visit.policy import VisitPolicy
from hostlink.messages import (
    FaceMatch,
    IdentityProven,
    Message,
    VisitChallenge,
    VisitOpened,
    VisitOptions,
)
from hostlink.terms import ConsentItem, MatchBand
from tests.device.fake_screen import FakeScreen
from tests.device.jobs.card_bench import Untrusted
from tests.device.pinpad.fake_disk import FakeDisk
from tests.device.reader.laid_cards import InProcessSlot
from tests.device.reader.visit_steps import PHOTO
from tests.device.signing_reader import reader_identity
from tests.hw_sim.card import catalog
from tests.hw_sim.card.issuer import Issuer

NAME = "試験 花子"
PIN = "7305"
CODE = "33031420354821"


class Patient(FakeScreen):
    """Touches what a patient would touch as soon as a page is shown."""

    def __init__(self, method: str) -> None:
        super().__init__()
        self.method = method
        self.intake: ScreenIntake | None = None
        self.wrong_first = True
        self.is_finished = threading.Event()

    def show(self, page: PageView) -> None:
        super().show(page)
        assert self.intake is not None
        answers = {"choose_method": self.method, "failed": "pin", "consent_all": "agree_all"}
        if answer := answers.get(page.name):
            self.intake.chosen(page.turn, answer)
        if page.name == "pin":
            self._type(page, "".join(reversed(PIN)) if self.wrong_first else PIN)
            self.wrong_first = False
        if page.name == "printed_code":
            self._type(page, CODE)
        if page.name in {"finished", "take_card"}:
            self.is_finished.set()

    def _type(self, page: PageView, digits: str) -> None:
        pad = page.values["pad"]
        assert self.intake is not None
        assert isinstance(pad, tuple)
        for digit in digits:
            self.intake.pad_pressed(page.turn, pad.index(digit))
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


MATCH = FaceMatch(MatchBand.CLEAR_MATCH, "adults")


class Mirror:
    """Takes every photo for the face before it."""

    def __init__(self, post: Callable[[events.Event], None]) -> None:
        self._post = post
        self.photos: list[bytes] = []

    def start(self, turn: int, read_photo: "Callable[[], Future[bytes]]") -> None:
        def look(photo: "Future[bytes]") -> None:
            self.photos.append(photo.result())
            self._post(events.FaceMatched(turn, Clock().now(), MATCH))

        read_photo().add_done_callback(look)

    def stop_check(self) -> None:
        """It looks only once."""


_TOLD_MS = 1_795_824_000_000
"""28 November 2026."""


class WholeVisit:
    """A reader without cameras, cable and server, and one patient with a PIN."""

    def __init__(self, issuer: Issuer, folder: Path, method: str = "pin") -> None:
        pins = replace(catalog.MY_NUMBER.pins, authentication=PIN)
        self.card = issuer.issue(replace(catalog.MY_NUMBER, pins=pins), PHOTO)
        self.journal = Journal(folder / "journal.jsonl")
        self.loop = VisitLoop(VisitPolicy(may_type_printed_code=True), self.journal)
        self.screen, clock, agent = Patient(method), Clock(), Agent(self.loop)
        clock.set_from_agent(_TOLD_MS)
        attempts = PinAttempts(FakeDisk(), bytes(32), lambda: 0.0)
        anchors = RecordAnchors([issuer.record_ca])
        parts = CardParts(InProcessSlot(self.card), None, Untrusted(), attempts, anchors)
        identity, outbox = reader_identity(), Outbox(folder / "outbox")
        desk = PinDesk(PinEntry(lambda: 0.0, shuffle=True), self.screen, self.loop.post)
        code = PrintedCodeDesk(self.screen, self.loop.post)
        self.screen.intake = ScreenIntake(self.loop.post, clock, (desk, code))
        self.mirror = Mirror(self.loop.post)
        self.performer = Performer(
            screen=self.screen,
            card=CardJobs(parts, clock, self.loop.post),
            face=cast(FaceJobs, self.mirror),
            pin=desk,
            code=code,
            password=desk,
            staff=None,
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
    secrets = (NAME, *NAME.split(), PIN, PIN[::-1], "'7'", CODE, CODE[:6], CODE[10:])
    return [secret for secret in secrets if secret in plain]


def test_a_whole_visit_leaves_neither_name_nor_pin_behind(
    visit: WholeVisit, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    visit.play()
    assert_nothing_is_left(visit, tmp_path, caplog)
    assert len(visit.card.trace.presented_pins()) == 2


def test_a_visit_with_a_typed_code_leaves_nothing_of_it_behind(
    issuer: Issuer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Its face matches; the card does not trust the terminal and wants the PIN too."""
    caplog.set_level(logging.DEBUG)
    visit = WholeVisit(issuer, tmp_path, "face")
    visit.play()
    shown = [page.name for page in visit.screen.pages]
    assert shown.index("printed_code") < shown.index("face") < shown.index("failed")
    assert visit.mirror.photos == [PHOTO]
    assert visit.screen.codes[-1][1] == CODE
    assert_nothing_is_left(visit, tmp_path, caplog)


def assert_nothing_is_left(
    visit: WholeVisit, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shown = [page.name for page in visit.screen.pages]
    assert shown.count("pin") == 2
    assert shown[-1] == "finished"
    assert visit.screen.pages[-1].values["patient_name"] == NAME

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


def test_a_typed_code_that_leaks_would_be_seen(issuer: Issuer, tmp_path: Path) -> None:
    visit = WholeVisit(issuer, tmp_path, "face")
    visit.play()
    assert leaks(repr(visit.screen.codes))
    code = next(e.command for e in visit.card.trace.presented_pins() if CODE.encode() in e.command)
    assert leaks(code.decode("latin-1"))
    assert visit.performer.code.take() is None
