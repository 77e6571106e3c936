"""Constants are chosen by some people and judged by others; all embeddings here are made up."""

from collections.abc import Sequence

import numpy as np
import pytest

from device.face.evaluate.groups import Person
from device.face.evaluate.pairs import Pair
from device.face.port import Values
from training.calibration import choosing
from training.calibration.choosing import (
    Constants,
    Judged,
    Material,
    choose,
    crossed,
    equal_error,
    judged_by,
    refused,
    with_interval,
)

LENGTH = 8
NOISE = 0.2


def embedded(count: int, rng: np.random.Generator) -> Values:
    return rng.normal(0, 1, (count, LENGTH)).astype(np.float32)


@pytest.fixture
def material() -> Material:
    """Eight judges of three pictures each, and eighty strangers."""
    rng = np.random.default_rng(3)
    judges = {
        f"{name}/{number}": values + rng.normal(0, NOISE, LENGTH).astype(np.float32)
        for name, values in zip("abcdefgh", embedded(8, rng), strict=True)
        for number in range(3)
    }
    pairs = [Pair(f"{n}/0", f"{n}/{number}", is_same=True) for n in "abcdefgh" for number in (1, 2)]
    strangers = {str(number): values for number, values in enumerate(embedded(80, rng))}
    people = [Person(path, 30, "fm"[int(path) % 4 > 1]) for path in strangers]
    return Material(pairs, judges, people, strangers)


def test_a_share_is_of_the_impostors_that_are_as_much_alike(material: Material) -> None:
    judged = judged_by(material, Constants(1.0, None), within_sex=False)
    assert len(judged.shares) == 2 * len(material.pairs), "by the axes of either half of strangers"
    assert judged.shares.max() < 0.1
    guarded = judged_by(material, Constants(1.0, 0.01), within_sex=False)
    assert (guarded.shares == 1).all(), "what the guard refuses is refused at every rate"
    within = judged_by(material, Constants(1.0, None), within_sex=True)
    assert not np.array_equal(within.shares, judged.shares)


def test_the_guard_is_the_strictest_that_hardly_refuses(
    material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    distances = [
        float(np.linalg.norm(material.judges[pair.reference] - material.judges[pair.probe]))
        for pair in material.pairs
    ]
    monkeypatch.setattr(choosing, "GUARDS", (max(distances) / 2, max(distances), 9.0))
    assert choose(material, range(8)).guard == max(distances)
    nearer = sorted(range(8), key=lambda person: max(distances[2 * person : 2 * person + 2]))[:1]
    monkeypatch.setattr(choosing, "GUARDS", (min(distances) / 2, max(distances) * 0.99, 9.0))
    assert choose(material, nearer).guard != 9.0, "others choose otherwise"


def test_nobody_judges_what_they_chose(material: Material, monkeypatch: pytest.MonkeyPatch) -> None:
    chose: list[set[int]] = []
    by_constants: dict[float, set[int]] = {}
    whole = Judged.of

    def note(_: Material, people: Sequence[int]) -> Constants:
        chose.append(set(people))
        by_constants[float(len(chose))] = set(people)
        return Constants(float(len(chose)), None)

    judging: list[set[int]] = []

    def note_judges(judged: Judged, people: Sequence[int]) -> Judged:
        judging.append(set(people))
        return whole(judged, people)

    used: list[float] = []

    def note_constants(_: Material, constants: Constants, *, within_sex: bool) -> Judged:
        used.append(constants.shrinkage)
        return judged_by(material, constants, within_sex=within_sex)

    monkeypatch.setattr(choosing, "choose", note)
    monkeypatch.setattr(choosing, "judged_by", note_constants)
    monkeypatch.setattr(Judged, "of", note_judges)
    judged, chosen = crossed(material, within_sex=False)
    assert len(chosen) == 2
    assert set.union(*judging) == set(range(8))
    for constants, people in zip(used, judging, strict=True):
        assert not people & by_constants[constants]
    assert len(judged.shares) == 2 * len(material.pairs)


def test_rates_and_their_intervals() -> None:
    judged = Judged(np.array([0, 0, 0.002, 0.5]), np.array([0, 0, 1, 1]))
    value, low, high = with_interval(refused(1e-3), judged)
    assert (value, low, high) == (0.5, 0.0, 1.0), "two people tell nothing"
    assert refused(0.1)(judged.shares, np.ones(4)) == 0.25
    assert equal_error(judged.shares, np.ones(4)) == 0.25
    assert equal_error(np.zeros(4), np.ones(4)) == 0
