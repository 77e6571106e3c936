"""Draws lines of print, each in one font, twice as large as the network sees them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from device.reader.front.line_net import ROWS_PX, SIGNS
from training.printed_lines.fonts import Typeface
from training.printed_lines.words import SPACE, words

SIZE = (ROWS_PX, 352)
"""Rows and columns that the network sees."""
EM_PX = (18.0, 29.0)
"""Heights of a line's tall signs in them."""
_OVERSIZE = 2
_LONGEST = 16
"""Signs in a line."""
_SPACING_EM = (-0.02, 0.14)
_CLUTTERED = 0.3


@dataclass(frozen=True, slots=True)
class Lines:
    """Many lines."""

    images: NDArray[np.uint8]
    """`uint8[N, 64, 704]`, 255 is ink."""
    signs: NDArray[np.uint8]
    """`uint8[N, _LONGEST]`: place of each sign in SIGNS, plus 1; 0 after the last."""
    lengths: NDArray[np.int64]
    """`int64[N]`: signs in each line."""


def draw(faces: list[Typeface], count: int, rng: np.random.Generator) -> Lines:
    """Draws random lines in random fonts."""
    shares = np.array([face.share for face in faces], np.float64)
    with_signs = np.array([face.has_signs for face in faces])
    # Half of all lines in fonts that can print a date, though they are few.
    shares *= np.where(with_signs, 2.0 / (shares * with_signs).sum(), 1.0 / shares.sum())
    chosen = rng.choice(len(faces), count, p=shares / shares.sum())
    images = np.zeros((count, *(_OVERSIZE * px for px in SIZE)), np.uint8)
    signs, lengths = np.zeros((count, _LONGEST), np.uint8), np.zeros(count, np.int64)
    for n in range(count):
        images[n], text = _line(faces[chosen[n]], rng)
        lengths[n] = len(text)
        signs[n, : len(text)] = [SIGNS.index(sign) + 1 for sign in text]
    return Lines(images, signs, lengths)


def _line(face: Typeface, rng: np.random.Generator) -> tuple[NDArray[np.uint8], str]:
    text = words(rng, has_signs=face.has_signs)
    em_px = _OVERSIZE * float(np.exp(rng.uniform(*np.log(EM_PX))))
    font = face.sized(em_px)
    height, width = (_OVERSIZE * px for px in SIZE)
    sheet = Image.new("L", (width, height))
    pen = ImageDraw.Draw(sheet)
    box = font.getbbox("年" if face.has_signs else "0")
    top = (height - (box[3] - box[1])) / 2 - box[1] + rng.uniform(-0.1, 0.1) * em_px
    spacing = em_px * max(0.0, rng.uniform(*_SPACING_EM)) * (rng.random() < 0.5)
    spaces = rng.uniform(0.8, 1.1)
    advances = [font.getlength(s) * (spaces if s == SPACE else 1) + spacing for s in text]
    x = rng.uniform(0.1, 0.6) * em_px
    x += rng.random() * max(0.0, width - x - sum(advances)) * (rng.random() < 0.5)
    drawn = ""
    for sign, advance in zip(text, advances, strict=True):
        if x + advance > width or len(drawn) == _LONGEST:
            break
        pen.text((x, top), sign, font=font, fill=255)
        drawn += sign.strip()
        x += advance
    if rng.random() < _CLUTTERED:
        _add_clutter(pen, round(x + 0.4 * em_px), (height, width), rng)
    return np.asarray(sheet, np.uint8), drawn


def _add_clutter(
    pen: ImageDraw.ImageDraw, left: int, size: tuple[int, int], rng: np.random.Generator
) -> None:
    """What lies beyond the end of a line, on it or across it: shadows, dirt, scratches."""
    height, width = size
    if left < width and rng.random() < 0.5:
        edge = int(rng.integers(left, width))
        pen.rectangle((edge, 0, width, height), fill=int(rng.integers(30, 255)))
    for _ in range(int(rng.poisson(2.0))):
        x, y, radius = (float(value) for value in rng.uniform((0, 0, 0.8), (width, height, 5)))
        spot = (x - radius, y - radius, x + radius, y + radius)
        pen.ellipse(spot, fill=int(rng.integers(60, 255)))
    for _ in range(int(rng.poisson(0.8))):
        ends = [(float(rng.uniform(0, width)), float(rng.uniform(0, height))) for _ in range(2)]
        pen.line(ends, fill=int(rng.integers(0, 255)), width=int(rng.integers(1, 3)))
