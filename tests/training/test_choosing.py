"""Constants are chosen by some people and judged by others; all embeddings here are made up."""

from collections.abc import Sequence
from dataclasses import replace

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
    foreign_rate,
    guard_for,
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
    foreign = {f"foreign {number}": values for number, values in enumerate(embedded(60, rng))}
    theirs = [Person(path, 30, "") for path in foreign]
    return Material(pairs, judges, people, strangers, theirs, foreign, is_guarded=True)


def test_a_share_is_of_the_impostors_that_are_as_much_alike(material: Material) -> None:
    judged = judged_by(material, Constants(1.0, None), within_sex=False)
    assert len(judged.shares) == 2 * len(material.pairs), "by the axes of either half of strangers"
    assert judged.shares.max() < 0.1
    guarded = judged_by(material, Constants(1.0, 0.01), within_sex=False)
    assert (guarded.shares == 1).all(), "what the guard refuses is refused at every rate"
    within = judged_by(material, Constants(1.0, None), within_sex=True)
    assert not np.array_equal(within.shares, judged.shares)


def test_the_guard_is_the_loosest_that_keeps_another_population_out(
    material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is of another kind lies close together, where the axes see large differences."""
    centre = embedded(1, np.random.default_rng(5))[0]
    close = {path: centre + values / 3 for path, values in material.foreign_embeddings.items()}
    alike = replace(material, foreign_embeddings=close)
    monkeypatch.setattr(choosing, "GUARDS", [hundredths / 100 for hundredths in range(200, 0, -1)])
    guard = guard_for(alike, 1.0)
    assert guard is not None
    assert foreign_rate(alike, Constants(1.0, guard)) <= 1e-3
    assert foreign_rate(alike, Constants(1.0, guard + 0.01)) > 1e-3
    as_others = guard_for(material, 1.0)
    assert as_others is not None
    assert as_others > guard, "who is no closer together than the strangers needs less of one"


def test_where_no_guard_keeps_them_out_there_is_none(material: Material) -> None:
    one = dict.fromkeys(material.foreign_embeddings, embedded(1, np.random.default_rng(5))[0])
    assert guard_for(replace(material, foreign_embeddings=one), 1.0) is None


def test_a_rule_without_guard_gets_none(material: Material) -> None:
    assert choose(replace(material, is_guarded=False), range(8)).guard is None


def test_the_guard_asks_no_judge(material: Material) -> None:
    shuffled = replace(material, judges={path: -values for path, values in material.judges.items()})
    assert choose(material, range(4)).guard == choose(shuffled, range(4, 8)).guard


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
