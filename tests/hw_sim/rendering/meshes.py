"""Small operations on triangle meshes."""

import numpy as np
from numpy.typing import NDArray


def vertex_normals(
    vertices: NDArray[np.float64], triangles: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Unit normals, averaged over the triangles around each vertex by their area."""
    faces = face_normals(vertices, triangles)
    total = np.zeros_like(vertices)
    for axis in range(3):
        weights = np.repeat(faces[:, axis], 3)
        total[:, axis] = np.bincount(triangles.ravel(), weights, minlength=len(vertices))
    return unit(total)


def face_normals(
    vertices: NDArray[np.float64], triangles: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Normals as long as twice the triangle's area, float64[T, 3]."""
    a, b, c = (vertices[triangles[:, corner]] for corner in range(3))
    result: NDArray[np.float64] = np.cross(b - a, c - a)
    return result


def neighbour_mean(
    values: NDArray[np.float64], triangles: NDArray[np.int64], rounds: int
) -> NDArray[np.float64]:
    """Vertex values (float64[V, k]) averaged `rounds` times with those of their neighbours."""
    count = np.bincount(triangles.ravel(), minlength=len(values))[:, None]
    for _ in range(rounds):
        around = np.repeat(values[triangles].mean(axis=1), 3, axis=0)
        columns = [np.bincount(triangles.ravel(), column, len(values)) for column in around.T]
        mean = np.stack(columns, axis=1) / np.maximum(count, 1)
        values = np.where(count > 0, mean, values)
    return values


def scatter(
    vertices: NDArray[np.float64],
    triangles: NDArray[np.int64],
    count: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Points spread evenly over the triangles, float64[count, 3]."""
    area = np.linalg.norm(face_normals(vertices, triangles), axis=1)
    pick = rng.choice(len(triangles), count, p=area / area.sum())
    weights = rng.dirichlet([1.0, 1.0, 1.0], count)[:, :, None]
    spread: NDArray[np.float64] = (vertices[triangles[pick]] * weights).sum(axis=1)
    return spread


def unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Vectors scaled to length 1; zero stays zero."""
    length = np.sqrt(np.einsum("...k,...k->...", vectors, vectors))
    result: NDArray[np.float64] = vectors / np.maximum(length, 1e-9)[..., None]
    return result
