"""Puts drawn characters side by side: a digit in the middle and whatever its neighbours are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.printed_digits.fonts import CAP_PX, CELL_PX, DIGITS, SIGNS, Typeface

STRIP_PX = 112
NO_DIGIT = 10
_NEIGHBOURS = (0.72, 0.14, 0.14)
"""Digit, sign, nothing."""
_WIDEST_SPACE = 0.3
"""Between two characters, in heights of a digit."""


@dataclass(frozen=True, slots=True)
class Strips:
    """Many strips, each of one font."""

    images: NDArray[np.uint8]
    """`uint8[N, CELL_PX, STRIP_PX]`, 255 is ink; the middle character's cell is centred."""
    labels: NDArray[np.int64]
    """`int64[N]`: the digit in the middle, or NO_DIGIT."""
    pitches: NDArray[np.float32]
    """`float32[N]`: from the middle character's centre to the next one's, in pixels."""


def draw(faces: list[Typeface], count: int, rng: np.random.Generator) -> Strips:
    """Draws strips of random digits in random fonts."""
    shares = np.array([face.share for face in faces], np.float64)
    chosen = rng.choice(len(faces), count, p=shares / shares.sum())
    images = np.zeros((count, CELL_PX, STRIP_PX), np.uint8)
    labels = rng.integers(0, 10, count)
    pitches = np.zeros(count, np.float32)
    for n in range(count):
        face = faces[chosen[n]]
        middle = DIGITS[labels[n]]
        if rng.random() < 0.04:
            middle = _sign(face, rng)
            labels[n] = NO_DIGIT
        images[n], pitches[n] = _strip(face, middle, rng)
    return Strips(images, labels, pitches)


def _sign(face: Typeface, rng: np.random.Generator) -> str:
    sign = SIGNS[rng.integers(len(SIGNS))]
    return sign if sign in face.glyphs else ""


def _neighbour(face: Typeface, rng: np.random.Generator) -> str:
    match int(rng.choice(3, p=_NEIGHBOURS)):
        case 0:
            return DIGITS[rng.integers(10)]
        case 1:
            return _sign(face, rng)
        case _:
            return ""


def _strip(
    face: Typeface, middle: str, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], float]:
    space = CAP_PX * max(-0.04, rng.uniform(-0.5, 1) * _WIDEST_SPACE)
    blank = np.zeros((CELL_PX, CAP_PX // 2), np.float32)
    cells = [
        face.glyphs.get(sign, blank)
        for sign in (_neighbour(face, rng), middle, _neighbour(face, rng))
    ]
    strip = np.zeros((CELL_PX, STRIP_PX), np.float32)
    half = cells[1].shape[1] / 2
    centre = STRIP_PX / 2
    for cell, left in zip(
        cells,
        (centre - half - space - cells[0].shape[1], centre - half, centre + half + space),
        strict=True,
    ):
        _lay(strip, cell, round(left))
    pitch = half + space + cells[2].shape[1] / 2
    return (255 * strip).astype(np.uint8), pitch


def _lay(strip: NDArray[np.float32], cell: NDArray[np.float32], left: int) -> None:
    first, end = max(0, left), min(STRIP_PX, left + cell.shape[1])
    if first < end:
        part = strip[:, first:end]
        np.maximum(part, cell[:, first - left : end - left], out=part)
