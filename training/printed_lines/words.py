"""Random lines as a card may carry them, with everything in them equally likely.

A network that knew which dates are usual would read the usual one where it sees nothing.
"""

import numpy as np

from device.reader.front.line_net import DIGITS, SIGNS

SPACE = " "
"""As wide as a digit; the network does not tell it."""
_ERAS = ("明治", "大正", "昭和", "平成", "令和")
_KINDS = (0.36, 0.16, 0.34, 0.12, 0.02)
"""Birth date, last day, security code, anything, nothing."""
_CHANGED = 0.06
_PADDED = 0.6


def words(rng: np.random.Generator, *, has_signs: bool) -> str:
    """Draws one line.

    Args:
        rng: source of chance.
        has_signs: whether the font has any but digits.
    """
    kind = int(rng.choice(5, p=_KINDS))
    if kind == 4:
        return ""
    if kind == 2 or not has_signs:
        return _digits(rng, 4 if rng.random() < 0.7 else int(rng.integers(1, 9)))
    if kind == 3:
        signs = list(DIGITS + SIGNS)
        return "".join(rng.choice(signs, int(rng.integers(3, 10))))
    day = _year(rng) if kind == 0 else f"{rng.integers(1900, 2100)}"
    day += _month_and_day(rng) + ("生" if kind == 0 else "まで有効")
    return _changed(day, rng)


def _digits(rng: np.random.Generator, count: int) -> str:
    return "".join(rng.choice(list(DIGITS), count))


def _year(rng: np.random.Generator) -> str:
    if rng.random() < 0.2:
        return f"{rng.integers(1900, 2100)}"
    era = str(rng.choice(_ERAS))
    if rng.random() < 0.05:
        return era + "元"
    space = SPACE if rng.random() < _PADDED else ""
    number = f"{rng.integers(1, 10)}" if rng.random() < 0.35 else f"{rng.integers(10, 100)}"
    return era + (space if len(number) == 1 else "") + number


def _month_and_day(rng: np.random.Generator) -> str:
    month, day = (int(number) for number in rng.integers(1, (13, 32)))
    wide = ">2" if rng.random() < _PADDED else ""
    return f"年{month:{wide}}月{day:{wide}}日"


def _changed(line: str, rng: np.random.Generator) -> str:
    """Other signs in the place of some."""
    signs = list(SIGNS)
    kept = [sign if rng.random() > _CHANGED else str(rng.choice(signs)) for sign in line]
    return "".join(kept)
