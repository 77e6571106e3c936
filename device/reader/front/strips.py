"""Cuts a part of the straightened card into overlapping strips, each as high as a line of print.

Where a line stands is not looked for: the network reads every strip and knows which one held it.
"""

from dataclasses import dataclass, field
from functools import cached_property

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
_LEAST_EM = 0.3
"""Width of a number."""
_DIGIT_EM = 0.7
"""Height."""
_BARE = 0.2
"""Ink of a row without print, against the row with most."""
_OTHER_SIZES = (0.94, 1.06)
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
    hidden: NDArray[np.bool_] = field(repr=False)
    """As on the straightened card."""
    em_px: float
    """Usual height of a kanji in it."""
    answers: LogShares = field(repr=False)
    """Of the network."""

    @property
    def _print(self) -> Ink:
        """Ink alone: how light a scratch is says nothing of where print stands."""
        return np.maximum(self.ink, 0)

    def is_hit(self, number: Number) -> bool:
        """Whether its digits may be hidden in part: others may have been made of them."""
        left, right = self._columns(number)
        return bool(self.hidden[self._rows(left, right), left:right].any())

    def with_hidden_as(self, share: float) -> "PartStrips":
        """The strip as if what is hidden were paper (0), its darkest print (1), or between."""
        ink = self.ink.copy()
        ink[self.hidden] = share * float(np.percentile(ink, _PAPER_AND_BLACK[1]))
        return PartStrips(Print(ink, self.hidden), self.em_px)

    def _rows(self, left: int, right: int) -> slice:
        """Where the words stand between two columns: the photo and its rim are above them."""
        inked = self._print[:, left:right].mean(axis=1)
        middle, reach = len(inked) // 2, round(_DIGIT_EM / 2 * self.em_px)
        first, last = middle - reach, middle + reach
        is_hidden = self.hidden[:, left:right].any(axis=1)
        bare = np.flatnonzero((inked < _BARE * inked[first:last].max()) & ~is_hidden)
        above, below = bare[bare < middle], bare[bare > middle]
        return slice(
            max(first, above.max(initial=-1) + 1), min(last, below.min(initial=len(inked)))
        )

    def picture(self, preparation: Preparation) -> NDArray[np.uint8]:
        """The words, `uint8[H, W]`, dark on light, as an `OcrEngine` takes them."""
        first, last = extent_of(self.answers)
        left, right = first - _BESIDE_WORDS, last + 1 + _BESIDE_WORDS
        return self._between(max(0, self._column(left)), self._column(right), preparation)

    def picture_of(self, number: Number, preparation: Preparation) -> NDArray[np.uint8]:
        """One number with nothing of its neighbours, as `picture`."""
        left, right = self._columns(number)
        return self._between(left, right, preparation)

    def _column(self, answer: float) -> int:
        return round(answer * STEP_PX * self.em_px / EM_PX)

    def _columns(self, number: Number) -> tuple[int, int]:
        left, right = self._gap(number.left), self._gap(number.right)
        return left, max(right, left + round(_LEAST_EM * self.em_px))

    def _gap(self, answer: float) -> int:
        """The column with the least ink around it: where a sign stands is told a little vaguely."""
        reach = round(_VAGUE_EM * self.em_px)
        left = min(max(0, self._column(answer) - reach), self.ink.shape[1] - reach)
        around = self._print[:, left : left + 2 * reach + 1].mean(axis=0)
        return left + int(around.argmin())

    def _between(self, left: int, right: int, preparation: Preparation) -> NDArray[np.uint8]:
        ink = evened(self._print) if preparation.is_evened else self._print
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


class PartStrips:
    """The strips of one part, read when they are asked for."""

    def __init__(self, print_: Print, em_px: float) -> None:
        """Reads nothing yet.

        Args:
            print_: of the part.
            em_px: usual height of a kanji in it.
        """
        self._print = print_
        self._em_px = em_px

    @cached_property
    def strips(self) -> list[Strip]:
        """All strips, from above."""
        return read_strips(self._print, self._em_px)

    @cached_property
    def strips_at_other_sizes(self) -> list[list[Strip]]:
        """The same, as if the print were a little larger and smaller than it is."""
        return [read_strips(self._print, size * self._em_px) for size in _OTHER_SIZES]


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
        Strip(ink[band], print_.hidden[band], em_px, answers)
        for band, answers in zip(rows, LineNet.load().read(strips), strict=True)
    ]
