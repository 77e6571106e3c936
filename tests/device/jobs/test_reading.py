"""The photo is read ahead; it stops when nobody needs it, and belongs to one patient only."""

import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from datetime import date

import pytest

from device.face.errors import CameraError
from device.jobs.front_worker import FrontWorker
from device.jobs.reading import PhotoReading
from device.reader.errors import (
    PhotoMissingError,
    PrintedCodeUnreadableError,
    ReaderError,
    ReadingStoppedError,
)
from device.reader.printed_code import PrintedCode
from device.workers import Worker
from hostlink.terms import FailureCode
from tests.device.posted import LONGEST_WAIT_S, finish
from tests.device.reader.visit_steps import CODE

EXPIRY = date(2035, 3, 14)
OTHER_CODE = PrintedCode.from_digits("02100220357306", None)
PHOTO = b"photo"
IsStopped = Callable[[], bool]


class Front:
    """A camera over the card: sees picture after picture until it is told what to read."""

    def __init__(self) -> None:
        self.answers: list[PrintedCode | Exception] = []
        self.asked: list[date | None] = []
        self.pictures_after_stop: list[int] = []
        self.is_looking = threading.Event()
        self.has_card = threading.Event()
        self.has_card.set()

    def read_printed_code(self, expiry: date | None, is_stopped: IsStopped) -> PrintedCode:
        self.asked.append(expiry)
        self.is_looking.set()
        while not self.has_card.wait(0.001):
            if is_stopped():
                raise ReadingStoppedError
        answer = self.answers.pop(0) if self.answers else CODE
        if isinstance(answer, Exception):
            raise answer
        return answer

    def explain_silence(self) -> FailureCode:
        return FailureCode.CARD_UNREADABLE

    def close(self) -> None:
        """Nothing is on."""


class Chip:
    """A card whose photo takes many commands."""

    def __init__(self) -> None:
        self.codes: list[PrintedCode] = []
        self.error: Exception | None = None
        self.commands = 0
        self.is_reading = threading.Event()
        self.is_slow = False

    def read(self, code: PrintedCode, is_stopped: IsStopped) -> bytes:
        self.codes.append(code)
        self.is_reading.set()
        while self.is_slow:
            self.commands += 1
            if is_stopped():
                raise ReadingStoppedError
        if self.error:
            raise self.error
        return PHOTO


class Bench:
    def __init__(self, *, has_front: bool = True, longest_s: float = LONGEST_WAIT_S) -> None:
        self.front, self.chip = Front(), Chip()
        self.on_front, self.on_card = FrontWorker(longest_s), Worker("card")
        self.reading = PhotoReading(
            self.front if has_front else None, self.on_front, self.on_card, self.chip.read
        )

    def photo(self) -> bytes:
        return self.reading.photo(EXPIRY).result(LONGEST_WAIT_S)

    def settle(self) -> None:
        finish(self.on_front)
        finish(self.on_card)

    def close(self) -> None:
        self.chip.is_slow = False
        self.reading.stop()
        self.on_front.stop()
        self.on_card.stop()


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.close()


def test_what_was_read_ahead_is_there_when_the_face_is_chosen(bench: Bench) -> None:
    bench.reading.start(EXPIRY)
    bench.settle()
    assert bench.reading.photo(EXPIRY).done()
    assert (bench.photo(), bench.chip.codes, bench.front.asked) == (PHOTO, [CODE], [EXPIRY])


def test_choosing_the_face_waits_for_what_is_under_way(bench: Bench) -> None:
    bench.front.has_card.clear()
    bench.reading.start(EXPIRY)
    photo = bench.reading.photo(EXPIRY)
    assert not photo.done()
    bench.front.has_card.set()
    assert photo.result(LONGEST_WAIT_S) == PHOTO
    assert len(bench.front.asked) == 1


def test_while_the_front_is_read_the_card_is_free(bench: Bench) -> None:
    bench.front.has_card.clear()
    bench.reading.start(EXPIRY)
    assert bench.front.is_looking.wait(LONGEST_WAIT_S)
    finish(bench.on_card)


