"""Finds lines of print in a part of the straightened card and prepares them for an engine."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from device.reader.front.card_outline import Picture
from device.reader.front.flat_card import PX_PER_MM

Ink = NDArray[np.float32]
"""`float32[H, W]`: 0 paper, about 1 print."""
Span = tuple[int, int]
"""First pixel and the one after the last."""

_STROKE_REACH_MM = 3.2
"""Print is darker than the lightest card within this distance; a photo is wider."""
_STRENGTH_REACH_MM = 3.0
_PALEST = 0.35
"""Of the part's strongest print: anything paler is ornament."""
_LEAST_STROKE = 0.06
_ROW_INK_SHARE = 0.02
_PALE_STROKE = 0.55
_PALE_COLUMN_SHARE = 0.2
_NEIGHBOUR_GAP_MM = 1.3
_MARGIN = 0.3
"""White around a line, in heights of the line."""


@dataclass(frozen=True, slots=True)
class LineShape:
    """What a line must look like."""

    heights_mm: tuple[float, float]
    """Least and greatest height of its tall characters."""
    widths_mm: tuple[float, float]
    """Least and greatest width."""
    gap_mm: float
    """Widest gap inside the line."""


@dataclass(frozen=True, slots=True)
class Preparation:
    """How a line's picture is made ready: each way is another chance to see what is there."""

    height_px: int = 36
    """Height of the tall characters."""
    softness_px: float = 0.0
    """Blur against noise, on the straightened card."""
    is_evened: bool = False
    """Pale print is made as dark as the print around it."""


