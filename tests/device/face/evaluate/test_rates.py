import numpy as np
import pytest

from device.face.evaluate.rates import (
    Trials,
    accept_rate,
    equal_error_rate,
    score_at,
    true_accept_rate,
)


def trials(scores: list[float], people: list[tuple[int, int]] | None = None) -> Trials:
    pairs = people or [(2 * i, 2 * i + 1) for i in range(len(scores))]
    return Trials.of(np.array(scores), np.array(pairs, np.intp))


def test_people_who_never_overlap_make_no_errors() -> None:
    rate = equal_error_rate(trials([0.9] * 50), trials([0.1] * 300))
    assert (rate.value, rate.low) == (0.0, 0.0)
    assert rate.high == pytest.approx(3 / 100), "three in a hundred people"
    assert rate.low_90 == 0.0
    assert rate.high_90 == pytest.approx(2.3 / 100)


def test_three_people_say_next_to_nothing() -> None:
    rate = accept_rate(trials([0.1, 0.1, 0.1], [(0, 1), (0, 2), (1, 2)]), 0.5)
    assert (rate.value, rate.high) == (0.0, 1.0)
    certain = accept_rate(trials([0.9] * 30), 0.5)
    assert certain.value == 1.0
    assert certain.low == pytest.approx(1 - 3 / 60)
    assert certain.low_90 == pytest.approx(1 - 2.3 / 60)
    assert certain.rest.high == 1 - certain.low


def test_people_of_two_sets_are_not_mixed_up() -> None:
    mine, others = trials([0.9, 0.8]), trials([0.1, 0.2])
    assert set(mine.people.ravel()) == set(others.people.ravel())
    assert not set(mine.people.ravel()) & set(others.of_other_people_than(mine).people.ravel())


def test_the_equal_error_rate_is_where_both_errors_meet() -> None:
    genuine = trials([0.9, 0.8, 0.7, 0.35])
    impostors = trials([0.6, 0.3, 0.2, 0.1])
    assert equal_error_rate(genuine, impostors).value == pytest.approx(0.25)


def test_normal_scores_give_the_rates_of_their_distributions() -> None:
    rng = np.random.default_rng(1)
    genuine = trials(rng.normal(3, 1, 4000).tolist())
    impostors = trials(rng.normal(0, 1, 40_000).tolist())
    equal = equal_error_rate(genuine, impostors)
    assert equal.value == pytest.approx(0.0668, abs=0.006)
    assert equal.low < 0.0668 < equal.high
    accepted = true_accept_rate(genuine, impostors, 1e-2)
    assert accepted is not None
    assert accepted.value == pytest.approx(0.7502, abs=0.02)
    assert score_at(impostors, 1e-2) == pytest.approx(2.326, abs=0.06)


def test_a_rate_that_so_few_impostors_cannot_tell_is_not_told() -> None:
    assert true_accept_rate(trials([0.9] * 50), trials([0.1] * 999), 1e-3) is None
    assert true_accept_rate(trials([0.9] * 50), trials([0.1] * 1000), 1e-3) is not None


def test_ties_are_never_accepted_beyond_the_stated_rate() -> None:
    impostors = trials([0.5] * 10 + [0.1] * 990)
    accepted = true_accept_rate(trials([0.5] * 5 + [0.6] * 5), impostors, 5e-3)
    assert accepted is not None
    assert accepted.value == 0.5


def test_pairs_refused_by_another_condition_are_refused() -> None:
    genuine = trials([0.9, -np.inf, -np.inf, 0.8])
    accepted = true_accept_rate(genuine, trials([-np.inf] * 1000), 1e-2)
    assert accepted is not None
    assert accepted.value == 0.5
    assert accept_rate(genuine, 0.5).value == 0.5


def test_many_pairs_of_one_person_are_no_many_people() -> None:
    scores = [0.9] * 30 + [0.1] * 30
    few = [(0, 0)] * 30 + [(1, 1)] * 30
    many = [(i, i) for i in range(60)]
    narrow, wide = (accept_rate(trials(scores, people), 0.5) for people in (many, few))
    assert narrow.value == wide.value == 0.5
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)


def test_each_interval_holds_as_many_draws_as_it_says() -> None:
    """Of independent people the interval's ends are those of the normal distribution."""
    share, count = 0.2, 2000
    hits = [0.9] * int(share * count) + [0.1] * int((1 - share) * count)
    rate = accept_rate(trials(hits, [(i, i) for i in range(count)]), 0.5)
    deviation = (share * (1 - share) / count) ** 0.5
    assert rate.high - rate.low == pytest.approx(2 * 1.96 * deviation, rel=0.15)
    assert rate.high_90 - rate.low_90 == pytest.approx(2 * 1.645 * deviation, rel=0.15)
    assert rate.low < rate.low_90 < share < rate.high_90 < rate.high
    assert rate.rest.value == pytest.approx(1 - share)
    assert (rate.rest.low_90, rate.rest.high_90) == (1 - rate.high_90, 1 - rate.low_90)
