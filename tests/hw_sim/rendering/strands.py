"""Hair and brows as lines: which piece of which line is seen at which pixel."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.rendering.raster import foremost

_CELL_PX = 6
_SEEN_THROUGH_DM = 0.35
"""Hair this far behind the foremost hair is hidden."""
_IN_FRONT_DM = 0.004
"""Hair counts as before the skin up to this far behind it."""


@dataclass(frozen=True, slots=True)
class LinePoints:
    """Points of lines on the resting head; a row for each point."""

    position: NDArray[np.float64]
    tangent: NDArray[np.float64]
    outward: NDArray[np.float64]
    colour: NDArray[np.float64]
    openness: NDArray[np.float64]
    lamp_share: NDArray[np.float64]

    def each(self, change: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> "LinePoints":
        """All values changed alike."""
        return LinePoints(
            **{field.name: change(getattr(self, field.name)) for field in fields(self)}
        )


@dataclass(frozen=True, slots=True)
class LitStrands:
    """Lines, one after the other."""

    nodes: LinePoints
    starts: NDArray[np.int64]
    """int64[n], the nodes from which a piece of line runs to the next node."""


@dataclass(frozen=True, slots=True)
class SeenPoints:
    """One point of a line for each pixel in which hair is seen."""

    pixel: NDArray[np.int64]
    start: NDArray[np.int64]
    """Node before the point."""
    part: NDArray[np.float64]
    """How far the point lies towards the next node, 0..1."""

    def blend(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values at nodes (float64[n, ...]) at the points."""
        part = self.part.reshape(-1, *(1,) * (values.ndim - 1))
        before, after = values[self.start], values[self.start + 1]
        result: NDArray[np.float64] = before + part * (after - before)
        return result


def joined(parts: Sequence[LitStrands]) -> LitStrands:
    """Several sets of lines as one."""
    offsets = np.cumsum([0, *(len(part.nodes.position) for part in parts[:-1])])
    starts = [part.starts + offset for part, offset in zip(parts, offsets, strict=True)]
    nodes = {
        field.name: np.concatenate([getattr(part.nodes, field.name) for part in parts])
        for field in fields(LinePoints)
    }
    return LitStrands(LinePoints(**nodes), np.concatenate(starts))


def seen_points(
    projected: NDArray[np.float64],
    starts: NDArray[np.int64],
    depth: NDArray[np.float64],
    size: tuple[int, int],
) -> SeenPoints:
    """The foremost point of hair in each pixel where no skin lies before it.

    Args:
        projected: float64[n, 3], pixel x, pixel y and depth of the nodes.
        starts: nodes from which a piece runs to the next one.
        depth: float64[H * W], depth of the skin at each pixel.
        size: width and height, px.
    """
    starts = starts[_may_be_seen(projected, starts, size)]
    start, end = projected[starts], projected[starts + 1]
    length = np.abs(end[:, :2] - start[:, :2]).max(axis=1)
    count = np.maximum(np.ceil(length / 1.1).astype(np.int64), 1)
    piece = np.repeat(np.arange(len(starts)), count)
    within = np.arange(len(piece)) - np.repeat(np.cumsum(count) - count, count)
    part = within / count[piece]
    x, y, far = start[piece].T + part * (end - start)[piece].T
    pixel = _pixels(x, y, size)
    shown = np.flatnonzero((pixel >= 0) & (far < depth[pixel] + _IN_FRONT_DM))
    top = shown[foremost(pixel[shown], far[shown], size[0] * size[1])]
    return SeenPoints(pixel[top], starts[piece[top]], part[top])


def _may_be_seen(
    projected: NDArray[np.float64], starts: NDArray[np.int64], size: tuple[int, int]
) -> NDArray[np.bool_]:
    """Whether either end of a piece lies near the foremost hair of its part of the picture."""
    cells = (size[0] // _CELL_PX + 1, size[1] // _CELL_PX + 1)
    x, y, far = projected.T
    cell = _pixels((x - _CELL_PX / 2) / _CELL_PX, (y - _CELL_PX / 2) / _CELL_PX, cells)
    least = np.full(cells[0] * cells[1] + 1, np.inf)
    np.minimum.at(least, cell, far)
    least[:-1] = _deepest_around(least[:-1].reshape(cells[1], cells[0])).ravel()
    is_near = (far < least[cell] + _SEEN_THROUGH_DM) & (cell >= 0)
    result: NDArray[np.bool_] = is_near[starts] | is_near[starts + 1]
    return result


def _deepest_around(depth: NDArray[np.float64]) -> NDArray[np.float64]:
    """The greatest depth among each cell and its neighbours, so that edges hide nothing."""
    padded = np.pad(depth, 1, constant_values=np.inf)
    rows = np.maximum(np.maximum(padded[:-2], padded[1:-1]), padded[2:])
    result: NDArray[np.float64] = np.maximum(np.maximum(rows[:, :-2], rows[:, 1:-1]), rows[:, 2:])
    return result


def _pixels(
    x: NDArray[np.float64], y: NDArray[np.float64], size: tuple[int, int]
) -> NDArray[np.int64]:
    """Number of the pixel at each place, -1 outside of the picture."""
    column, row = np.rint(x).astype(np.int64), np.rint(y).astype(np.int64)
    is_inside = (column >= 0) & (column < size[0]) & (row >= 0) & (row < size[1])
    return np.where(is_inside, row * size[0] + column, -1)