def test_what_failed_ahead_is_told_once_and_then_tried_again(bench: Bench) -> None:
    bench.chip.error = PhotoMissingError()
    bench.reading.start(EXPIRY)
    bench.settle()
    bench.chip.error = None
    with pytest.raises(PhotoMissingError):
        bench.photo()
    assert len(bench.front.asked) == 1
    assert bench.photo() == PHOTO


def test_a_front_that_was_not_read_ahead_is_read_anew_before_anything_is_told(
    bench: Bench,
) -> None:
    """The hand that laid the card was still over it."""
    bench.front.answers = [PrintedCodeUnreadableError(FailureCode.CARD_FACE_DOWN)]
    bench.reading.start(EXPIRY)
    bench.settle()
    assert bench.photo() == PHOTO
    assert len(bench.front.asked) == 2


def test_a_front_that_is_not_read_again_either_is_told(bench: Bench) -> None:
    unread = PrintedCodeUnreadableError(FailureCode.CARD_FACE_DOWN)
    bench.front.answers = [PrintedCodeUnreadableError(), unread]
    bench.reading.start(EXPIRY)
    bench.settle()
    with pytest.raises(PrintedCodeUnreadableError) as told:
        bench.photo()
    assert told.value.failure is FailureCode.CARD_FACE_DOWN
    assert bench.photo() == PHOTO


def test_a_camera_that_hangs_keeps_neither_this_patient_nor_the_next() -> None:
    bench, let_go = Bench(longest_s=0.02), threading.Event()
    look = bench.front.read_printed_code

    def hang(expiry: date | None, is_stopped: IsStopped) -> PrintedCode:
        wait(let_go)
        return look(expiry, is_stopped)

    bench.front.read_printed_code = hang  # type: ignore[method-assign]  # it hangs
    with pytest.raises(PrintedCodeUnreadableError):
        bench.photo()
    bench.reading.stop()
    bench.front.read_printed_code = look  # type: ignore[method-assign]  # plugged in anew
    assert bench.photo() == PHOTO
    let_go.set()
    bench.settle()
    assert bench.chip.codes == [CODE], "what came too late was not sent"
    bench.close()


def test_a_photo_that_was_read_serves_every_look(bench: Bench) -> None:
    assert [bench.photo(), bench.photo()] == [PHOTO, PHOTO]
    assert len(bench.chip.codes) == 1


@pytest.mark.parametrize("error", [PhotoMissingError(), RuntimeError("what was this?")])
def test_whatever_stands_in_the_way_is_told(bench: Bench, error: Exception) -> None:
    bench.chip.error = error
    with pytest.raises(ReaderError):
        bench.photo()
    bench.chip.error = None
    assert bench.photo() == PHOTO


def test_a_front_that_breaks_is_told(bench: Bench) -> None:
    bench.front.answers = [RuntimeError("what was this?")]
    with pytest.raises(ReaderError):
        bench.photo()


