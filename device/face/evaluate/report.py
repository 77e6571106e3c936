"""The figures of an evaluation, for people and for programs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np

from device.face.evaluate.rates import Rate


@dataclass(frozen=True, slots=True)
class AtFar:
    """Genuine pairs accepted where impostors are accepted at a stated rate."""

    far: float
    """Of the impostors that show a face: an FMR; the JSON has the name that others use."""
    tar: Rate | None
    """Of the genuine pairs that do, 1 - FNMR; None: too few impostors to tell."""
    threshold: float | None
    """Largest distance, or smallest cosine."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Genuine pairs against impostors."""

    title: str
    """What was compared."""
    genuine_pairs: int
    """Of which both pictures show a face."""
    impostor_pairs: int
    """The same."""
    eer: Rate | None
    """Equal error rate; None: there are no impostors."""
    at: tuple[AtFar, ...]
    """From the loosest on; empty: there are no impostors."""
    fnmr: Rate
    """False non-match rate at the bundle's threshold: failures to acquire are not among it."""
    fmr: Rate | None
    """False match rate at the bundle's threshold; None: there are no impostors."""


@dataclass(frozen=True, slots=True)
class GroupRate:
    """False matches of one group at the bundle's threshold."""

    group: str
    """Age band and sex."""
    people: int
    """Who show a face."""
    fmr: Rate
    """Among all their pairs."""


@dataclass(frozen=True, slots=True)
class Durations:
    """What the machine took, ms; it depends on the machine."""

    p50: float
    """Median."""
    p95: float
    """95th percentile."""

    @classmethod
    def of(cls, values_ms: Sequence[float]) -> "Durations | None":
        """None where nothing was measured."""
        if not values_ms:
            return None
        median, high = np.percentile(values_ms, (50, 95))
        return cls(float(median), float(high))


@dataclass(slots=True)
class Report:
    """Everything one evaluation found out."""

    bundle: str
    """Its name."""
    calibration: str
    """Its name, or "none"."""
    threshold_id: str
    """Of the bundle."""
    pictures: int = 0
    """Looked at."""
    failures_to_acquire: int = 0
    """Pictures in which no face was found."""
    copies: int = 0
    """Impostors left out, since another one is the same photograph."""
    detect_ms: Durations | None = None
    """A picture."""
    embed_ms: Durations | None = None
    """A face, with its alignment and mirror image."""
    comparisons: list[Comparison] = field(default_factory=list)
    """Genuine pairs against impostors."""
    groups: list[GroupRate] = field(default_factory=list)
    """Impostors by group."""


def as_json(report: Report) -> str:
    """For programs; rates are shares of 1."""
    return msgspec.json.format(msgspec.json.encode(report)).decode()


def as_text(report: Report) -> str:
    """For people."""
    return "\n".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    yield f"bundle {report.bundle}, calibration {report.calibration}"
    yield "intervals hold 95 (and 90) of 100 draws of people"
    share = report.failures_to_acquire / max(1, report.pictures)
    yield (
        f"{report.pictures} pictures, failures to acquire {report.failures_to_acquire} "
        f"({100 * share:.2f} %)"
    )
    if report.copies:
        yield f"{report.copies} impostors left out: copies of another one's photograph"
    for name, durations in (("detect", report.detect_ms), ("embed", report.embed_ms)):
        if durations is not None:
            yield f"{name} ms: p50 {durations.p50:.1f}, p95 {durations.p95:.1f}"
    for comparison in report.comparisons:
        yield from _comparison_lines(comparison, report.threshold_id)
    if report.groups:
        yield f'FMR at "{report.threshold_id}":'
    for group in report.groups:
        yield f"  {group.group:<10} {group.people:5} people  {_small(group.fmr)}"


def _comparison_lines(comparison: Comparison, threshold_id: str) -> Iterator[str]:
    pairs = f"{comparison.genuine_pairs} genuine, {comparison.impostor_pairs} impostor pairs"
    yield f"{comparison.title}: {pairs}"
    at_threshold = f'  at "{threshold_id}": FNMR {_percent(comparison.fnmr)}'
    if comparison.eer is None or comparison.fmr is None:
        yield f"{at_threshold}; no pair of two people (same: 0) tells EER, TAR or FMR"
        return
    yield f"  EER {_percent(comparison.eer)}"
    for at in comparison.at:
        if at.tar is None or at.threshold is None:
            yield f"  FAR {at.far:.0e}: too few impostors to tell"
        else:
            yield f"  FAR {at.far:.0e}: TAR {_percent(at.tar)}, threshold {at.threshold:.3f}"
    yield f"{at_threshold}, FMR {_small(comparison.fmr)}"


def _percent(rate: Rate) -> str:
    of_95 = f"[{100 * rate.low:.2f}, {100 * rate.high:.2f}]"
    of_90 = f"[{100 * rate.low_90:.2f}, {100 * rate.high_90:.2f}]"
    return f"{100 * rate.value:.2f} % {of_95} (90 %: {of_90})"


def _small(rate: Rate) -> str:
    of_95 = f"[{rate.low:.1e}, {rate.high:.1e}]"
    of_90 = f"[{rate.low_90:.1e}, {rate.high_90:.1e}]"
    return f"{rate.value:.1e} {of_95} (90 %: {of_90})"
