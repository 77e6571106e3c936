"""Negative controls of the bench: a program that ends badly does not go unnoticed."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hw_sim.processes import Processes

OBEDIENT = """\
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit({status}))
print("up", flush=True)
signal.pause()
"""
STUBBORN = """\
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
while True: signal.pause()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def processes(folder: Path) -> Iterator[Processes]:
    processes = Processes(folder, stop_timeout_s=0.5)
    yield processes
    processes.stop()


def start(processes: Processes, folder: Path, program: str) -> None:
    """Start it and wait until it has set its signal handler."""
    processes.start("desk", [sys.executable, "-c", program])
    ends_at_s = time.monotonic() + 10
    while "up" not in (folder / "desk.log").read_text():
        assert time.monotonic() < ends_at_s
        time.sleep(0.005)


def test_a_clean_end_is_not_worth_a_word(processes: Processes, folder: Path) -> None:
    start(processes, folder, OBEDIENT.format(status=0))
    assert processes.is_alive("desk")
    assert processes.stop() == []
    assert not processes.is_alive("desk")


def test_another_status_is_told(processes: Processes, folder: Path) -> None:
    start(processes, folder, OBEDIENT.format(status=3))
    assert processes.stop() == ["desk ended with status 3, see desk.log"]


def test_who_does_not_end_is_told(processes: Processes, folder: Path) -> None:
    start(processes, folder, STUBBORN)
    assert "did not end" in processes.stop()[0]


def test_who_ended_by_itself_is_told(processes: Processes, folder: Path) -> None:
    start(processes, folder, "print('up'); raise SystemExit(1)")
    while processes.is_alive("desk"):
        time.sleep(0.005)
    assert processes.ended() == ["desk"]
    assert processes.stop() == ["desk ended with status 1, see desk.log"]


def test_who_was_killed_on_purpose_is_not(processes: Processes, folder: Path) -> None:
    start(processes, folder, STUBBORN)
    processes.kill("desk")
    assert not processes.is_alive("desk")
    assert processes.ended() == processes.stop() == []


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGSEGV])
def test_a_killed_program_tells_by_what(
    processes: Processes, folder: Path, by: signal.Signals
) -> None:
    start(processes, folder, STUBBORN)
    assert Path(f"/proc/{processes.process_id('desk')}").exists()
    assert os.WTERMSIG(processes.end_by("desk", by)) == by
    assert not processes.is_alive("desk")
