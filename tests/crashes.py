"""Whether a process that crashes would leave its memory to others, and whether it did."""

import os
import resource
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

CRASHES = (signal.SIGABRT, signal.SIGSEGV)
UNPRIVILEGED = ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--")
"""Runs a command without the privileges that it would have within the tests' namespace."""


@contextmanager
def cores_allowed() -> Iterator[None]:
    """What is started now may write cores as large as they get, unless it says otherwise."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    assert hard != 0, "nothing in this process may have given up its right to cores"
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))


def core_limit_bytes(process_id: int) -> str:
    """The largest core a process may write, as the kernel words it."""
    for line in Path(f"/proc/{process_id}/limits").read_text().splitlines():
        if line.startswith("Max core file size"):
            return line.split()[4]
    raise AssertionError("the kernel tells no limit of cores")


def may_be_looked_into(process_id: int) -> bool:
    """Whether another program of the same user may read the memory of an unprivileged process.

    Where it may not, the kernel writes no core either, whatever `core_pattern` says.
    """
    look = subprocess.run(
        [*UNPRIVILEGED, "cat", f"/proc/{process_id}/environ"], capture_output=True, check=False
    )
    return look.returncode == 0


def leaves_core(command: Sequence[str], folder: Path, by: signal.Signals) -> bool:
    """Start a program that says a line when it is ready, and let it crash.

    Args:
        command: the program.
        folder: where it runs, and where a core may come to lie.
        by: how it crashes.
    """
    with cores_allowed():
        # It waits for a word on its standard input, so it is there when the signal comes.
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder
        )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin, process.stdout as said:
        assert said.readline()
        process.send_signal(by)
        _, status = os.waitpid(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert os.WTERMSIG(status) == by
    return os.WCOREDUMP(status)
