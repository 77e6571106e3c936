"""A small network of the project's own that says which digit a picture shows.

It was trained on digits drawn with several hundred fonts and knows nothing of lines, so it errs
apart from engines that read whole lines.

Source: training/printed_digits (its model card names the fonts and the accuracy).
"""

from functools import lru_cache
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]

WINDOW_PX = (32, 24)
"""Rows and columns the network sees."""
WINDOW_EM = 1.3
"""Height of the window in heights of a digit."""
NO_DIGIT = 10
_WEIGHTS = Path(__file__).with_name("printed_digits.npz")
_LEAST_DEVIATION = 0.02


class GlyphNet:
    """Three convolutions and two dense layers, in memory; no state between calls."""

    def __init__(self, weights: list[tuple[Scores, Scores]]) -> None:
        self._convolutions = [(w.reshape(len(w), -1).T, bias) for w, bias in weights[:3]]
        self._dense = [(w.T, bias) for w, bias in weights[3:]]

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> Self:
        """The network as it was trained."""
        with np.load(_WEIGHTS) as stored:
            arrays = [stored[name].astype(np.float32) for name in stored.files]
        return cls(list(zip(arrays[::2], arrays[1::2], strict=True)))

    def probabilities(self, windows: Scores) -> Scores:
        """What each window shows.

        Args:
            windows: `float32[N, *WINDOW_PX]`, 1 is ink; brightness and contrast do not matter.

        Returns:
            `float32[N, 11]`: the ten digits, and NO_DIGIT.
        """
        mean = windows.mean(axis=(1, 2), keepdims=True)
        deviation = windows.std(axis=(1, 2), keepdims=True)
        x = ((windows - mean) / (deviation + _LEAST_DEVIATION))[:, None]
        for weights, bias in self._convolutions:
            x = _pooled(_convolved(x, weights, bias))
        flat = x.reshape(len(x), -1)
        (hidden, hidden_bias), (last, last_bias) = self._dense
        scores = np.maximum(flat @ hidden + hidden_bias, 0) @ last + last_bias
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(shares / shares.sum(axis=1, keepdims=True), np.float32)


def _convolved(x: Scores, weights: Scores, bias: Scores) -> Scores:
    """3 x 3, the border filled with zeros, and everything below zero cut off."""
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    count, inputs, rows, columns = x.shape
    around = np.stack(
        [
            padded[:, :, down : down + rows, right : right + columns]
            for down in range(3)
            for right in range(3)
        ],
        axis=-1,
    )
    flat = around.transpose(0, 2, 3, 1, 4).reshape(-1, inputs * 9)
    values = np.maximum(flat @ weights + bias, 0).reshape(count, rows, columns, -1)
    return np.asarray(values.transpose(0, 3, 1, 2), np.float32)


def _pooled(x: Scores) -> Scores:
    count, channels, rows, columns = x.shape
    blocks = x.reshape(count, channels, rows // 2, 2, columns // 2, 2)
    return np.asarray(blocks.max(axis=(3, 5)), np.float32)