@dataclass(frozen=True, slots=True)
class PrintLine:
    """One line."""

    ink: Ink = field(repr=False)
    """The part of the card in which it was found."""
    even: Ink = field(repr=False)
    """The same, pale print made as dark as the print around it."""
    rows: Span
    """Of its tall characters."""
    columns: Span
    """From its first to its last character."""

    @property
    def height_px(self) -> int:
        """Of its tall characters."""
        return self.rows[1] - self.rows[0]

    def picture(self, preparation: Preparation) -> NDArray[np.uint8]:
        """`uint8[H, W]`, dark on light, as an `OcrEngine` takes it."""
        margin = round(_MARGIN * self.height_px)
        return self._between(
            max(0, self.columns[0] - margin), self.columns[1] + margin, preparation
        )

    def picture_of(self, columns: Span, preparation: Preparation) -> NDArray[np.uint8]:
        """A part of the line with nothing of its neighbours, as `picture`."""
        return self._between(*columns, preparation)

    def _between(self, left: int, right: int, preparation: Preparation) -> NDArray[np.uint8]:
        margin = round(_MARGIN * self.height_px)
        ink = self.even if preparation.is_evened else self.ink
        ink = ink[max(0, self.rows[0] - margin) : self.rows[1] + margin]
        if preparation.softness_px:
            ink = _soft(ink, preparation.softness_px)
        paper, black = np.percentile(ink[:, slice(*self.columns)], (40, 98.5))
        share = (ink[:, left:right] - paper) / max(_LEAST_STROKE, float(black - paper))
        light = (255 * (1 - np.clip(share, 0, 1))).astype(np.uint8)
        scale = preparation.height_px / self.height_px
        picture = cv2.resize(light, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        framed = cv2.copyMakeBorder(picture, 4, 4, 14, 14, cv2.BORDER_CONSTANT, value=(255,))
        return np.asarray(framed, np.uint8)


def ink_of(part: Picture) -> Ink:
    """How much darker than the card around it each pixel is.

    The lightest of the three colours counts: coloured ornament is light in one of them, black
    print in none.
    """
    light = part.max(axis=2)
    side = 2 * round(_STROKE_REACH_MM / 2 * PX_PER_MM) + 1
    soft = cv2.GaussianBlur(light, (0, 0), 1.2)
    paper = cv2.morphologyEx(soft, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    paper = cv2.GaussianBlur(paper, (0, 0), side / 12).astype(np.float32)
    return np.asarray(np.clip(1 - light / np.maximum(paper, 1), 0, 1), np.float32)


def _soft(ink: Ink, sigma_px: float) -> Ink:
    return np.asarray(cv2.GaussianBlur(ink, (0, 0), sigma_px), np.float32)


def _strength_around(ink: Ink) -> Ink:
    """Full ink near each pixel: rubbed print and mirrored light make some of it pale."""
    soft = _soft(ink, 1.2)
    side = round(_STRENGTH_REACH_MM * PX_PER_MM)
    around = cv2.dilate(soft, np.ones((side, side), np.uint8))
    around = cv2.GaussianBlur(around, (0, 0), side / 4)
    return np.maximum(around, max(_LEAST_STROKE, _PALEST * float(np.percentile(soft, 99))))


def find_lines(ink: Ink, shape: LineShape) -> list[PrintLine]:
    """The lines of one part of the card, from above."""
    strokes = _strokes(ink, shape)
    even = ink / _strength_around(ink)
    low, high = (round(mm * PX_PER_MM) for mm in shape.heights_mm)
    lines = []
    for rows in spans(strokes.mean(axis=1) > _ROW_INK_SHARE):
        if low <= rows[1] - rows[0] <= high:
            pale = (_soft(even, 1.0) > _PALE_STROKE)[slice(*rows)]
            lines += [
                PrintLine(ink, even, rows, columns)
                for columns in _words(strokes[slice(*rows)], pale, shape)
            ]
    return lines


def _strokes(ink: Ink, shape: LineShape) -> NDArray[np.uint8]:
    soft = _soft(ink, 1.0)
    # The photo's rim is darker than pale print: the level is set once it is out of the way.
    rim = _not_of_a_line(soft, _level(soft), shape)
    soft[cv2.dilate(rim, np.ones((7, 7), np.uint8)) > 0] = 0
    level = _level(soft)
    strokes = (soft > level).astype(np.uint8)
    strokes[_not_of_a_line(soft, level, shape) > 0] = 0
    return strokes


def _level(soft: Ink) -> float:
    return max(_LEAST_STROKE, 0.45 * float(np.percentile(soft, 99)))


def _not_of_a_line(soft: Ink, level: float, shape: LineShape) -> NDArray[np.uint8]:
    """Marks what reaches out of the part, or is larger than any character."""
    _, labels, boxes, _ = cv2.connectedComponentsWithStats((soft > level).astype(np.uint8))
    top, width, height = boxes[:, 1], boxes[:, 2], boxes[:, 3]
    is_foreign = (top == 0) | (top + height == soft.shape[0])
    is_foreign |= (height > shape.heights_mm[1] * PX_PER_MM) | (
        width > shape.widths_mm[1] * PX_PER_MM
    )
    is_foreign[0] = False
    return np.asarray(is_foreign[labels], np.uint8)


def _words(strokes: NDArray[np.uint8], pale: NDArray[np.bool_], shape: LineShape) -> list[Span]:
    strong = _joined(spans(strokes.sum(axis=0) >= 2), shape.gap_mm)
    neighbours = _joined(spans(pale.mean(axis=0) > _PALE_COLUMN_SHARE), _NEIGHBOUR_GAP_MM)
    wider = [
        (min([first, *(n[0] for n in near)]), max([end, *(n[1] for n in near)]))
        for first, end in strong
        for near in [[n for n in neighbours if n[0] < end and n[1] > first]]
    ]
    low, high = (mm * PX_PER_MM for mm in shape.widths_mm)
    return [(first, end) for first, end in wider if low <= end - first <= high]


def _joined(parts: list[Span], gap_mm: float) -> list[Span]:
    joined: list[Span] = []
    for first, end in parts:
        if joined and first - joined[-1][1] <= gap_mm * PX_PER_MM:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((first, end))
    return joined


def spans(is_inside: NDArray[np.bool_]) -> list[Span]:
    """Where a row of truths is true."""
    steps = np.diff(np.concatenate([[0], is_inside.astype(np.int8), [0]]))
    starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    return list(zip(starts.tolist(), ends.tolist(), strict=True))
