"""Who is too young to be known by a face alone.

Children's faces resemble each other far more than adults' do, and change within the ten years of a
card: below this age a match proves nobody. The PIN or the staff do it.
Source: facts/face.md §5.2, §6.10.
"""

from datetime import date

AGE_FACES_COUNT_FROM = 12
"""Years."""


def is_too_young(born: date, today: date) -> bool:
    """Whether a face alone may not prove the holder.

    Args:
        born: as the record tells it.
        today: Japan's day.
    """
    has_had_birthday = (today.month, today.day) >= (born.month, born.day)
    return today.year - born.year - (not has_had_birthday) < AGE_FACES_COUNT_FROM
