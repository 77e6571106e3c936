"""The process: its exit status, and one sentence where it cannot start."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from device import __main__ as program
from device.errors import ConfigurationError
from device.face.errors import RuntimeMissingError
from device.running import End
from tests.device.test_config import GOOD


@pytest.fixture(autouse=True)
def done_first(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the program does before anything else; not done to the process of the tests."""
    done: list[str] = []
    for name in ("leave_no_core", "overwrite_freed_memory"):
        monkeypatch.setattr(program, name, lambda name=name: done.append(name))
    monkeypatch.setattr(program, "write_notes_only", lambda: None)
    return done


Handler = Callable[[int, object], None]


def run_with(end: End, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> int:
    """Run a reader that ends like this; whoever tells it to stop is heard by then."""
    handlers: dict[int, Handler] = {}

    class Running:
        def __init__(self, config: object, folder: Path, stopping: threading.Event, _: None):
            self._stopping = stopping

        def run(self) -> End:
            if end is End.STOPPED:
                handlers[signal.SIGTERM](signal.SIGTERM, None)
                assert self._stopping.is_set()
            return end

    (tmp_path / "device.toml").write_text(GOOD)
    monkeypatch.setattr(signal, "signal", handlers.__setitem__)
    monkeypatch.setattr(program, "RunningReader", Running)
    return program.run(tmp_path / "device.toml")


@pytest.mark.parametrize(("end", "status"), [(End.STOPPED, 0), (End.BROKEN, 3)])
def test_how_it_ended_is_its_status(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, end: End, status: int
) -> None:
    assert run_with(end, monkeypatch, tmp_path) == status


def test_its_memory_is_private_before_anything_is_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, done_first: list[str]
) -> None:
    def read(_: Path) -> None:
        assert done_first == ["leave_no_core", "overwrite_freed_memory"]
        raise ConfigurationError("read")

    monkeypatch.setattr(program, "read_config", read)
    assert program.run(tmp_path / "device.toml") == 2


@pytest.mark.parametrize("is_on", [True, False])
def test_swap_is_told_to_staff(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    is_on: bool,
) -> None:
    monkeypatch.setattr(program, "is_swap_on", lambda: is_on)
    program.run(tmp_path / "nowhere.toml")
    assert ("swap is on" in caplog.text) is is_on


@pytest.mark.parametrize("toml", ["", "[link", GOOD.replace("token_file", "tokenfile"), None])
def test_a_wrong_file_ends_with_2_and_one_sentence(
    tmp_path: Path, toml: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "device.toml"
    if toml is not None:
        path.write_text(toml)
    assert program.run(path) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(f"The reader cannot start: {path}: ")
    assert told.err.count("\n") == 1


def test_so_does_a_missing_engine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeMissingError('install "tflite-runtime"')

    (tmp_path / "device.toml").write_text(GOOD)
    monkeypatch.setattr(program, "RunningReader", refuse)
    assert program.run(tmp_path / "device.toml") == 2
    assert capsys.readouterr().err == 'The reader cannot start: install "tflite-runtime"\n'


def test_as_a_process(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "device", "--config", str(tmp_path / "nowhere.toml")],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.count("\n") == 1
    assert "nowhere.toml: No such file" in ended.stderr
