"""A small network of the project's own that reads a line of print sign by sign.

It was trained on random lines drawn with several hundred fonts, in which every sign was equally
likely after every other, so it reads what is there and errs apart from engines that know words.

Source: training/printed_lines (its model card names the fonts and the accuracy).
"""

from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

DIGITS = "0123456789"
SIGNS = DIGITS + "元年月日生まで有効明治大正昭和平成令"
"""What it knows, in the order of its answers; the answer before them says: no sign here."""
ROWS_PX = 32
STEP_PX = 4
"""Columns for each answer."""
EM_PX = 24
"""Usual height of a kanji in a strip; a quarter more or less is read as well."""
_MODEL = Path(__file__).with_name("printed_lines.onnx")
_LEAST_DEVIATION = 0.02

Strips = NDArray[np.float32]
LogShares = NDArray[np.float64]
"""`float64[T, 1 + len(SIGNS)]`: logarithms of each answer's probability, from left to right."""


class LineNet:
    """The network in memory."""

    def __init__(self, model: Path) -> None:
        """Reads the model."""
        self._net = cv2.dnn.readNetFromONNX(str(model))
        # It keeps its input from one call to the next.
        self._turn = Lock()

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> Self:
        """The network as it was trained."""
        return cls(_MODEL)

    def read(self, strips: Strips) -> LogShares:
        """What stands in each strip.

        Args:
            strips: `float32[N, ROWS_PX, W]`, 1 is ink; W is a multiple of STEP_PX; brightness and
                contrast do not matter.

        Returns:
            `float64[N, W / STEP_PX, 1 + len(SIGNS)]`, as `LogShares`.
        """
        mean = strips.mean(axis=(1, 2), keepdims=True)
        deviation = strips.std(axis=(1, 2), keepdims=True)
        with self._turn:
            self._net.setInput(((strips - mean) / (deviation + _LEAST_DEVIATION))[:, None])
            scores = self._net.forward()[:, :, 0].transpose(0, 2, 1).astype(np.float64)
        scores -= scores.max(axis=2, keepdims=True)
        return np.asarray(scores - np.log(np.exp(scores).sum(axis=2, keepdims=True)), np.float64)
