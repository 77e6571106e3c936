"""How alike many faces are: the scores behind `compare`, for tables only."""

import math

import numpy as np
from numpy.typing import NDArray

from device.face.decision import Calibration, Condition, DecisionRule, Metric, Space
from device.face.port import Values

_STEPS = 1000
Scores = NDArray[np.float64]
"""Larger is more alike; minus infinity: another condition of the rule refuses the pair."""


def pair_scores(references: Values, probes: Values, rule: DecisionRule) -> Scores:
    """Scores of pairs by the rule's last condition; the others only refuse.

    Args:
        references: float32[N, L], embeddings of the network.
        probes: float32[N, L].
        rule: of the bundle.

    Returns:
        float64[N].
    """
    *guards, last = rule.conditions
    scores = _alike(last, references, probes, rule.calibration)
    for guard in guards:
        is_refused = _alike(guard, references, probes, rule.calibration) < limit(guard)
        scores[is_refused] = -np.inf
    return scores


def cross_scores(references: Values, probes: Values, rule: DecisionRule) -> Scores:
    """Scores of each reference with each probe.

    Args:
        references: float32[N, L].
        probes: float32[M, L].
        rule: of the bundle.

    Returns:
        float64[N, M].
    """
    *guards, last = rule.conditions
    scores = _all_alike(last, references, probes, rule.calibration)
    for guard in guards:
        is_refused = _all_alike(guard, references, probes, rule.calibration) < limit(guard)
        scores[is_refused] = -np.inf
    return scores


def limit(condition: Condition) -> float:
    """The condition's threshold as a score: at least that much is a match."""
    is_distance = condition.metric is Metric.EUCLIDEAN
    return -condition.threshold if is_distance else condition.threshold


def threshold_above(score: float, condition: Condition) -> float | None:
    """The loosest threshold, in thousandths, that a score of so much does not reach.

    Returns:
        None where every pair that other conditions let through would do.
    """
    if not np.isfinite(score):
        return None
    if condition.metric is Metric.EUCLIDEAN:
        return (math.ceil(-score * _STEPS) - 1) / _STEPS
    return (math.floor(score * _STEPS) + 1) / _STEPS


def _alike(
    condition: Condition, references: Values, probes: Values, calibration: Calibration | None
) -> Scores:
    a, b = (_in_space(values, condition, calibration) for values in (references, probes))
    if condition.metric is Metric.EUCLIDEAN:
        return np.asarray(-np.linalg.norm(a - b, axis=1))
    return np.asarray((_unit(a) * _unit(b)).sum(axis=1))


def _all_alike(
    condition: Condition, references: Values, probes: Values, calibration: Calibration | None
) -> Scores:
    a, b = (_in_space(values, condition, calibration) for values in (references, probes))
    if condition.metric is Metric.COSINE:
        return np.asarray(_unit(a) @ _unit(b).T)
    squared = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * a @ b.T
    return np.asarray(-np.sqrt(np.maximum(squared, 0)))


def _in_space(values: Values, condition: Condition, calibration: Calibration | None) -> Scores:
    if condition.space is Space.CALIBRATED and calibration is not None:
        values = calibration.apply(values)
    return values.astype(np.float64)


def _unit(values: Scores) -> Scores:
    return np.asarray(values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-12))
