"""The words a card's front prints about its holder.

Source: facts/card.md §5 (era of the exact date; Gregorian for foreign residents).
"""

from datetime import date

from tests.hw_sim.card.era import era_of
from tests.hw_sim.card.holder import Sex
from tests.hw_sim.card.profile import CardProfile

SEX_WORDS = {Sex.MALE: "男", Sex.FEMALE: "女"}


def birth_date_words(profile: CardProfile, *, is_day_padded: bool) -> str:
    """`昭和33年 3月14日生`, or `1980年 2月17日生` for a foreign resident.

    Args:
        profile: the card.
        is_day_padded: a one-digit year, month or day takes the room of two.
    """
    born = profile.holder.birth_date
    if not profile.holder.is_birth_printed_in_era:
        return f"{born.year}年{_month_and_day(born, is_day_padded=is_day_padded)}生"
    era = era_of(born)
    year = era.year_of(born)
    year_words = "元" if year == 1 else _number(year, is_padded=is_day_padded)
    return f"{era.name}{year_words}年{_month_and_day(born, is_day_padded=is_day_padded)}生"


def expiry_words(profile: CardProfile, *, is_day_padded: bool) -> str:
    """`2035年 3月14日まで有効`."""
    last = profile.card_expiry
    return f"{last.year}年{_month_and_day(last, is_day_padded=is_day_padded)}まで有効"


def _month_and_day(day: date, *, is_day_padded: bool) -> str:
    month = _number(day.month, is_padded=is_day_padded)
    return f"{month}月{_number(day.day, is_padded=is_day_padded)}日"


def _number(value: int, *, is_padded: bool) -> str:
    return f"{value:2d}" if is_padded else str(value)