def test_a_broken_camera_over_the_card_is_logged_and_leaves_typing_open(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.front.answers = [CameraError("it gives no pictures")]
    with pytest.raises(PrintedCodeUnreadableError) as told:
        bench.photo()
    assert told.value.failure is FailureCode.PRINTED_CODE_UNREADABLE
    assert "CameraError: it gives no pictures" in caplog.text


def test_stopping_ends_the_look_at_the_front(bench: Bench) -> None:
    bench.front.has_card.clear()
    photo = bench.reading.photo(EXPIRY)
    assert bench.front.is_looking.wait(LONGEST_WAIT_S)
    bench.reading.stop()
    bench.settle()
    with pytest.raises(CancelledError):
        photo.result(0)
    assert bench.chip.codes == []


def test_stopping_frees_the_card_within_one_command(bench: Bench) -> None:
    bench.chip.is_slow = True
    bench.reading.start(EXPIRY)
    assert bench.chip.is_reading.wait(LONGEST_WAIT_S)
    bench.reading.stop()
    bench.settle()


def test_a_card_that_does_not_hear_the_stop_is_caught(bench: Bench) -> None:
    """Negative control of the test above."""
    bench.chip.is_slow = True
    bench.reading._read_chip = lambda code, _: bench.chip.read(code, lambda: False)
    bench.reading.start(EXPIRY)
    assert bench.chip.is_reading.wait(LONGEST_WAIT_S)
    bench.reading.stop()
    done = threading.Event()
    bench.on_card.submit(done.set)
    assert not done.wait(0.05)


def test_a_code_that_waits_for_the_card_is_not_sent_after_the_stop(bench: Bench) -> None:
    """The next card would lose a try on it."""
    held = threading.Event()
    bench.on_card.submit(lambda: wait(held))
    bench.reading.start(EXPIRY)
    finish(bench.on_front)
    bench.reading.stop()
    held.set()
    bench.settle()
    assert bench.chip.codes == []


def test_a_front_that_waits_to_be_read_is_left_alone_after_the_stop(bench: Bench) -> None:
    held = threading.Event()
    bench.on_front.submit(lambda: wait(held))
    bench.reading.start(EXPIRY)
    bench.reading.stop()
    held.set()
    bench.settle()
    assert bench.front.asked == []


def test_after_a_stop_the_face_can_still_be_chosen(bench: Bench) -> None:
    bench.photo()
    bench.reading.stop()
    assert bench.photo() == PHOTO
    assert len(bench.chip.codes) == 2


def test_a_photo_never_outlives_its_patient(bench: Bench) -> None:
    """Neither the reading nor a thread that waits for its next job holds on to it."""
    bench.reading.start(EXPIRY)
    bench.settle()
    photo = weakref.ref(bench.reading.photo(EXPIRY))
    bench.settle()
    assert photo() is not None
    bench.reading.stop()
    gc.collect()
    assert photo() is None


def test_a_photo_of_the_patient_before_is_never_given_to_the_next(bench: Bench) -> None:
    before = bench.reading.photo(EXPIRY)
    assert before.result(LONGEST_WAIT_S) == PHOTO
    bench.reading.stop()
    bench.front.answers = [OTHER_CODE]
    after = bench.reading.photo(EXPIRY)
    assert after is not before
    after.result(LONGEST_WAIT_S)
    assert bench.chip.codes == [CODE, OTHER_CODE]


# --- the code was typed --------------------------------------------------------------------------


def test_a_typed_code_opens_the_photo_without_a_look(bench: Bench) -> None:
    bench.reading.start_typed(OTHER_CODE)
    assert bench.photo() == PHOTO
    assert (bench.chip.codes, bench.front.asked) == ([OTHER_CODE], [])


def test_a_typed_code_is_good_for_as_long_as_its_card_lies_here(bench: Bench) -> None:
    bench.reading.start_typed(OTHER_CODE)
    bench.photo()
    bench.chip.error = PhotoMissingError()
    bench.reading.start(EXPIRY)
    with pytest.raises(PhotoMissingError):
        bench.photo()
    bench.chip.error = None
    bench.photo()
    assert bench.chip.codes == [OTHER_CODE] * 3


def test_a_typed_code_is_forgotten_with_the_photo(bench: Bench) -> None:
    bench.reading.start_typed(OTHER_CODE)
    bench.photo()
    bench.reading.stop()
    bench.photo()
    assert bench.chip.codes == [OTHER_CODE, CODE]


def test_without_a_front_there_is_nothing_to_read_until_a_code_is_typed() -> None:
    bench = Bench(has_front=False)
    for _ in range(2):
        with pytest.raises(PrintedCodeUnreadableError):
            bench.photo()
    bench.reading.start_typed(CODE)
    assert bench.photo() == PHOTO
    bench.close()


def wait(event: threading.Event) -> None:
    assert event.wait(LONGEST_WAIT_S)
