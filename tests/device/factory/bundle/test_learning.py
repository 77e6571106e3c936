import numpy as np
import pytest

from device.face.comparison import compare
from device.face.decision import Calibration, Condition, DecisionRule, Metric, Space
from device.face.embedder import Embedding
from device.face.evaluate.groups import Person
from device.face.port import Values
from device.factory.bundle.learning import find_thresholds, learn
from device.factory.errors import CalibrationError

LENGTH = 16
ADULTS = (18, 59)
GUARD = Condition(Space.NETWORK, Metric.EUCLIDEAN, 1.5)


def crowd(count: int, seed: int = 0) -> Values:
    """People who look alike to the network: a common offset, and axes of different importance."""
    rng = np.random.default_rng(seed)
    spread = np.linspace(0.02, 0.3, LENGTH)
    return (2 + rng.normal(0, 1, (count, LENGTH)) * spread).astype(np.float32)


def rule_of(embeddings: Values, threshold: float) -> DecisionRule:
    calibration = Calibration("crowd", "made up", *learn(embeddings))
    return DecisionRule((Condition(Space.CALIBRATED, Metric.COSINE, threshold),), calibration)


def test_what_all_have_in_common_is_taken_away() -> None:
    people = crowd(400)
    centre, projection = learn(people)
    calibrated = (people - centre) @ projection
    assert np.abs(calibrated.mean(axis=0)).max() < 1e-3
    before, after = (np.linalg.eigvalsh(np.cov(values.T)) for values in (people, calibrated))
    assert before[-1] / before[0] > 150
    assert after[-1] / after[0] < 75


def test_strangers_are_told_apart_after_it_only() -> None:
    one, other = (Embedding(values) for values in crowd(2, seed=9))
    plain = DecisionRule((Condition(Space.NETWORK, Metric.COSINE, 0.6),))
    assert compare(one, other, plain).is_match
    assert not compare(one, other, rule_of(crowd(400), 0.6)).is_match


def test_too_few_people_teach_nothing() -> None:
    with pytest.raises(CalibrationError, match="64 people with a face are needed, there are 63"):
        learn(crowd(63))


def test_a_threshold_lets_as_many_through_as_it_says() -> None:
    embeddings = {str(number): values for number, values in enumerate(crowd(1400))}
    people = [Person(path, (30, 70)[int(path) >= 1200], "f") for path in embeddings]
    loose, strict = find_thresholds(people, embeddings, [GUARD])
    assert (loose.fmr, strict.fmr) == (1e-3, 1e-4)
    assert loose.value < strict.value
    assert 0.5e-3 < loose.bands[ADULTS].value <= 1e-3
    assert strict.bands[ADULTS].value <= 1e-4
    assert set(loose.bands) == {ADULTS, (60, 150)}
    # Other people of that crowd, judged by a calibration learnt from all of these.
    rule = rule_of(np.stack(list(embeddings.values())), loose.value)
    others = [Embedding(values) for values in crowd(150, seed=5)]
    matches = [compare(a, b, rule).is_match for i, a in enumerate(others) for b in others[:i]]
    assert np.mean(matches) < 4e-3


def test_too_few_adults_are_told() -> None:
    embeddings = {str(number): values for number, values in enumerate(crowd(200))}
    people = [Person(path, 70, "m") for path in embeddings]
    with pytest.raises(CalibrationError, match="too few adults"):
        find_thresholds(people, embeddings, [])
