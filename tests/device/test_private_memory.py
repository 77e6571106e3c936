"""What a crash and what a free leave behind, seen from outside of a process."""

import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from device.private_memory import is_swap_on
from tests.crashes import (
    CRASHES,
    UNPRIVILEGED,
    core_limit_bytes,
    leaves_core,
    may_be_looked_into,
)
from tests.process_memory import count_in_memory

PROGRAM = f"""\
import random, sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from device.private_memory import leave_no_core, overwrite_freed_memory
%s
print("ready", flush=True)
sys.stdin.read()
"""
PICTURE_BYTES = 60_000
"""Little enough for the heap: what is larger, the system takes back at once."""
FREES_A_PICTURE = f"del [random.Random(1).randbytes({PICTURE_BYTES})][:]"


def program(first: str) -> list[str]:
    return [*UNPRIVILEGED, sys.executable, "-c", PROGRAM % first]


@contextmanager
def running(first: str) -> Iterator[int]:
    """The id of a process that did something first and waits now."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(program(first), **pipes) as process:  # type: ignore[call-overload]
        assert process.stdout.readline() == b"ready\n"
        yield process.pid
        process.stdin.close()


@pytest.mark.parametrize("by", CRASHES)
def test_a_crash_leaves_no_core(by: signal.Signals, tmp_path: Path) -> None:
    assert not leaves_core(program("leave_no_core()"), tmp_path, by)
    assert list(tmp_path.iterdir()) == []


def test_a_core_would_be_noticed(tmp_path: Path) -> None:
    """Negative control."""
    assert leaves_core(program(""), tmp_path, signal.SIGSEGV)


def test_no_other_program_of_the_user_looks_into_it() -> None:
    with running("leave_no_core()") as private, running("") as careless:
        assert (may_be_looked_into(private), core_limit_bytes(private)) == (False, "0")
        assert may_be_looked_into(careless), "negative control"


def test_what_is_freed_is_overwritten() -> None:
    picture = random.Random(1).randbytes(PICTURE_BYTES)
    middle = picture[PICTURE_BYTES // 2 :][:32]
    with running(f"overwrite_freed_memory()\n{FREES_A_PICTURE}") as process_id:
        assert count_in_memory(process_id, middle) == 0
    with running(FREES_A_PICTURE) as process_id:
        assert count_in_memory(process_id, middle) == 1, "negative control"


def test_swap_is_noticed(tmp_path: Path) -> None:
    swaps = tmp_path / "swaps"
    assert not is_swap_on(swaps)
    swaps.write_text("Filename\tType\tSize\tUsed\tPriority\n")
    assert not is_swap_on(swaps)
    swaps.write_text(f"{swaps.read_text()}/var/swap file 524284 0 -2\n")
    assert is_swap_on(swaps)
