"""Who is too young to be known by a face alone.

Children's faces resemble each other far more than adults' do, and change within the ten years of a
card: so below this age a match proves nobody, and the photo stays in the chip. The PIN or the staff
do it. Source: facts/face.md §5.2, §6.10.
"""

from datetime import date

AGE_FACES_COUNT_FROM = 12
"""Years."""


def is_too_young(born: date | None, today: date) -> bool:
    """Whether a face alone may not prove the holder.

    Args:
        born: as the genuine record tells it; None, as no such day exists: nobody knows.
        today: Japan's day. A clock that is years behind makes everybody too young.
    """
    if born is None:
        return True
    has_had_birthday = (today.month, today.day) >= (born.month, born.day)
    return today.year - born.year - (not has_had_birthday) < AGE_FACES_COUNT_FROM
