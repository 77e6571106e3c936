from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device.errors import DeviceError
from device.reader.errors import PrintedCodeUnreadableError, ReadingStoppedError
from device.reader.front import camera_front
from device.reader.front.camera_front import LONGEST_S, MOST_PICTURES, CameraFront
from device.reader.front.layout import Layout
from device.reader.front.line_net import LineNet, LogShares, Strips
from device.reader.front.sight import Seen, Sight, look_at
from device.reader.ocr.tesseract import Settings, create
from device.reader.port import OcrEngine
from hostlink.terms import FailureCode
from tests.device.reader.front.engines import Blind
from tests.device.reader.front.layings import PROFILE, picture_of
from tests.hw_sim.card_front.laying import Subject

BLANK: NDArray[np.uint8] = np.full((480, 640, 3), 60, np.uint8)


@dataclass
class Taken:
    image: NDArray[np.uint8]
    taken_at_s: float


@dataclass
class FakeCamera:
    """Shows one picture over and over, some of them taken before it was asked."""

    image: NDArray[np.uint8]
    old_pictures: int = 0
    gap_s: float = 0.07
    now_s: float = 100.0
    is_broken: bool = False
    is_open: bool = True
    given: list[Taken] = field(default_factory=list)

    def read(self) -> Taken:
        if self.is_broken:
            raise DeviceError
        is_old = len(self.given) < self.old_pictures
        self.now_s += self.gap_s
        taken = Taken(self.image.copy(), 99.0 if is_old else self.now_s)
        self.given.append(taken)
        return taken

    def close(self) -> None:
        self.is_open = False


@pytest.fixture(scope="module")
def engine() -> OcrEngine:
    return create(Settings())


