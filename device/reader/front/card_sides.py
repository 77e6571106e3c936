"""Finds the straight lines that may be the sides of a card which lies nearly straight.

A card's side is faint where the tray is as bright as the card, and broken where light is mirrored
or a finger lies. So no single pixel counts: a line is as good as the share of its length along
which the picture changes across it, each piece averaged before it is asked.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_STRIP_PX = 8
_STEP = np.repeat(np.array([-1, 0, 1], np.float32), (3, 1, 3))[:, None] / 3
"""What lies after a line against what lies before it."""
_NEAR_PX = 5
"""A change is compared with the greatest one so near: only the middle of an edge is its place."""
_NOISE = 3.0
"""Changes are small below so many times the usual one."""
_MOST_LINES = 8


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines in parallel, the best first: `place + slope * (across - middle)`."""

    scores: Floats = field(repr=False)
    """Share of the length along which there is an edge, 0 to 1."""
    places: Floats = field(repr=False)
    """Row in the middle column."""
    slopes: Floats = field(repr=False)
    """Rows a column."""


def level_lines(
    picture: Floats, slopes: Floats, rows: tuple[range, ...], reach_px: int, strips_together: int
) -> list[Lines]:
    """The best nearly level lines; those nearly upright are found in the transposed picture.

    Args:
        picture: `float32[H, W, 3]`.
        slopes: that a line may have, rows a column.
        rows: in which a line may cross the middle column; one answer for each.
        reach_px: to either side of the middle column a line is looked at.
        strips_together: strips of 8 columns averaged along the line.
    """
    changes, columns = _changes(picture, reach_px)
    return [_best(changes, columns, slopes, where, strips_together) for where in rows]


def _changes(picture: Floats, reach_px: int) -> tuple[Floats, Floats]:
    """Change across, of each row and strip of columns, in shares of the greatest one near."""
    height, width = picture.shape[:2]
    strips = cv2.resize(picture, (width // _STRIP_PX, height), interpolation=cv2.INTER_AREA)
    columns = (np.arange(strips.shape[1]) + 0.5) * _STRIP_PX - width / 2
    is_near = np.abs(columns) < reach_px
    steps = cv2.filter2D(strips[:, is_near], -1, _STEP, borderType=cv2.BORDER_REPLICATE)
    sizes = np.linalg.norm(steps, axis=2)
    greatest = cv2.dilate(sizes, np.ones((2 * _NEAR_PX + 1, 1), np.uint8))
    changes = steps / (greatest + _NOISE * np.median(sizes) + 1e-3)[..., None]
    return changes.astype(np.float32), columns[is_near].astype(np.float32)


def _best(
    changes: Floats, columns: Floats, slopes: Floats, rows: range, strips_together: int
) -> Lines:
    drift = np.rint(slopes[:, None] * columns).astype(np.intp)
    row = np.array(rows)[None, :, None] + drift[:, None, :]
    along = changes[np.clip(row, 0, len(changes) - 1), np.arange(len(columns))]
    pieces = along.reshape(*along.shape[:2], -1, strips_together, 3).mean(axis=3)
    scores = np.sqrt((pieces**2).sum(axis=3)).mean(axis=2)
    best = scores.max(axis=0)
    is_peak = best >= cv2.dilate(best[:, None], np.ones((5, 1), np.uint8))[:, 0]
    chosen = np.flatnonzero(is_peak)
    chosen = chosen[np.argsort(-best[chosen])][:_MOST_LINES]
    return Lines(
        best[chosen],
        np.array(rows, np.float32)[chosen],
        slopes[scores.argmax(axis=0)[chosen]],
    )
