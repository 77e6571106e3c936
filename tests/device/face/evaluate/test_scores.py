import numpy as np
import pytest

from device.face.comparison import compare
from device.face.decision import Calibration, Condition, DecisionRule, Metric, Space
from device.face.embedder import Embedding
from device.face.evaluate.scores import cross_scores, limit, pair_scores, threshold_above

RNG = np.random.default_rng(3)
REFERENCES, PROBES = (RNG.normal(0.4, 0.5, (60, 8)).astype(np.float32) for _ in range(2))
CALIBRATION = Calibration(
    "made up",
    "sixty",
    REFERENCES.mean(axis=0),
    RNG.normal(0, 1, (8, 5)).astype(np.float32),
)
RULES = [
    DecisionRule((Condition(Space.NETWORK, Metric.EUCLIDEAN, 1.8),)),
    DecisionRule((Condition(Space.NETWORK, Metric.COSINE, 0.4),)),
    DecisionRule((Condition(Space.CALIBRATED, Metric.EUCLIDEAN, 4.0),), CALIBRATION),
    DecisionRule(
        (
            Condition(Space.NETWORK, Metric.EUCLIDEAN, 2.0),
            Condition(Space.CALIBRATED, Metric.COSINE, 0.2),
        ),
        CALIBRATION,
    ),
]


@pytest.mark.parametrize("rule", RULES)
def test_scores_decide_as_the_product_does(rule: DecisionRule) -> None:
    scores = cross_scores(REFERENCES, PROBES, rule)
    matches = [
        [compare(Embedding(a), Embedding(b), rule).is_match for b in PROBES] for a in REFERENCES
    ]
    assert 0.02 < np.mean(matches) < 0.98
    assert np.array_equal(scores >= limit(rule.conditions[-1]), matches)
    assert np.diag(scores) == pytest.approx(pair_scores(REFERENCES, PROBES, rule))


def test_a_guard_that_is_forgotten_is_noticed() -> None:
    both = cross_scores(REFERENCES, PROBES, RULES[-1])
    alone = cross_scores(REFERENCES, PROBES, DecisionRule(RULES[-1].conditions[1:], CALIBRATION))
    assert np.isneginf(both).any()
    assert np.isfinite(alone).all()


@pytest.mark.parametrize("rule", RULES)
def test_a_threshold_above_a_score_is_not_reached_by_it(rule: DecisionRule) -> None:
    condition = rule.conditions[-1]
    for score in cross_scores(REFERENCES, PROBES, rule)[0]:
        threshold = threshold_above(score, condition)
        if np.isneginf(score):
            assert threshold is None
            continue
        assert threshold is not None
        is_distance = condition.metric is Metric.EUCLIDEAN
        least = -threshold if is_distance else threshold
        assert score < least <= score + 0.001 + 1e-9
