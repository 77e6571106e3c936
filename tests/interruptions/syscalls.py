"""Runs a piece of work in a forked process under strace: counts its system calls, kills it at one
of them, or lets one fail.

A kill happens on entry of the chosen call, so that call and all later ones never take place.

Source: facts/security.md §5.1 and §7 (method of the kill tests).
"""

import ctypes
import errno
import os
import re
import signal
import subprocess
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

STORAGE_CALLS = (
    "write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,ftruncate,"
    "mkdir,mkdirat"
)
"""Calls between which the disk can look different; an `openat` shows at the call after it."""
CALL = re.compile(r"^(?:\d+ +)?(\w+)\(", re.MULTILINE)
PR_SET_PTRACER = 0x59616D61
PR_SET_PTRACER_ANY = -1
STARTED_BEFORE_S = 10


@dataclass(frozen=True)
class TracedRun:
    """What strace saw."""

    calls: tuple[str, ...]
    """Names of the calls, in order."""
    log: str
    status: int
    """0: the work ended; 1: it raised; below 0: the signal that killed it."""

    @property
    def is_killed(self) -> bool:
        return self.status == -signal.SIGKILL


@dataclass(frozen=True)
class CallPoint:
    """One call of a run: strace counts each kind of call by itself."""

    call: str
    occurrence: int
    """From 1."""

    def killed(self) -> str:
        """What makes strace kill the work there."""
        return f"inject={self.call}:signal=KILL:when={self.occurrence}"

    def failing(self, number: int, *, is_lasting: bool = False) -> str:
        """What makes strace let the call fail, and perhaps all later ones of its kind.

        Args:
            number: the errno.
            is_lasting: like a disk that stays full or broken.
        """
        later = "+" if is_lasting else ""
        return f"inject={self.call}:error={errno.errorcode[number]}:when={self.occurrence}{later}"


def call_points(run: TracedRun) -> Iterator[CallPoint]:
    """Every call of a run, in order."""
    for index, call in enumerate(run.calls):
        yield CallPoint(call, run.calls[: index + 1].count(call))


def run_traced(
    work: Callable[[], None],
    folder: Path,
    inject: str | None = None,
    calls: str = STORAGE_CALLS,
    options: Sequence[str] = ("-y",),
) -> TracedRun:
    """Run `work` in a child until it ends or is killed.

    Args:
        work: what it does; single-threaded.
        folder: where the log is written.
        inject: what `CallPoint` says.
        calls: what is looked at.
        options: how strace writes it down.
    """
    go_read, go_write = os.pipe()
    child = os.fork()
    if child == 0:
        _be_child(work, go_read)
    log = folder / "strace.log"
    expressions = ["-e", f"trace={calls}", *(["-e", inject] if inject else [])]
    tracer = subprocess.Popen(
        ["strace", *options, "-o", str(log), *expressions, "-p", str(child)],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert tracer.stderr is not None
    assert "attached" in tracer.stderr.readline()
    os.write(go_write, b"!")
    _, status = os.waitpid(child, 0)
    tracer.communicate(timeout=STARTED_BEFORE_S)
    os.close(go_read)
    os.close(go_write)
    text = log.read_text()
    return TracedRun(tuple(CALL.findall(text)), text, os.waitstatus_to_exitcode(status))


def _be_child(work: Callable[[], None], go_read: int) -> None:
    """Wait until strace has attached, then work; never returns."""
    ctypes.CDLL(None).prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0)
    status = 1
    try:
        os.read(go_read, 1)
        work()
        status = 0
    except BaseException:  # noqa: BLE001 - told, and then the child must end here
        traceback.print_exc()
    finally:
        os._exit(status)
