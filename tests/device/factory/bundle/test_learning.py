from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from device.face.comparison import compare
from device.face.decision import Calibration, Condition, DecisionRule, Metric, Space
from device.face.embedder import Embedding
from device.face.evaluate.groups import Person
from device.face.evaluate.impostors import trials_among
from device.face.evaluate.rates import Trials
from device.face.port import Values
from device.factory.bundle import learning
from device.factory.bundle.learning import find_thresholds, learn, one_each
from device.factory.errors import CalibrationError

LENGTH = 16
ADULTS = (18, 59)
GUARD = Condition(Space.NETWORK, Metric.EUCLIDEAN, 1.5)
ENOUGH = 640
"""Little more than the fewest of whom a false match rate of 1e-4 can be told, in two halves."""


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
    embeddings = {str(number): values for number, values in enumerate(crowd(ENOUGH + 200))}
    people = [Person(path, (30, 70)[int(path) >= ENOUGH], "f") for path in embeddings]
    loose, strict = find_thresholds(people, embeddings, [GUARD])
    assert (loose.fmr, strict.fmr) == (1e-3, 1e-4)
    assert loose.value < strict.value
    assert 0.5e-3 < loose.bands[ADULTS].value <= 1e-3
    assert strict.bands[ADULTS].value <= 1e-4
    assert set(loose.bands) == {ADULTS, (60, 150)}
    assert loose.within_sex == loose.bands[ADULTS], "all of these are women"


def test_people_of_one_sex_are_told_apart_less_well() -> None:
    embeddings = {str(number): values for number, values in enumerate(crowd(ENOUGH))}
    for path, values in embeddings.items():
        values += np.float32(0.5 * (int(path) % 4 < 2)) * np.sin(np.arange(LENGTH))
    people = [Person(path, 30, "mf"[int(path) % 4 < 2]) for path in embeddings]
    (_, strict) = find_thresholds(people, embeddings, [])
    assert strict.within_sex is not None
    assert strict.within_sex.value > strict.bands[ADULTS].value


def test_people_are_not_judged_by_what_they_taught(monkeypatch: pytest.MonkeyPatch) -> None:
    taught: list[Values] = []
    judged: list[Values] = []
    learns, compares = learning.learn, trials_among

    def note_taught(embeddings: Values, shrinkage: float) -> tuple[Values, Values]:
        taught.append(embeddings)
        return learns(embeddings, shrinkage)

    def note_judged(
        people: Sequence[Person], embeddings: Mapping[str, Values], rule: DecisionRule
    ) -> Trials:
        judged.append(np.stack([embeddings[person.path] for person in people]))
        return compares(people, embeddings, rule)

    monkeypatch.setattr(learning, "learn", note_taught)
    monkeypatch.setattr(learning, "trials_among", note_judged)
    embeddings = {str(number): values for number, values in enumerate(crowd(ENOUGH))}
    find_thresholds([Person(path, 30, "f") for path in embeddings], embeddings, [GUARD])
    assert len(taught) == 2
    assert len(judged) == 4, "everybody, and women with women"
    for learnt_from, compared in zip(taught * 2, judged, strict=True):
        shared = {row.tobytes() for row in learnt_from} & {row.tobytes() for row in compared}
        assert not shared


def test_several_pictures_of_one_person_are_one_person() -> None:
    faces = crowd(ENOUGH)
    noise = np.random.default_rng(4).normal(0, 0.001, faces.shape).astype(np.float32)
    embeddings, people = {}, []
    for number, values in enumerate(faces):
        for picture, seen in enumerate((values, values + noise[number])):
            path = f"{number}-{picture}"
            embeddings[path] = seen
            people.append(Person(path, 30, "f", str(number)))
    assert len(one_each(people, embeddings)) == len(faces)
    (loose, strict) = find_thresholds(people, embeddings, [GUARD])
    assert loose.people == len(faces)
    assert 0 < loose.value < strict.value < 1
    few = [person for person in people if int(person.name) < ENOUGH // 2]
    with pytest.raises(CalibrationError, match="too few adults"):
        find_thresholds(few, embeddings, [GUARD])


def test_pictures_of_one_person_are_no_impostors() -> None:
    (face, other) = crowd(2)
    embeddings = {"a": face, "b": face * np.float32(1.0001), "c": other}
    people = [Person("a", 30, "f", "one"), Person("b", 30, "f", "one"), Person("c", 30, "f")]
    rule = DecisionRule((Condition(Space.NETWORK, Metric.EUCLIDEAN, 0.5),))
    assert len(trials_among(people, embeddings, rule)) == 2
    assert trials_among(people, embeddings, rule).people_pairs_count == 1
    strangers = [replace(person, name="") for person in people]
    assert len(trials_among(strangers, embeddings, rule)) == 3, "control"


def test_guards_that_refuse_everybody_are_told() -> None:
    embeddings = {str(number): values for number, values in enumerate(crowd(ENOUGH))}
    people = [Person(path, 30, "f") for path in embeddings]
    nobody = Condition(Space.NETWORK, Metric.EUCLIDEAN, 0.01)
    with pytest.raises(CalibrationError, match="leave no threshold"):
        find_thresholds(people, embeddings, [nobody])


def test_pictures_that_are_all_alike_teach_nothing() -> None:
    with pytest.raises(CalibrationError, match="the same values"):
        learn(np.ones((200, LENGTH), np.float32))


def test_too_few_adults_are_told() -> None:
    embeddings = {str(number): values for number, values in enumerate(crowd(200))}
    people = [Person(path, 70, "m") for path in embeddings]
    with pytest.raises(CalibrationError, match="too few adults"):
        find_thresholds(people, embeddings, [])
