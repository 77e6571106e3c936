"""Tells a zero from 6, 8 and 9 by its shape, where a stroke through it misleads engines.

A zero, with or without a stroke, looks the same upside down, and no waist narrows it. Engines that
were trained on other fonts read such a zero as 6, 8 or 9, all of them and in every picture.
"""

from dataclasses import dataclass, field
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from device.reader.front.print_lines import spans

_INK = 100
_NARROWEST_PX = 3
_GLYPH_PX = (16, 24)
_ZERO_SYMMETRY = 0.7
"""Correlation with itself upside down: zeros above 0.75, 6 and 9 below 0.62, 8 between."""
_ZERO_WAIST = 0.84
"""Width at half height against the widest: zeros above 0.88, 8 below 0.8."""
_TURNING = frozenset("69")
_ROUND = frozenset("0689")


@dataclass(frozen=True, slots=True)
class CheckedDigits:
    """Digits after the check."""

    text: str = field(repr=False)
    """With 0 for each 6 or 9 that has a zero's shape."""
    is_certain: bool
    """Every round digit has the shape it should."""

    @classmethod
    def of(cls, picture: NDArray[np.uint8], text: str) -> Self:
        """Checks what was read in a picture.

        Args:
            picture: `uint8[H, W]`, dark on light, nothing but the digits.
            text: digits only.
        """
        if not _ROUND & set(text):
            return cls(text, is_certain=True)
        ink = 255 - picture.astype(np.float32)
        columns = [
            span for span in spans((ink > _INK).any(axis=0)) if span[1] - span[0] >= _NARROWEST_PX
        ]
        if len(columns) != len(text):
            return cls(text, is_certain=False)
        are_zeros = [_is_zero(ink[:, slice(*span)]) for span in columns]
        pairs = list(zip(text, are_zeros, strict=True))
        checked = "".join("0" if zero and digit in _TURNING else digit for digit, zero in pairs)
        is_certain = all(zero == (digit == "0") for digit, zero in pairs if digit in _ROUND)
        return cls(checked, is_certain)


def differ_in_round_digits(one: str, other: str) -> bool:
    """Whether two numbers are the same but for digits that are taken for one another."""
    return len(one) == len(other) and all(
        mine == theirs or {mine, theirs} <= _ROUND for mine, theirs in zip(one, other, strict=True)
    )


def _is_zero(ink: NDArray[np.float32]) -> bool:
    rows = np.flatnonzero((ink > _INK).any(axis=1))
    glyph = cv2.resize(ink[rows[0] : rows[-1] + 1], _GLYPH_PX, interpolation=cv2.INTER_AREA)
    symmetry = float(np.corrcoef(glyph.ravel(), glyph[::-1, ::-1].ravel())[0, 1])
    widths = np.array([np.ptp(row) + 1 if row.size else 0 for row in map(_inked, glyph)])
    widest = max(widths[3:8].max(), widths[16:21].max(), 1)
    return symmetry > _ZERO_SYMMETRY and float(widths[10:14].mean() / widest) > _ZERO_WAIST


def _inked(row: NDArray[np.float32]) -> NDArray[np.intp]:
    return np.flatnonzero(row > _INK)