@pytest.fixture
def strips_seen(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many strips the network was given, call by call."""
    given: list[int] = []
    net = LineNet.load()

    def read(strips: Strips) -> LogShares:
        given.append(len(strips))
        return LineNet.read(net, strips)

    monkeypatch.setattr(LineNet, "load", lambda: SimpleNamespace(read=read))
    return given


def front_of(camera: FakeCamera, engine: OcrEngine) -> CameraFront:
    return CameraFront(lambda: camera, engine, now_s=lambda: camera.now_s)


def failure_of(camera: FakeCamera, engine: OcrEngine) -> FailureCode:
    with pytest.raises(PrintedCodeUnreadableError) as caught:
        front_of(camera, engine).read_printed_code(PROFILE.card_expiry, never)
    assert not camera.is_open
    return caught.value.failure


def never() -> bool:
    return False


def after(calls: int) -> Callable[[], bool]:
    answers = iter([False] * calls)
    return lambda: next(answers, True)


@pytest.mark.parametrize("is_upside_down", [False, True])
def test_reads_either_way_up_and_switches_the_camera_off(
    engine: OcrEngine, is_upside_down: bool
) -> None:
    camera = FakeCamera(picture_of(Subject.FRONT, is_upside_down=is_upside_down))
    code = front_of(camera, engine).read_printed_code(PROFILE.card_expiry, never)
    assert code.reference().decode() == PROFILE.matching_code_b
    assert len(camera.given) <= 3
    assert not camera.is_open


def test_every_picture_is_wiped(engine: OcrEngine) -> None:
    camera = FakeCamera(picture_of(Subject.FRONT))
    front_of(camera, engine).read_printed_code(PROFILE.card_expiry, never)
    assert camera.given
    assert not any(taken.image.any() for taken in camera.given)


def test_pictures_from_before_the_call_do_not_count() -> None:
    spy = Blind()
    camera = FakeCamera(picture_of(Subject.FRONT), old_pictures=MOST_PICTURES)
    assert failure_of(camera, spy) is FailureCode.PRINTED_CODE_UNREADABLE
    assert spy.lines == 0


def test_stopping_ends_it_within_one_picture() -> None:
    camera = FakeCamera(BLANK)
    with pytest.raises(ReadingStoppedError):
        front_of(camera, Blind()).read_printed_code(None, after(3))
    # Three were looked at; the one that came when it was stopped was not.
    assert len(camera.given) == 3 + 1
    assert not camera.is_open


def test_it_ends_after_so_many_pictures_or_so_long() -> None:
    camera = FakeCamera(BLANK)
    failure_of(camera, Blind())
    assert len(camera.given) == MOST_PICTURES
    slow = FakeCamera(BLANK, gap_s=1.0)
    failure_of(slow, Blind())
    assert len(slow.given) <= LONGEST_S + 1


@pytest.mark.parametrize("is_upside_down", [False, True])
def test_nothing_on_the_back_is_ever_given_to_the_network_or_the_engine(
    is_upside_down: bool, strips_seen: list[int]
) -> None:
    spy = Blind()
    camera = FakeCamera(picture_of(Subject.BACK, is_upside_down=is_upside_down))
    assert failure_of(camera, spy) is FailureCode.CARD_FACE_DOWN
    assert (spy.lines, strips_seen) == (0, [])


def test_the_spies_do_see_a_front(strips_seen: list[int]) -> None:
    spy = Blind()
    front_of(FakeCamera(picture_of(Subject.FRONT)), spy).read_printed_code(None, never)
    assert spy.lines > 0
    assert strips_seen


def test_upside_down_is_told_only_when_it_cannot_be_read() -> None:
    camera = unreadable(Subject.FRONT, is_upside_down=True)
    assert failure_of(camera, Blind()) is FailureCode.CARD_UPSIDE_DOWN


def test_what_is_plain_to_see_ends_early() -> None:
    camera = FakeCamera(picture_of(Subject.BACK))
    failure_of(camera, Blind())
    assert len(camera.given) < MOST_PICTURES


def test_a_broken_camera_is_no_crash() -> None:
    camera = FakeCamera(BLANK, is_broken=True)
    assert failure_of(camera, Blind()) is FailureCode.PRINTED_CODE_UNREADABLE
    silent = front_of(FakeCamera(BLANK, is_broken=True), Blind()).explain_silence()
    assert silent is FailureCode.CARD_UNREADABLE


def test_silence_of_two_cards_and_of_nothing() -> None:
    two = BLANK.copy()
    two[60:220, 60:310] = 220
    two[260:420, 330:580] = 220
    camera = FakeCamera(two)
    assert front_of(camera, Blind()).explain_silence() is FailureCode.SEVERAL_CARDS
    assert not camera.is_open
    nothing = front_of(FakeCamera(BLANK), Blind())
    assert nothing.explain_silence() is FailureCode.CARD_UNREADABLE


def test_few_odd_pictures_explain_no_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    def explained(*sights: Sight) -> FailureCode:
        seen = iter([Seen(one) for one in sights])
        monkeypatch.setattr(camera_front, "look_at", lambda *_: next(seen))
        return front_of(FakeCamera(BLANK), Blind()).explain_silence()

    several, front, nothing = Sight.SEVERAL, Sight.FRONT, Sight.NOTHING
    assert explained(several, several, front, nothing, several) is FailureCode.SEVERAL_CARDS
    assert explained(several, several, front, nothing, front) is FailureCode.CARD_UNREADABLE


def test_a_readable_card_explains_no_silence() -> None:
    front = front_of(FakeCamera(picture_of(Subject.FRONT)), Blind())
    assert front.explain_silence() is FailureCode.CARD_UNREADABLE


@pytest.mark.parametrize("seed", range(1, 4))
@pytest.mark.parametrize(
    ("subject", "failure"),
    [
        (Subject.FRONT_IN_SLEEVE, FailureCode.CARD_IN_CASE),
        (Subject.BACK_IN_SLEEVE, FailureCode.CARD_IN_CASE),
        (Subject.IN_CASE, FailureCode.CARD_IN_CASE),
        (Subject.BACK, FailureCode.CARD_UNREADABLE),
        (Subject.EMPTY, FailureCode.CARD_UNREADABLE),
        (Subject.SEVERAL, FailureCode.SEVERAL_CARDS),
    ],
)
def test_silence_in_and_out_of_cases(subject: Subject, failure: FailureCode, seed: int) -> None:
    camera = FakeCamera(picture_of(subject, seed=seed))
    assert front_of(camera, Blind()).explain_silence() is failure


def test_no_front_stays_of_a_silent_card(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Seen] = []

    def kept(image: NDArray[np.uint8], layout: Layout) -> Seen:
        seen.append(look_at(image, layout))
        assert seen[-1].front is not None
        assert seen[-1].front.any()
        return seen[-1]

    monkeypatch.setattr(camera_front, "look_at", kept)
    front_of(FakeCamera(picture_of(Subject.FRONT)), Blind()).explain_silence()
    assert len(seen) == 5
    assert not any(one.front.any() for one in seen if one.front is not None)


def slow(image: NDArray[np.uint8]) -> FakeCamera:
    """A camera that shows no more than seven pictures while a patient waits."""
    return FakeCamera(image, gap_s=1.0)


def unreadable(subject: Subject, *, is_upside_down: bool = False) -> FakeCamera:
    """A slow camera that is out of focus."""
    sharp = picture_of(subject, is_upside_down=is_upside_down)
    return slow(np.asarray(cv2.GaussianBlur(sharp, (0, 0), 12), np.uint8))


@pytest.mark.parametrize("seed", range(1, 7))
def test_a_case_whose_front_is_to_be_read(seed: int) -> None:
    camera = slow(picture_of(Subject.IN_CASE, seed=seed))
    assert failure_of(camera, Blind()) is FailureCode.CARD_IN_CASE


def test_a_front_that_cannot_be_read_is_in_no_case() -> None:
    camera = unreadable(Subject.FRONT)
    assert failure_of(camera, Blind()) is FailureCode.PRINTED_CODE_UNREADABLE


def test_a_clear_sleeve_refuses_nobody(engine: OcrEngine) -> None:
    camera = FakeCamera(picture_of(Subject.FRONT_IN_SLEEVE))
    code = front_of(camera, engine).read_printed_code(PROFILE.card_expiry, never)
    assert code.reference().decode() == PROFILE.matching_code_b


def test_a_front_is_not_asked_for_a_case_before_it_could_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []
    camera = unreadable(Subject.FRONT)

    def is_case(_: NDArray[np.uint8]) -> bool:
        asked.append(len(camera.given))
        return True

    monkeypatch.setattr(camera_front, "is_closed_case", is_case)
    # However sure it is of a case, all pictures were read first.
    assert failure_of(camera, Blind()) is FailureCode.CARD_IN_CASE
    assert asked == list(range(4, len(camera.given) + 1))
    assert len(camera.given) > 4
