"""Reads a number digit by digit with the project's own network, each digit in several ways."""

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from device.reader.front.digit_cells import digit_centres, digit_windows
from device.reader.front.glyph_net import NO_DIGIT, GlyphNet
from device.reader.front.print_lines import PrintLine, Span

_SURE = 0.95
"""Probability of each digit above which a number is believed; the model card has the errors."""
_CLEAR = 0.99
"""Above which it is believed though no engine reads the same."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to look at a digit: what is there looks the same in all of them."""

    is_evened: bool
    """Pale print is made as dark as the print around it."""
    right_em: float
    """How far beside the digit's middle, in heights."""
    size: float
    """Of the window, against what the network is used to."""


_VARIANTS = (
    Variant(is_evened=False, right_em=0.0, size=1.0),
    Variant(is_evened=True, right_em=0.0, size=1.0),
    Variant(is_evened=False, right_em=0.04, size=1.06),
    Variant(is_evened=True, right_em=-0.04, size=0.94),
)


_GUESSED = 0.8
"""Below it, signs that are no digits are taken for two of them."""
_BEFORE_EM = (0.56, 0.62, 0.68)
"""Where a digit before this one would be, in heights, in different fonts."""
_MOST_DIGIT = 0.5


@dataclass(frozen=True, slots=True)
class DigitReading:
    """A number as the network sees it."""

    text: str = field(repr=False)
    """Its digits; empty where one of the places holds none."""
    share: float
    """Probability of the least certain digit."""
    first_px: float
    """Middle of the first digit, in columns of the line's ink."""

    @classmethod
    def of(cls, line: PrintLine, columns: Span, count: int) -> Self:
        """Reads a number.

        Args:
            line: that holds it.
            columns: of the number.
            count: how many digits it has.
        """
        centres = digit_centres(line, columns, count)
        windows = [_windows(line, centres, variant) for variant in _VARIANTS]
        shares = GlyphNet.load().probabilities(np.concatenate(windows))
        mean = shares.reshape(len(_VARIANTS), count, -1).mean(axis=0)
        digits = mean.argmax(axis=1)
        if (digits == NO_DIGIT).any():
            return cls("", 0.0, float(centres[0]))
        text = "".join(map(str, digits))
        return cls(text, float(mean.max(axis=1).min()), float(centres[0]))

    @property
    def is_sure(self) -> bool:
        """Whether each digit is."""
        return self.share > _SURE

    @property
    def is_clear(self) -> bool:
        """Whether each digit is beyond what blur and dirt leave."""
        return self.share > _CLEAR

    @property
    def is_guess(self) -> bool:
        """Whether the network finds digits only because it was told how many there are."""
        return self.share < _GUESSED

    def is_first(self, line: PrintLine) -> bool:
        """Whether no paler digit stands before, which rubbing may have left of it."""
        centres = self.first_px - np.array(_BEFORE_EM) * line.height_px
        windows = [_windows(line, centres, variant) for variant in _VARIANTS[:2]]
        shares = GlyphNet.load().probabilities(np.concatenate(windows))
        return float(shares[:, NO_DIGIT].mean()) > 1 - _MOST_DIGIT


def _windows(
    line: PrintLine, centres: NDArray[np.float64], variant: Variant
) -> NDArray[np.float32]:
    ink = line.even if variant.is_evened else line.ink
    right = variant.right_em * line.height_px
    return digit_windows(ink, line.rows, centres + right, variant.size)
