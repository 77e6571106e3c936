"""Morph targets: sparse vertex displacements that turn the base mesh into somebody."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.rendering.assets import AssetLibrary


@dataclass(frozen=True, slots=True)
class Morph:
    """Displacements of some vertices at full weight."""

    vertices: NDArray[np.int64]
    """int64[n], vertex numbers."""
    offsets: NDArray[np.float64]
    """float64[n, 3], decimetres."""

    def add_to(self, positions: NDArray[np.float64], weight: float) -> None:
        """Moves `positions` (float64[V, 3]) in place by `weight` times this morph."""
        positions[self.vertices] += weight * self.offsets


@cache
def read_morph(assets: AssetLibrary, name: str) -> Morph:
    """The morph of that name below `targets/`, read once."""
    return parse_target(assets.read_text(f"targets/{name}.target"))


def parse_target(text: str) -> Morph:
    """A MakeHuman .target text: lines `vertex dx dy dz`, comments from `#`."""
    rows = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    table = np.array([row for row in rows if len(row) == 4], dtype=np.float64).reshape(-1, 4)
    return Morph(table[:, 0].astype(np.int64), table[:, 1:])
