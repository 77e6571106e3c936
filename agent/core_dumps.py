"""Keeps names and entitlements that this process has in its memory from being written by a crash.

Source: core(5), prctl(2).
"""

import ctypes
import sys

_PR_SET_DUMPABLE = 4
"""linux/prctl.h."""


def leave_no_core() -> None:
    """A crash writes no memory to a disk; only on Linux, elsewhere nothing happens."""
    if sys.platform != "linux":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # A core handler behind a pipe ignores that limit; a process that cannot be dumped has no core.
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
