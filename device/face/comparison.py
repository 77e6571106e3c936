"""Compares two embeddings and says only how clearly they belong to one person.

The exact score stays within this file: whoever sees exact scores can climb them to a face that
matches (hill climbing), so a coarse band is all that leaves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import assert_never

import numpy as np

from device.face.decision import Calibration, Condition, DecisionRule, Metric, Space
from device.face.embedder import Embedding
from device.face.port import Values
from device.face.wiping import Exact, WipedAfterwards

CLEAR_DISTANCE = 0.2
"""Share of the threshold by which a distance is clearly on one side."""
CLEAR_COSINE = 0.1


class ScoreBand(Enum):
    """How alike two faces are, coarsely."""

    CLEAR_MATCH = "clear_match"
    MATCH = "match"
    NEAR = "near"
    """Below the threshold, but a better picture may pass."""
    NO_MATCH = "no_match"


@dataclass(frozen=True, slots=True)
class ComparisonScore:
    """The outcome of comparing reference and probe (terms of ISO/IEC 2382-37)."""

    band: ScoreBand
    """How alike they are."""

    @property
    def is_match(self) -> bool:
        """Whether they count as one person."""
        return self.band in (ScoreBand.CLEAR_MATCH, ScoreBand.MATCH)


def compare(reference: Embedding, probe: Embedding, rule: DecisionRule) -> ComparisonScore:
    """Compares two embeddings by a bundle's rule.

    Args:
        reference: the card's photo.
        probe: the person at the reader.
        rule: the conditions that a match fulfils, all of them.

    Returns:
        A match only if the score reaches every threshold; values that are no numbers never match.
    """
    return ComparisonScore(_band(_margin(reference, probe, rule)))


def mean_of(embeddings: Sequence[Embedding]) -> Embedding:
    """Averages the embeddings of several pictures of one person: one steadier probe.

    Args:
        embeddings: at least one, all of the same length.
    """
    return Embedding(np.mean([e.values for e in embeddings], axis=0, dtype=np.float32))


def _margin(reference: Embedding, probe: Embedding, rule: DecisionRule) -> float:
    """How far on the matching side of the threshold; ±1 is where "clearly" begins."""
    pair = reference.values, probe.values
    if not all(np.isfinite(values).all() for values in pair):
        return float("-inf")
    margins = [_margin_in(condition, *pair, rule.calibration) for condition in rule.conditions]
    return min(margins) if np.isfinite(margins).all() else float("-inf")


def _margin_in(
    condition: Condition, reference: Values, probe: Values, calibration: Calibration | None
) -> float:
    with WipedAfterwards() as wiped:
        if condition.space is Space.CALIBRATED and calibration is not None:
            reference = wiped.keep(calibration.apply(reference))
            probe = wiped.keep(calibration.apply(probe))
        a = wiped.keep(reference.astype(np.float64))
        b = wiped.keep(probe.astype(np.float64))
        return _margin_between(a, b, condition)


def _margin_between(a: Exact, b: Exact, condition: Condition) -> float:
    match condition.metric:
        case Metric.EUCLIDEAN:
            distance = float(np.linalg.norm(a - b))
            return (condition.threshold - distance) / (CLEAR_DISTANCE * condition.threshold)
        case Metric.COSINE:
            lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
            cosine = float(a @ b) / lengths if lengths > 0 else -1.0
            return (cosine - condition.threshold) / CLEAR_COSINE
        case _:
            assert_never(condition.metric)


def _band(margin: float) -> ScoreBand:
    if margin >= 1:
        return ScoreBand.CLEAR_MATCH
    if margin >= 0:
        return ScoreBand.MATCH
    return ScoreBand.NEAR if margin >= -1 else ScoreBand.NO_MATCH
