"""Spectacles: two rims, a bridge and two arms as bent tubes on the resting head."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.rendering.meshes import unit
from tests.hw_sim.rendering.raster import split_quads
from tests.hw_sim.rendering.recipe import GlassesRecipe

_AROUND = 8
_ARM_DM = 0.012
_BELOW_EYE_DM = 0.025
_BEFORE_EYE_DM = 0.17
_ARM_RISE_DM = 0.06
FRAME_ALBEDO = np.array([0.016, 0.013, 0.012])


@dataclass(frozen=True, slots=True)
class Tubes:
    """Triangles of the frame."""

    vertices: NDArray[np.float64]
    """float64[n, 3], on the resting head."""
    normals: NDArray[np.float64]
    triangles: NDArray[np.int64]


def spectacles(
    recipe: GlassesRecipe,
    eyes: list[tuple[NDArray[np.float64], float]],
    ear: NDArray[np.float64],
) -> Tubes:
    """Spectacles for a head at rest.

    Args:
        recipe: shape of the frame.
        eyes: centre and radius of the two eyeballs.
        ear: top of the ear on the person's left, float64[3].
    """
    centres = [
        centre + np.array([0.0, -_BELOW_EYE_DM, radius + _BEFORE_EYE_DM]) for centre, radius in eyes
    ]
    paths = [(_rim(centre, recipe), recipe.rim_dm) for centre in centres]
    left, right = sorted(centres, key=lambda centre: -float(centre[0]))
    inner = np.array([recipe.half_width_dm, 0.0, 0.0])
    middle = (left + right) / 2 + np.array([0.0, 0.06, 0.03])
    paths.append((np.array([right + inner, middle, left - inner]), recipe.rim_dm))
    paths += [
        (_arm(left + inner, ear, 1.0), _ARM_DM),
        (_arm(right - inner, ear, -1.0), _ARM_DM),
    ]
    return _joined([_tube(path, radius_dm) for path, radius_dm in paths])


def _rim(centre: NDArray[np.float64], recipe: GlassesRecipe) -> NDArray[np.float64]:
    around = np.linspace(0, 2 * np.pi, 41)
    bent = [np.abs(part) ** (2 / recipe.squareness) * np.sign(part) for part in _circle(around)]
    width, height = recipe.half_width_dm, recipe.half_height_dm
    depth = -0.12 * (bent[0] * width) ** 2
    result: NDArray[np.float64] = centre + np.stack([width * bent[0], height * bent[1], depth], 1)
    return result


def _circle(around: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.cos(around), np.sin(around)


def _arm(rim: NDArray[np.float64], ear: NDArray[np.float64], side: float) -> NDArray[np.float64]:
    start = rim + np.array([0.0, _ARM_RISE_DM, -0.01])
    hinge = start + np.array([side * 0.06, 0.0, -0.06])
    return np.array([start, hinge, ear * [side, 1.0, 1.0]])


def _tube(path: NDArray[np.float64], radius_dm: float) -> Tubes:
    course = unit(np.gradient(path, axis=0))
    helper = np.array([0.0, 0.3, 1.0]) if np.ptp(path[:, 2]) < 0.3 else np.array([0.0, 1.0, 0.0])
    across = unit(np.cross(course, helper))
    up = np.cross(course, across)
    turn = np.linspace(0, 2 * np.pi, _AROUND, endpoint=False)[None, :, None]
    normals = across[:, None] * np.cos(turn) + up[:, None] * np.sin(turn)
    vertices = path[:, None] + radius_dm * normals
    ring = np.arange(len(path) - 1)[:, None] * _AROUND
    here, beside = np.arange(_AROUND), (np.arange(_AROUND) + 1) % _AROUND
    corners = [ring + here, ring + beside, ring + _AROUND + beside, ring + _AROUND + here]
    quads = np.stack(corners, axis=-1).reshape(-1, 4)
    return Tubes(vertices.reshape(-1, 3), normals.reshape(-1, 3), split_quads(quads))


def _joined(tubes: list[Tubes]) -> Tubes:
    starts = np.cumsum([0, *(len(tube.vertices) for tube in tubes[:-1])])
    return Tubes(
        np.concatenate([tube.vertices for tube in tubes]),
        np.concatenate([tube.normals for tube in tubes]),
        np.concatenate([tube.triangles + start for tube, start in zip(tubes, starts, strict=True)]),
    )
