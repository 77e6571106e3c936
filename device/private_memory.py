"""Keeps what this process has in its memory, PIN, face and photo among it, from outliving its use.

Source: core(5), prctl(2), mallopt(3), proc(5).
"""

import ctypes
import resource
from pathlib import Path

_PR_SET_DUMPABLE = 4
"""linux/prctl.h."""
_M_PERTURB = -6
"""malloc.h of glibc."""
_LEFT_IN_FREED_MEMORY = 0xA5
"""Any byte but 0, which would switch it off."""
_SWAPS = Path("/proc/swaps")


def leave_no_core() -> None:
    """A crash writes no memory to a disk, and no other program of this user looks into it."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # A core handler behind a pipe ignores that limit; a process that cannot be dumped has no core.
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def overwrite_freed_memory() -> None:
    """From now on the C library overwrites what is given back to it.

    So the copies that Python, numpy, OpenCV, Pillow and the engine made on their way last no
    longer than their use. Blocks of at most 1032 bytes are kept for reuse as they are, and those
    of at most 512 bytes Python keeps itself. A C library other than glibc knows no such thing.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(_M_PERTURB, _LEFT_IN_FREED_MEMORY)


def is_swap_on(swaps: Path = _SWAPS) -> bool:
    """Whether the system may write this process's memory to a disk.

    Args:
        swaps: a title and one line for each area, as Linux tells them.
    """
    try:
        return len(swaps.read_text().splitlines()) > 1
    except OSError:
        return False
