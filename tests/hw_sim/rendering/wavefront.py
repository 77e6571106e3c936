"""Reader for the part of Wavefront .obj that MakeHuman's base mesh uses: quads in named groups."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class QuadMesh:
    """Vertices and four-sided faces of a mesh, with the group every face belongs to."""

    vertices: NDArray[np.float64]
    """float64[V, 3], decimetres, y up, z towards the viewer."""
    quads: NDArray[np.int64]
    """int64[Q, 4], vertex numbers from 0."""
    groups: tuple[str, ...]
    """Group name of each quad, Q entries."""

    def quads_of(self, *names: str) -> NDArray[np.int64]:
        """Quads belonging to any of the named groups, int64[n, 4]."""
        wanted = np.array([group in names for group in self.groups])
        result: NDArray[np.int64] = self.quads[wanted]
        return result


def parse_obj(text: str) -> QuadMesh:
    """Vertices and quads of an .obj text; texture and normal indices are dropped."""
    vertices: list[list[float]] = []
    quads: list[list[int]] = []
    groups: list[str] = []
    group = ""
    for line in text.splitlines():
        match line.split():
            case ["v", x, y, z, *_]:
                vertices.append([float(x), float(y), float(z)])
            case ["g", name, *_]:
                group = name
            case ["f", a, b, c, d]:
                quads.append([int(corner.split("/")[0]) - 1 for corner in (a, b, c, d)])
                groups.append(group)
            case _:
                continue
    return QuadMesh(np.array(vertices), np.array(quads, dtype=np.int64), tuple(groups))
