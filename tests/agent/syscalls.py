"""Runs a piece of work in a forked process under strace: counts its system calls, or kills it.

A kill happens on entry of the chosen call, so that call and all later ones never take place.

Source: facts/security.md §5.1 and §7 (method of the kill tests).
"""

import ctypes
import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

STORAGE_CALLS = "write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,ftruncate"
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
    is_killed: bool


@dataclass(frozen=True)
class KillPoint:
    """One call of a run: strace counts each kind of call by itself."""

    call: str
    occurrence: int
    """From 1."""


def kill_points(run: TracedRun) -> Iterator[KillPoint]:
    """Every call of a run, in order."""
    for index, call in enumerate(run.calls):
        yield KillPoint(call, run.calls[: index + 1].count(call))


def run_traced(
    work: Callable[[], None], folder: Path, kill_at: KillPoint | None = None
) -> TracedRun:
    """Run `work` in a child until it ends or reaches a storage call."""
    go_read, go_write = os.pipe()
    child = os.fork()
    if child == 0:
        _be_child(work, go_read)
    log = folder / "strace.log"
    inject = []
    if kill_at is not None:
        inject = ["-e", f"inject={kill_at.call}:signal=KILL:when={kill_at.occurrence}"]
    tracer = subprocess.Popen(
        ["strace", "-y", "-o", str(log), "-e", f"trace={STORAGE_CALLS}", *inject, "-p", str(child)],
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
    is_killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert is_killed or os.WEXITSTATUS(status) == 0, "the work itself failed"
    return TracedRun(tuple(CALL.findall(text)), text, is_killed)


def _be_child(work: Callable[[], None], go_read: int) -> None:
    """Wait until strace has attached, then work; never returns."""
    ctypes.CDLL(None).prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0)
    status = 1
    try:
        os.read(go_read, 1)
        work()
        status = 0
    finally:
        os._exit(status)
