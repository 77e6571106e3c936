"""Nothing of a patient is kept: not in files, not on the wire, not in a core, whatever happens.

Whole visits of a patient whose face, photo and PIN are like nobody else's, undisturbed and ended
by every kind of crash; then everything the programs wrote or said is searched. The same search
finds what careless readers leave behind.
"""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crashes import core_limit_bytes, cores_allowed
from tests.flows.canary_face import CanaryFace
from tests.flows.canary_patient import CanaryPatient
from tests.flows.canary_search import CanarySearch
from tests.flows.watched_desk import WatchedDesk
from tests.hw_sim.bench import Bench
from tests.hw_sim.card.catalog import TARO
from tests.hw_sim.faces import FaceReader

ANSWER_BYTES = 256
PIXELS_IN_SMALL_BLOCKS = 3
"""Pieces of rows of the photo."""
ENDS = ("finished", "failed", "take_card")
SIGNALS = (signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT)


@pytest.fixture(scope="module")
def stranger() -> CanaryPatient:
    """Comes with somebody else's card."""
    return CanaryPatient.like("taro", sitter="hanako")


@pytest.fixture(scope="module")
def running_desk(
    stranger: CanaryPatient,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[WatchedDesk]:
    """Reader and agent running, free to write cores and temporary files."""
    folder = tmp_path_factory.mktemp("watched")
    keys: Path = request.config.cache.mkdir("uketsuke-test-keys")
    patient, temporary = CanaryPatient.like("taro"), folder / "temporary"
    temporary.mkdir()
    search = CanarySearch(patient, TARO, CanaryFace(FaceReader(), patient, stranger))
    with pytest.MonkeyPatch.context() as patch, cores_allowed():
        patch.setenv("TMPDIR", str(temporary))
        with Bench(folder / "bench", keys) as bench:
            yield WatchedDesk(bench, search, temporary)


@pytest.fixture(autouse=True)
def _anew(desk: WatchedDesk, tmp_path: Path) -> None:
    if not desk.is_sound:
        desk.restart_reader()
    desk.stand_there(desk.search.patient, tmp_path / "patient")
    desk.begin_anew()


def look_into_camera(desk: WatchedDesk) -> None:
    """The card is laid, the camera looks, and the patient sees its picture."""
    desk.lay()
    desk.go_on_until("face", method="face")
    desk.screen.watch_picture()


def finish(desk: WatchedDesk) -> None:
    """To the end of the visit, and until the agent has let go of the name."""
    desk.go_on_until("finished")
    desk.take()
    desk.wait_for_purge()


def test_a_visit_by_face_leaves_nothing(desk: WatchedDesk) -> None:
    look_into_camera(desk)
    finish(desk)
    assert desk.traces() == []


def test_nor_does_somebody_elses_face_and_then_the_pin(
    desk: WatchedDesk, stranger: CanaryPatient, tmp_path: Path
) -> None:
    desk.stand_there(stranger, tmp_path / "stranger")
    look_into_camera(desk)
    desk.go_on_until("failed")
    desk.assert_told("face_not_matched")
    desk.screen.choose("pin")
    finish(desk)
    assert desk.traces() == []


def test_nor_does_an_error_nobody_foresaw(desk: WatchedDesk) -> None:
    """Though its message tells an embedding."""
    desk.restart_reader("crash")
    desk.lay()
    desk.go_on_until("take_card", method="face")
    desk.assert_told("internal")
    assert "face: unexpected RuntimeError" in desk.bench.log("device")
    desk.take()
    assert desk.traces() == []


@pytest.mark.parametrize("by", SIGNALS)
def test_nor_does_a_process_that_dies_during_the_face_check(
    desk: WatchedDesk, by: signal.Signals
) -> None:
    look_into_camera(desk)
    limits = [core_limit_bytes(desk.bench.process_id(name)) for name in ("device", "agent")]
    assert limits == ["0", "0"]
    assert not os.WCOREDUMP(desk.bench.end_by("device", by))
    desk.bench.slot.remove()
    assert desk.traces() == []


def test_the_memory_of_the_reader_holds_no_face_afterwards(desk: WatchedDesk) -> None:
    """Of the photo, single answers of the card and pieces of rows may stay in small blocks.

    A kept photo has a piece in every answer.
    """
    look_into_camera(desk)
    finish(desk)

    left: Counter[str] = Counter()

    def is_nearly_nothing_left() -> bool:
        left.clear()
        left.update(desk.in_memory())
        answers, pixels = left["the photo of the chip"], left["pixels of the photo"]
        most_answers = len(desk.search.patient.photo) / ANSWER_BYTES / 2
        is_little = answers < most_answers and pixels <= PIXELS_IN_SMALL_BLOCKS
        return is_little and left.total() == answers + pixels

    # What is left is the best thing to be told.
    desk.wait_until(is_nearly_nothing_left, left)


@pytest.mark.parametrize(
    ("fault", "method", "found"),
    [
        ("log_embedding", "face", "a printed embedding in device.log"),
        ("save_picture", "face", "a picture file in tmp"),
        ("send_photo", "face", "the photo of the chip in the messages"),
        ("show_photo", "face", "the photo of the chip in a picture on the screen"),
        ("log_pin", "pin", "the PIN in device.log"),
    ],
)
def test_what_a_careless_reader_leaves_is_found(
    desk: WatchedDesk, fault: str, method: str, found: str
) -> None:
    """Negative control."""
    desk.restart_reader(fault)
    desk.lay()
    if desk.go_on_until("face", *ENDS, method=method) == "face":
        desk.screen.watch_picture()
        desk.go_on_until(*ENDS)
    desk.take()
    desk.wait_for_purge()
    assert [trace for trace in desk.traces() if trace.startswith(found)]


def test_a_core_that_is_written_would_be_found(desk: WatchedDesk) -> None:
    """Negative control: where cores go to files, what is in them too."""
    desk.restart_reader("leave_core")
    desk.lay()
    desk.go_on_until("finished", method="face")
    assert os.WCOREDUMP(desk.bench.end_by("device", signal.SIGSEGV))
    desk.bench.slot.remove()
    cores = desk.new_cores()
    try:
        assert not cores or [trace for trace in desk.traces() if " in core" in trace]
    finally:
        for core in cores:
            core.unlink()


def test_what_stays_in_memory_would_be_found(desk: WatchedDesk) -> None:
    """Negative control."""
    desk.restart_reader("keep_copies")
    desk.lay()
    desk.go_on_until("finished", method="face")
    desk.take()
    kept = {"the photo of the chip", "pixels of the camera", "an embedding"}
    assert kept <= set(desk.in_memory())


def test_copies_that_are_freed_as_they_are_would_be_found(desk: WatchedDesk) -> None:
    """Negative control: wiping by hand alone leaves what libraries copied."""
    desk.restart_reader("keep_what_is_freed")
    desk.lay()
    desk.go_on_until("finished", method="face")
    desk.take()
    assert desk.in_memory()
