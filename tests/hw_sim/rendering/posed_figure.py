"""Everything that can be photographed of a posed person, as one set of triangles."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

NO_TRIANGLES = np.zeros((0, 3), dtype=np.int64)


class Surface(IntEnum):
    """What a triangle is made of."""

    SKIN = 0
    EYE = 1
    LASH = 2
    GARMENT = 3
    MASK = 4
    GLASSES = 5


@dataclass(frozen=True, slots=True)
class Part:
    """Vertices of one thing, and what its triangles are made of."""

    vertices: NDArray[np.float64]
    normals: NDArray[np.float64]
    base: NDArray[np.float64]
    triangles: dict[Surface, NDArray[np.int64]]
    """int64[T, 3] each, numbers of this part's vertices."""


@dataclass(frozen=True, slots=True)
class PosedFigure:
    """Triangles of one moment; all arrays have a row for each vertex unless said otherwise."""

    vertices: NDArray[np.float64]
    normals: NDArray[np.float64]
    base: NDArray[np.float64]
    """Where the vertex lies on MakeHuman's unchanged base mesh: the space things are painted in."""
    triangles: NDArray[np.int64]
    """int64[T, 3]."""
    surfaces: NDArray[np.int64]
    """int64[T], a `Surface` for each triangle."""
    head_rotation: NDArray[np.float64]
    """float64[3, 3], from the head at rest to the posed head."""
    eyes: tuple[tuple[NDArray[np.float64], float], ...]
    """Centre and radius of the two eyeballs."""


def assemble(
    parts: Sequence[Part],
    head_rotation: NDArray[np.float64],
    eyes: tuple[tuple[NDArray[np.float64], float], ...],
) -> PosedFigure:
    """One figure of all parts, their vertices in the order of the parts."""
    starts = np.cumsum([0, *(len(part.vertices) for part in parts[:-1])])
    pieces = [
        (surface, triangles + start)
        for part, start in zip(parts, starts, strict=True)
        for surface, triangles in part.triangles.items()
    ]
    return PosedFigure(
        vertices=np.concatenate([part.vertices for part in parts]),
        normals=np.concatenate([part.normals for part in parts]),
        base=np.concatenate([part.base for part in parts]),
        triangles=np.concatenate([triangles for _, triangles in pieces]),
        surfaces=np.concatenate([np.full(len(t), int(surface)) for surface, t in pieces]),
        head_rotation=head_rotation,
        eyes=eyes,
    )
