"""The figures of the face check are counted as they are stated, and the peer is really asked.

How fast anything is, no test says.
"""

import sys
from itertools import islice
from pathlib import Path

import pytest

from benchmarks.face import Check, Dlib, Process, Times, opened, paths, report

OWN, PEER = Process(300, 100), Process(900, 200)
STANDING_IN = """
import os
THREADS = os.environ["OMP_NUM_THREADS"]
def load_image_file(path):
    return open(path, "rb").read(4)
def face_locations(picture):
    return [(0, 1, 1, 0)] if picture[:2] == b"\\xff\\xd8" else []
def face_encodings(picture, places, model):
    assert model == "small" and THREADS == "1"
    return [[0.0] * 128 for _ in places]
"""


def measured(dlib_ms: float | None) -> Times:
    times = Times({"frame without embedding": [4, 5, 60], "end to end": [20, 10, 30]})
    if dlib_ms is not None:
        times.of["dlib, end to end"] = [dlib_ms, dlib_ms]
    return times


def rows(capsys: pytest.CaptureFixture[str]) -> set[str]:
    return {" ".join(row.split()) for row in capsys.readouterr().out.splitlines()}


def test_medians_and_what_the_processes_need_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    report(measured(300), OWN, PEER)
    told = rows(capsys)
    assert "end to end p50 20.00 ms p95 29.00 ms 3 times" in told
    assert "frames a second without embedding 200" in told
    assert "start-up, Python included 300 ms" in told
    assert "dlib, peak resident memory 200 MB" in told


@pytest.mark.parametrize(
    ("dlib_ms", "sentence"),
    [
        (300, "dlib takes 15.0 times as long end to end (goal 8: reached)"),
        (120, "dlib takes 6.0 times as long end to end (goal 8: missed)"),
    ],
)
def test_the_goal_is_judged_by_the_medians_of_the_same_run(
    dlib_ms: float, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    report(measured(dlib_ms), OWN, PEER)
    assert sentence in rows(capsys)


def test_a_peer_that_was_not_measured_is_said_to_be_missing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report(measured(None), OWN, None)
    assert any(row.startswith("dlib was not measured") for row in rows(capsys))


def test_every_step_of_a_picture_is_noted_and_summed() -> None:
    times, check = Times(), Check()
    for path in islice(paths(), 2):
        check.look(opened(path), times)
    steps = ["detect", "judge", "look for a mask", "align", "liveness"]
    assert {*steps, "embed, with mirror image"} < set(times.of)
    waiting, turning = (
        times.of.pop(f"liveness, {what}", []) for what in ("waiting", "turn measured")
    )
    assert sorted([*waiting, *turning]) == sorted(times.of["liveness"])
    assert {len(values) for values in times.of.values()} == {2}
    for at in range(2):
        frame = sum(times.of[step][at] for step in steps)
        assert times.of["frame without embedding"][at] == pytest.approx(frame)
        whole = frame + times.of["embed, with mirror image"][at]
        assert times.of["end to end"][at] == pytest.approx(whole)


def _turns_measured() -> list[float]:
    times, check = Times(), Check()
    for path in islice(paths(), 24):
        check.look(opened(path), times)
    assert len(times.of["liveness, waiting"]) > 0
    return times.of["liveness, turn measured"]


def test_each_run_measures_as_many_turns() -> None:
    assert len(_turns_measured()) == len(_turns_measured()) > 0


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """Of an environment whose `face_recognition` answers by the first bytes of a file."""
    package = tmp_path / "packages"
    package.mkdir()
    (package / "face_recognition.py").write_text(STANDING_IN)
    program = tmp_path / "python"
    program.write_text(f'#!/bin/sh\nPYTHONPATH={package} exec {sys.executable} "$@"\n')
    program.chmod(0o755)
    return program


def test_the_peer_is_asked_picture_by_picture(python: Path, tmp_path: Path) -> None:
    nobody = tmp_path / "nobody.png"
    nobody.write_bytes(b"\x89PNG")
    times = Times()
    with Dlib(python) as dlib:
        for path in (next(paths()), nobody):
            dlib.look(path, times)
        needed = dlib.end()
    assert dlib.missed == 1
    assert len(times.of["dlib, end to end"]) == 2
    assert needed.start_up_ms > 0
    assert needed.peak_mb > 1


def test_an_environment_without_dlib_is_told() -> None:
    with pytest.raises(SystemExit, match="has no face_recognition"):
        Dlib(Path(sys.executable))
