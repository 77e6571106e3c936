"""What a run found."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

_SHOWN = 10
"""Failures that are told one by one."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One trial in which the promise was broken."""

    seed: int
    """Plays this trial first."""
    what: str


@dataclass(frozen=True, slots=True)
class Report:
    """How a run ended."""

    trials: int
    """Occasions on which the promise could have been broken."""
    failures: tuple[Failure, ...]
    counted: Mapping[str, int | str]
    """What else happened, by name: a run in which nothing happens shows nothing."""

    def bound(self) -> str:
        """What the trials say about all the others: the rule of three (Hanley, JAMA 249, 1983)."""
        if self.failures:
            return f"{len(self.failures):,} failed"
        return f"0 failed, so fewer than 1 in {self.trials // 3:,} (95 %)"


class Run(Protocol):
    """A module of `runs/`."""

    COUNT: int

    def run(self, count: int, seed: int) -> Report:
        """Play at least `count` trials, of `seed` and the numbers after it."""
        ...


def told(name: str, report: Report, seed: int, took_s: float) -> str:
    """The report as lines for people."""
    lines = [f"{name}: {report.trials:,} trials, seed {seed}, {took_s:.0f} s: {report.bound()}"]
    lines += [f"    {what}: {_number(value)}" for what, value in report.counted.items()]
    for failure in report.failures[:_SHOWN]:
        lines.append(f"    FAILED: {failure.what}")
        lines.append(f"      again: python -m tests.torture {name} --count 1 --seed {failure.seed}")
    return "\n".join(lines)


def _number(value: int | str) -> str:
    return value if isinstance(value, str) else f"{value:,}"
