import signal
import subprocess
import sys
from pathlib import Path

import pytest

from agent import core_dumps
from tests.crashes import CRASHES, UNPRIVILEGED, leaves_core, may_be_looked_into

PROGRAM = f"""\
import sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from agent.core_dumps import leave_no_core
%s
print("ready", flush=True)
sys.stdin.read()
"""


def program(first: str) -> list[str]:
    return [*UNPRIVILEGED, sys.executable, "-c", PROGRAM % first]


@pytest.mark.parametrize("by", CRASHES)
def test_a_crash_leaves_no_core(by: signal.Signals, tmp_path: Path) -> None:
    assert not leaves_core(program("leave_no_core()"), tmp_path, by)
    assert leaves_core(program(""), tmp_path, by), "negative control"


@pytest.mark.parametrize(("first", "is_open"), [("leave_no_core()", False), ("", True)])
def test_no_other_program_of_the_user_looks_into_it(first: str, is_open: bool) -> None:
    with subprocess.Popen(program(first), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        assert may_be_looked_into(process.pid) is is_open
        process.stdin.close()


def test_elsewhere_than_on_linux_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setattr("ctypes.CDLL", lambda _: pytest.fail("this is Windows"))
    core_dumps.leave_no_core()
