"""One face check at a time: the camera is on only while it runs, and it answers at most once."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import cast

import numpy as np
import pytest

from device.clock import Clock
from device.face.check import FaceCheck, FaceCheckOutcome, FaceCheckResult, Onlookers
from device.face.comparison import ScoreBand
from device.face.errors import BundleError, CameraError, PhotoError
from device.face.liveness.port import Prompt
from device.face.port import Camera, Frame
from device.face.quality import QualityHint
from device.jobs.face import FaceJobs
from device.reader.errors import CardLostError, PrintedCodeLockedError
from device.screen.language import load_languages
from device.visit import events
from hostlink.messages import FaceMatch
from hostlink.terms import FailureCode, MatchBand
from tests.device.fake_screen import FakeScreen
from tests.device.posted import LONGEST_WAIT_S, Posted, finish

TURN = 21
PHOTO = b"the photo of the chip"


def wait_for(event: threading.Event) -> None:
    assert event.wait(LONGEST_WAIT_S)


class FakeCamera:
    def __init__(self) -> None:
        self.times_closed = 0

    def read(self) -> Frame:
        raise CameraError

    def close(self) -> None:
        self.times_closed += 1


class FakeCheck:
    """Ends as it is told, after it has looked at the onlookers."""

    def __init__(self) -> None:
        self.outcome = FaceCheckOutcome.MATCH
        self.band: ScoreBand | None = ScoreBand.MATCH
        self.error: Exception | None = None
        self.photos: list[bytes] = []
        self.has_begun = threading.Event()
        self.look: Callable[[Onlookers], None] = lambda onlookers: None
        self.is_closed = False

    def prepare(self) -> None:
        """Nothing to load."""

    def close(self) -> None:
        self.is_closed = True

    def run(
        self, photo: bytes, camera: Camera, now_s: Callable[[], float], onlookers: Onlookers
    ) -> FaceCheckResult:
        self.photos.append(photo)
        self.has_begun.set()
        self.look(onlookers)
        if self.error:
            raise self.error
        outcome = FaceCheckOutcome.CANCELLED if onlookers.is_cancelled() else self.outcome
        return FaceCheckResult(outcome, QualityHint.GOOD, self.band, "adults")


class Bench:
    def __init__(self) -> None:
        self.check = FakeCheck()
        self.cameras: list[FakeCamera] = []
        self.camera_error: Exception | None = None
        self.screen = FakeScreen()
        self.posted = Posted()
        self.photo: Future[bytes] = Future()
        self.photo.set_result(PHOTO)
        self.jobs = FaceJobs(
            cast(FaceCheck, self.check), self.open_camera, self.screen, Clock(), self.posted
        )

    def open_camera(self) -> Camera:
        if self.camera_error:
            raise self.camera_error
        self.cameras.append(FakeCamera())
        return self.cameras[-1]

    def start(self, turn: int = TURN) -> None:
        self.jobs.start(turn, lambda: self.photo)

    def finish(self) -> None:
        finish(self.jobs._worker)
        assert all(camera.times_closed == 1 for camera in self.cameras)

    def fail_photo(self, error: Exception) -> None:
        self.photo = Future()
        self.photo.set_exception(error)


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.jobs.stop()


def test_a_match_is_told_with_its_turn(bench: Bench) -> None:
    bench.start()
    bench.finish()
    [answer] = bench.posted.events
    assert isinstance(answer, events.FaceMatched)
    assert answer.turn == TURN
    assert answer.match == FaceMatch(MatchBand.MATCH, "adults")
    assert bench.check.photos == [PHOTO]


@pytest.mark.parametrize("band", [None, ScoreBand.NEAR, ScoreBand.NO_MATCH])
def test_a_match_in_no_matching_band_is_none(bench: Bench, band: ScoreBand | None) -> None:
    bench.check.band = band
    bench.start()
    bench.finish()
    assert bench.posted.events == [events.JobFailed(TURN, FailureCode.INTERNAL)]


@pytest.mark.parametrize(
    ("outcome", "failure"),
    [
        (FaceCheckOutcome.NO_MATCH, FailureCode.FACE_NOT_MATCHED),
        (FaceCheckOutcome.NO_GOOD_PICTURE, FailureCode.FACE_NOT_SEEN),
        (FaceCheckOutcome.NOT_LIVE, FailureCode.FACE_NOT_LIVE),
        (FaceCheckOutcome.CHALLENGE_NOT_DONE, FailureCode.FACE_MOVEMENT_NOT_SEEN),
    ],
)
def test_only_a_match_verifies(
    bench: Bench, outcome: FaceCheckOutcome, failure: FailureCode
) -> None:
    bench.check.outcome = outcome
    bench.start()
    bench.finish()
    assert bench.posted.events == [events.JobFailed(TURN, failure)]


@pytest.mark.parametrize("outcome", FaceCheckOutcome)
def test_every_outcome_has_its_answer(bench: Bench, outcome: FaceCheckOutcome) -> None:
    bench.check.outcome = outcome
    bench.start()
    bench.finish()
    matched = [event for event in bench.posted.events if isinstance(event, events.FaceMatched)]
    assert bool(matched) == (outcome is FaceCheckOutcome.MATCH)


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (PrintedCodeLockedError(), FailureCode.PRINTED_CODE_LOCKED),
        (CardLostError(), FailureCode.CARD_REMOVED),
    ],
)
def test_without_the_photo_there_is_no_check(
    bench: Bench, error: Exception, failure: FailureCode
) -> None:
    bench.fail_photo(error)
    bench.start()
    bench.finish()
    assert bench.posted.events == [events.JobFailed(TURN, failure)]
    assert bench.check.photos == []


def test_a_reading_that_never_took_place_is_a_failure(bench: Bench) -> None:
    bench.photo = Future()
    bench.photo.cancel()
    bench.start()
    bench.finish()
    assert bench.posted.events == [events.JobFailed(TURN, FailureCode.CARD_UNREADABLE)]


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (PhotoError(), FailureCode.PHOTO_UNREADABLE),
        (CameraError(), FailureCode.CAMERA_UNAVAILABLE),
        (BundleError(), FailureCode.CAMERA_UNAVAILABLE),
        (RuntimeError("what was this?"), FailureCode.INTERNAL),
    ],
)
def test_a_check_that_breaks_fails_and_the_next_one_works(
    bench: Bench, error: Exception, failure: FailureCode
) -> None:
    bench.check.error = error
    bench.start()
    bench.finish()
    assert bench.posted.events == [events.JobFailed(TURN, failure)]
    bench.check.error = None
    bench.start(TURN + 2)
    bench.finish()
    assert isinstance(bench.posted.events[-1], events.FaceMatched)


def test_a_missing_camera_is_a_failure(bench: Bench) -> None:
    bench.camera_error = CameraError()
    bench.start()
    bench.finish()
    assert bench.posted.events == [events.JobFailed(TURN, FailureCode.CAMERA_UNAVAILABLE)]


@pytest.mark.parametrize("error", [None, PhotoError(), RuntimeError()])
def test_a_stopped_check_says_nothing(bench: Bench, error: Exception | None) -> None:
    stopped = threading.Event()
    bench.check.look = lambda _: wait_for(stopped)
    bench.check.error = error
    bench.start()
    assert bench.check.has_begun.wait(LONGEST_WAIT_S)
    bench.jobs.stop_check()
    stopped.set()
    bench.finish()
    assert bench.posted.events == []


def test_a_check_stopped_before_it_began_leaves_the_camera_off(bench: Bench) -> None:
    held = threading.Event()
    bench.jobs._worker.submit(lambda: wait_for(held))
    bench.start()
    bench.jobs.stop_check()
    held.set()
    bench.finish()
    assert (bench.cameras, bench.posted.events) == ([], [])


def test_a_new_check_stops_the_one_before(bench: Bench) -> None:
    held = threading.Event()
    bench.jobs._worker.submit(lambda: wait_for(held))
    bench.start(TURN)
    bench.start(TURN + 3)
    held.set()
    bench.finish()
    [answer] = bench.posted.events
    assert isinstance(answer, events.FaceMatched)
    assert answer.turn == TURN + 3


def test_hints_and_pictures_reach_the_page_of_the_turn(bench: Bench) -> None:
    picture = np.zeros((60, 80, 3), np.uint8)

    def look(onlookers: Onlookers) -> None:
        onlookers.on_hint(QualityHint.NO_FACE)
        onlookers.on_preview(picture)

    bench.check.look = look
    bench.start()
    bench.finish()
    assert bench.screen.hints == [(TURN, "no_face")]
    [(turn, jpeg)] = bench.screen.previews
    assert (turn, jpeg[:3]) == (TURN, bytes.fromhex("FFD8FF"))


def test_where_nobody_watches_no_picture_is_made(bench: Bench) -> None:
    def look(onlookers: Onlookers) -> None:
        onlookers.on_preview(np.zeros((60, 80, 3), np.uint8))

    bench.screen.is_watched = False
    bench.check.look = look
    bench.start()
    bench.finish()
    assert bench.screen.previews == []


@pytest.mark.parametrize("hint", [*QualityHint, *Prompt])
def test_the_screen_has_words_for_every_hint(hint: QualityHint | Prompt) -> None:
    for language in load_languages("ja").values():
        assert language.text(f"hint.{hint.value}")


def test_stopping_closes_the_check(bench: Bench) -> None:
    bench.jobs.stop()
    assert bench.check.is_closed
