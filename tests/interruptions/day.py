"""What a program does with its disk, and what must hold after it was interrupted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

Tell = Callable[[str], None]
"""Tells the world outside something that it will not forget."""


@dataclass(frozen=True)
class Day:
    """All three work in a folder that holds what the disk holds."""

    prepare: Callable[[Path], None]
    """Makes what lies there before the first start of all."""
    play: Callable[[Path, Tell], None]
    """The first start of all, some patients, the end."""
    resume: Callable[[Path, Tell, Sequence[str]], None]
    """Starts again after an interruption; is told the marks. Ends what was begun, and serves one
    patient more."""
    faults: Callable[[Path, Sequence[str]], list[str]]
    """Starts again, given the marks, and tells in words what was lost, doubled or got stuck."""
    refusals: tuple[type[Exception], ...]
    """What the program may raise when its disk refuses; it ends then."""
