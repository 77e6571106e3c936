import numpy as np
import pytest

from device.face.comparison import ScoreBand, compare, mean_of
from device.face.decision import Calibration, Condition, DecisionRule, Metric, Space
from device.face.embedder import Embedding
from device.face.port import Values


def _rule(metric: Metric, threshold: float) -> DecisionRule:
    return DecisionRule((Condition(Space.NETWORK, metric, threshold),))


EUCLIDEAN = _rule(Metric.EUCLIDEAN, 0.40)
COSINE = _rule(Metric.COSINE, 0.6)


def _at(*values: float) -> Embedding:
    return Embedding(np.array(values, np.float32))


@pytest.mark.parametrize(
    ("distance", "band"),
    [
        (0.0, ScoreBand.CLEAR_MATCH),
        (0.31, ScoreBand.CLEAR_MATCH),
        (0.33, ScoreBand.MATCH),
        (0.399, ScoreBand.MATCH),
        (0.401, ScoreBand.NEAR),
        (0.47, ScoreBand.NEAR),
        (0.49, ScoreBand.NO_MATCH),
        (1.4, ScoreBand.NO_MATCH),
    ],
)
def test_a_distance_falls_into_its_band(distance: float, band: ScoreBand) -> None:
    score = compare(_at(0.3, 0.0), _at(0.3, distance), EUCLIDEAN)
    assert score.band is band
    assert score.is_match is (distance <= 0.40)


def test_a_laxer_threshold_would_let_the_near_ones_in() -> None:
    lax = _rule(Metric.EUCLIDEAN, 0.60)
    assert not compare(_at(0, 0), _at(0, 0.5), EUCLIDEAN).is_match
    assert compare(_at(0, 0), _at(0, 0.5), lax).is_match


@pytest.mark.parametrize(
    ("cosine", "band"),
    [
        (1.0, ScoreBand.CLEAR_MATCH),
        (0.65, ScoreBand.MATCH),
        (0.55, ScoreBand.NEAR),
        (-1.0, ScoreBand.NO_MATCH),
    ],
)
def test_a_cosine_falls_into_its_band(cosine: float, band: ScoreBand) -> None:
    other = _at(3 * cosine, 3 * float(np.sqrt(1 - cosine**2)))
    assert compare(_at(2, 0), other, COSINE).band is band


@pytest.mark.parametrize("rule", [EUCLIDEAN, COSINE])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_never_matches(rule: DecisionRule, value: float) -> None:
    assert not compare(_at(value, 0), _at(value, 0), rule).is_match
    assert not compare(_at(1, 0), _at(value, 0), rule).is_match


def test_an_empty_embedding_never_matches_by_cosine() -> None:
    assert not compare(_at(0, 0), _at(0, 0), COSINE).is_match


CROWD = Calibration(
    "crowd", "two people", np.array([10, 10], np.float32), np.eye(2, dtype=np.float32)
)
BOTH = DecisionRule(
    (
        Condition(Space.NETWORK, Metric.EUCLIDEAN, 3.0),
        Condition(Space.CALIBRATED, Metric.COSINE, 0.6),
    ),
    CROWD,
)


def test_all_conditions_of_a_rule_must_hold() -> None:
    assert compare(_at(11, 10), _at(12, 10), BOTH).is_match
    too_far, other_side = _at(15, 10), _at(9, 10)
    assert compare(_at(11, 10), too_far, DecisionRule(BOTH.conditions[1:], CROWD)).is_match
    assert not compare(_at(11, 10), too_far, BOTH).is_match
    assert compare(_at(11, 10), other_side, DecisionRule(BOTH.conditions[:1])).is_match
    assert not compare(_at(11, 10), other_side, BOTH).is_match


def test_people_of_a_crowd_differ_once_the_crowd_is_taken_away() -> None:
    plain = DecisionRule((Condition(Space.NETWORK, Metric.COSINE, 0.6),))
    assert compare(_at(11, 10), _at(10, 11), plain).is_match
    assert not compare(_at(11, 10), _at(10, 11), BOTH).is_match


def test_a_rule_without_a_condition_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a condition"):
        DecisionRule(())


def test_a_calibration_that_overflows_matches_nobody() -> None:
    huge = Calibration("huge", "nobody", CROWD.centre, np.full((2, 2), 3e38, np.float32))
    rule = DecisionRule(BOTH.conditions, huge)
    with np.errstate(over="ignore", invalid="ignore"):
        assert not compare(_at(12, 10), _at(12, 10), rule).is_match
    assert compare(_at(12, 10), _at(12, 10), BOTH).is_match


def test_what_a_comparison_makes_of_embeddings_is_wiped(monkeypatch: pytest.MonkeyPatch) -> None:
    placed: list[Values] = []
    apply = Calibration.apply

    def noted(calibration: Calibration, values: Values) -> Values:
        placed.append(apply(calibration, values))
        return placed[-1]

    monkeypatch.setattr(Calibration, "apply", noted)
    reference, probe = _at(11, 10), _at(12, 10)
    assert compare(reference, probe, BOTH).is_match
    assert [bool(values.any()) for values in placed] == [False, False]
    assert reference.values.all(), "whoever has a reference compares it again"


def test_the_exact_score_does_not_leave() -> None:
    score = compare(_at(0.3, 0.0), _at(0.3, 0.1234), EUCLIDEAN)
    assert repr(score) == "ComparisonScore(band=<ScoreBand.CLEAR_MATCH: 'clear_match'>)"
    assert score == compare(_at(0.3, 0.0), _at(0.3, 0.15), EUCLIDEAN)


def test_several_pictures_are_averaged() -> None:
    assert mean_of([_at(1, 2), _at(3, 6)]).values.tolist() == [2, 4]
