"""Whether what the agent was made to run with is installed."""

import re
import sys
from collections.abc import Iterator
from importlib import metadata

from agent.finding import Finding

PROGRAM = "uketsuke"
_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)[^;]*(; *extra == ['\"]agent['\"])?")
"""Of the program itself or of its extra `agent`, with no other condition."""


def wanted() -> tuple[str, ...]:
    """Names of the packages that an agent needs.

    Raises:
        PackageNotFoundError: This program was never installed.
    """
    found = (_REQUIREMENT.fullmatch(each) for each in metadata.requires(PROGRAM) or ())
    return tuple(each["name"] for each in found if each)


def examine() -> Iterator[Finding]:
    """One finding for all of them, or one for each that is missing."""
    try:
        names = wanted()
    except metadata.PackageNotFoundError:
        yield Finding(f"Python packages: {PROGRAM} is not installed", "pip install '.[agent]'")
        return
    missing = [name for name in names if not _is_there(name)]
    for name in missing:
        yield Finding(f"Python packages: {name} is missing", f"pip install '{PROGRAM}[agent]'")
    if not missing:
        version = ".".join(map(str, sys.version_info[:3]))
        yield Finding(
            f"Python packages: {PROGRAM} {metadata.version(PROGRAM)} on Python {version},"
            f" all {len(names)} others are there"
        )


def _is_there(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True
