"""Cuts a part of the straightened card into overlapping strips, each as high as a line of print.

Where a line stands is not looked for: the network reads every strip and knows which one held it.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from device.reader.front.ink import LEAST_STROKE, Ink, Print, evened, softened
from device.reader.front.line_net import EM_PX, ROWS_PX, STEP_PX, LineNet, LogShares
from device.reader.front.line_words import Number, extent_of

_DOWN_PX = 6
"""From one strip to the next."""
_BESIDE_WORDS = 5
"""In answers: half a kanji and white."""
_VAGUE_EM = 0.22
_BESIDE_EM = (0.42, 1.0)
"""From the middle of the first or last digit to where white begins, and how far it is looked at."""
_DIGIT_EM = 0.7
"""Height of a digit."""
_DARK = 0.35
"""Of the strip's ink."""
_TOUCHED_SHARE = 0.65
"""Of the rows; dirt, ornament and the photo's rim fill fewer."""
_PAPER_AND_BLACK = (40, 98.5)
"""Percentiles of a strip's ink."""


@dataclass(frozen=True, slots=True)
class Preparation:
    """How an engine's picture is made ready: each way is another chance to see what is there."""

    em_px: int = 46
    """Height of a kanji."""
    softness_px: float = 0.0
    """Blur against noise, on the straightened card."""
    is_evened: bool = False
    """Pale print is made as dark as the print around it."""


@dataclass(frozen=True, slots=True)
class Strip:
    """One strip and what the network reads in it."""

    ink: Ink = field(repr=False)
    """As on the straightened card."""
    damage: NDArray[np.bool_] = field(repr=False)
    """As on the straightened card."""
    em_px: float
    """Usual height of a kanji in it."""
    answers: LogShares = field(repr=False)
    """Of the network."""

    def is_touched(self) -> bool:
        """Whether something large, a finger, lies where the words begin or end: it may hide ink."""
        first, last = extent_of(self.answers)
        height = len(self.ink)
        rows = self.ink[height // 4 : -height // 4]
        black = float(np.percentile(self.ink, _PAPER_AND_BLACK[1]))
        near, far = (round(em * self.em_px) for em in _BESIDE_EM)
        left, right = self._column(first + 0.5), self._column(last + 0.5)
        sides = (
            rows[:, max(0, left - far) : max(0, left - near)],
            rows[:, right + near : right + far],
        )
        return any(
            side.size > 0 and (side.mean(axis=1) > _DARK * black).mean() > _TOUCHED_SHARE
            for side in sides
        )

    def is_damaged(self, number: Number) -> bool:
        """Whether a scratch runs through one of its digits."""
        middle = len(self.ink) // 2
        reach = round(_DIGIT_EM / 2 * self.em_px)
        columns = slice(self._gap(number.left), self._gap(number.right))
        return bool(self.damage[middle - reach : middle + reach, columns].any())

    def picture(self, preparation: Preparation) -> NDArray[np.uint8]:
        """The words, `uint8[H, W]`, dark on light, as an `OcrEngine` takes them."""
        first, last = extent_of(self.answers)
        left, right = first - _BESIDE_WORDS, last + 1 + _BESIDE_WORDS
        return self._between(max(0, self._column(left)), self._column(right), preparation)

    def picture_of(self, number: Number, preparation: Preparation) -> NDArray[np.uint8]:
        """One number with nothing of its neighbours, as `picture`."""
        return self._between(self._gap(number.left), self._gap(number.right), preparation)

    def _column(self, answer: float) -> int:
        return round(answer * STEP_PX * self.em_px / EM_PX)

    def _gap(self, answer: float) -> int:
        """The column with the least ink around it: where a sign stands is told a little vaguely."""
        reach = round(_VAGUE_EM * self.em_px)
        left = max(0, self._column(answer) - reach)
        around = self.ink[:, left : left + 2 * reach + 1].mean(axis=0)
        return left + int(around.argmin())

    def _between(self, left: int, right: int, preparation: Preparation) -> NDArray[np.uint8]:
        ink = evened(self.ink) if preparation.is_evened else self.ink
        ink = ink[:, left:right]
        if preparation.softness_px:
            ink = softened(ink, preparation.softness_px)
        paper, black = np.percentile(ink, _PAPER_AND_BLACK)
        share = (ink - paper) / max(LEAST_STROKE, float(black - paper))
        light = (255 * (1 - np.clip(share, 0, 1))).astype(np.uint8)
        scale = preparation.em_px / self.em_px
        picture = cv2.resize(light, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        framed = cv2.copyMakeBorder(picture, 4, 4, 14, 14, cv2.BORDER_CONSTANT, value=(255,))
        return np.asarray(framed, np.uint8)


def read_strips(print_: Print, em_px: float) -> list[Strip]:
    """All strips, from above.

    Args:
        print_: of the part.
        em_px: usual height of a kanji in it.
    """
    ink = print_.ink
    scale = EM_PX / em_px
    width = STEP_PX * round(ink.shape[1] * scale / STEP_PX)
    height = max(ROWS_PX, round(ink.shape[0] * scale))
    small = cv2.resize(ink, (width, height), interpolation=cv2.INTER_AREA)
    tops = range(0, height - ROWS_PX + 1, _DOWN_PX)
    strips = np.stack([small[top : top + ROWS_PX] for top in tops]).astype(np.float32)
    rows = [slice(round(top / scale), round((top + ROWS_PX) / scale)) for top in tops]
    return [
        Strip(ink[band], print_.damage[band], em_px, answers)
        for band, answers in zip(rows, LineNet.load().read(strips), strict=True)
    ]
