"""Made-up holders: nobody real, every kind of printed date."""

from datetime import date

import numpy as np
import pytest

from tests.hw_sim.card.holder import Holder, Sex
from tests.hw_sim.card.profile import CardProfile
from tests.hw_sim.card_front.holders import check_digit, sample_oldest, sample_profile
from tests.hw_sim.card_front.wording import birth_date_words, expiry_words

PROFILES = [sample_profile(np.random.default_rng([1, number])) for number in range(800)]


def born(day: date, *, is_in_era: bool = True) -> CardProfile:
    holder = Holder("試験　花子", "", day, Sex.FEMALE, "0" * 12, "9", "0007", is_in_era)
    return CardProfile(holder, card_expiry=date(2031, 2, 3))


@pytest.mark.parametrize(
    ("place", "digit", "check"),
    # Weights 2 to 7, then 2 to 6, from the right; 11 less the remainder; 0 for remainders 0, 1.
    [(1, 1, 9), (6, 1, 4), (7, 1, 9), (11, 1, 5), (1, 6, 0), (5, 2, 0), (3, 0, 0)],
)
def test_check_digit(place: int, digit: int, check: int) -> None:
    body = [0] * 11
    body[11 - place] = digit
    assert check_digit(body) == check


def test_nobody_can_have_the_numbers() -> None:
    for profile in PROFILES:
        digits = [int(digit) for digit in profile.holder.my_number]
        assert len(digits) == 12
        assert digits[11] != check_digit(digits[:11])


def test_names_and_addresses_are_plainly_made_up() -> None:
    assert all(profile.holder.address.startswith("試験県見本市") for profile in PROFILES)
    families = {profile.holder.name.split("　")[0] for profile in PROFILES}
    assert len(families) <= 14


def test_births_reach_over_all_eras() -> None:
    days = [profile.holder.birth_date for profile in PROFILES]
    assert min(days) < date(1930, 1, 1)
    assert max(days) > date(2023, 1, 1)
    assert {date(1989, 1, 7), date(1989, 1, 8), date(2019, 5, 1)} <= set(days)


def test_the_oldest_are_born_in_every_year_of_taisho() -> None:
    oldest = [sample_oldest(np.random.default_rng([1, number])) for number in range(200)]
    words = {birth_date_words(profile, is_day_padded=False)[:4] for profile in oldest}
    years = ("元", *range(2, 16))
    assert words == {f"大正{year}年" if len(str(year)) == 1 else f"大正{year}" for year in years}


def test_few_foreign_residents() -> None:
    share = np.mean([not profile.holder.is_birth_printed_in_era for profile in PROFILES])
    assert 0.03 < share < 0.08


def test_expiry_is_a_birthday() -> None:
    for profile in PROFILES:
        birth, last = profile.holder.birth_date, profile.card_expiry
        assert last.year >= birth.year + 5
        if not profile.holder.is_birth_printed_in_era:
            continue
        if (birth.month, birth.day) == (2, 29):
            assert (last.month, last.day) in {(2, 28), (2, 29)}
        else:
            assert (last.month, last.day) == (birth.month, birth.day)


def test_same_draw_same_holder() -> None:
    again = sample_profile(np.random.default_rng([1, 3]))
    assert again == PROFILES[3]
    assert again != PROFILES[4]


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(1989, 1, 7), "昭和64年 1月 7日生"),
        (date(1989, 1, 8), "平成元年 1月 8日生"),
        (date(2019, 4, 30), "平成31年 4月30日生"),
        (date(2019, 5, 1), "令和元年 5月 1日生"),
        (date(1926, 12, 25), "昭和元年12月25日生"),
        (date(1926, 12, 24), "大正15年12月24日生"),
    ],
)
def test_birth_date_in_era(day: date, words: str) -> None:
    assert birth_date_words(born(day), is_day_padded=True) == words


def test_birth_date_gregorian() -> None:
    foreign = born(date(1980, 2, 17), is_in_era=False)
    assert birth_date_words(foreign, is_day_padded=False) == "1980年2月17日生"


def test_expiry() -> None:
    assert expiry_words(born(date(1980, 2, 3)), is_day_padded=True) == "2031年 2月 3日まで有効"
