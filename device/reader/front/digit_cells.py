"""Cuts a number of known length into its digits, which stand at equal distances."""

import cv2
import numpy as np
from numpy.typing import NDArray

from device.reader.front.glyph_net import WINDOW_EM, WINDOW_PX
from device.reader.front.print_lines import Ink, PrintLine, Span

_PITCHES_EM = np.arange(0.5, 1.5, 0.025)
"""Distances of digits, in heights."""
_STARTS_EM = np.arange(-0.4, 0.45, 0.025)
"""Where the first cell begins, from the first ink."""
_BOUNDARY_EM = 0.05
_OUTSIDE = 8.0
_UNCENTRED = 0.15
_UNFILLED = 0.3
_WHITE_EM = 0.12
"""White beside a number's first and last stroke, together."""
_TIGHT_INK = 0.12


def digit_centres(line: PrintLine, columns: Span, count: int) -> NDArray[np.float64]:
    """Middle of each digit, in columns of the line's ink.

    Args:
        line: that holds the number.
        columns: of the number; white may belong to them.
        count: how many digits.
    """
    ink = _ink_by_column(line)
    em = float(line.height_px)
    first, end = _tight(ink, columns)
    if count == 1:
        return np.array([(first + end) / 2])
    pitches = _PITCHES_EM[_fits(_PITCHES_EM, (end - first) / em, count)] * em
    starts = first + _STARTS_EM * em
    x0, pitch = (grid.ravel() for grid in np.meshgrid(starts, pitches))
    if not x0.size:
        pitch, x0 = np.array([(end - first) / count]), np.array([float(first)])
    bounds = x0[:, None] + pitch[:, None] * np.arange(count + 1)
    uncentred = np.abs(bounds[:, 0] + bounds[:, -1] - first - end) / em
    unfilled = np.abs(pitch * count - (end - first) - _WHITE_EM * em) / em
    outside = _inside(ink, first, x0) + _inside(ink, bounds[:, -1], end)
    soft = cv2.blur(ink[None], (2 * round(_BOUNDARY_EM * em) + 1, 1))[0]
    on_bounds = soft[np.clip(np.rint(bounds), 0, len(ink) - 1).astype(int)].sum(axis=1)
    misfit = _UNCENTRED * uncentred + _UNFILLED * unfilled
    best = int(np.argmin(on_bounds + _OUTSIDE * outside / em + misfit))
    return np.asarray(x0[best] + pitch[best] * (np.arange(count) + 0.5), np.float64)


def _fits(pitches: NDArray[np.float64], width: float, count: int) -> NDArray[np.bool_]:
    return np.asarray(
        (pitches * (count - 0.75) <= width + 0.1) & (pitches * count >= width - 0.1), np.bool_
    )


def _inside(
    ink: NDArray[np.float32],
    first: NDArray[np.float64] | int,
    end: NDArray[np.float64] | int,
) -> NDArray[np.float64]:
    """Ink between two columns; none where the first is not before the end."""
    total = np.concatenate([[0], np.cumsum(ink)])
    low, high = (np.clip(np.rint(c), 0, len(ink)).astype(int) for c in (first, end))
    return np.asarray(np.maximum(0, total[high] - total[low]), np.float64)


def _ink_by_column(line: PrintLine) -> NDArray[np.float32]:
    soft = cv2.GaussianBlur(line.ink, (0, 0), 0.8)[slice(*line.rows)]
    black = max(0.06, float(np.percentile(soft[:, slice(*line.columns)], 98)))
    return np.asarray((soft > 0.4 * black).mean(axis=0), np.float32)


def _tight(ink: NDArray[np.float32], columns: Span) -> Span:
    inked = np.flatnonzero(ink[slice(*columns)] > _TIGHT_INK)
    if not inked.size:
        return columns
    return columns[0] + int(inked[0]), columns[0] + int(inked[-1]) + 1


def digit_windows(
    ink: Ink, rows: Span, centres: NDArray[np.float64], size: float = 1.0
) -> NDArray[np.float32]:
    """`float32[N, *WINDOW_PX]`: each digit with what stands beside it.

    Args:
        ink: of the line.
        rows: of its digits.
        centres: columns.
        size: of the window, against what the network is used to.
    """
    high, wide = WINDOW_PX
    px = WINDOW_EM * (rows[1] - rows[0]) * size / high
    middle = (rows[0] + rows[1] - 1) / 2
    soft = cv2.GaussianBlur(ink, (0, 0), 0.4 * px) if px > 1 else ink
    return np.stack(
        [
            cv2.warpAffine(
                soft,
                np.array([[px, 0, x - px * (wide - 1) / 2], [0, px, middle - px * (high - 1) / 2]]),
                (wide, high),
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            )
            for x in centres
        ]
    ).astype(np.float32)
