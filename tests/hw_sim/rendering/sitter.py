"""A person made ready under fixed lamps: grown hair, painted skin, light at each point."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.rendering import landmarks as at
from tests.hw_sim.rendering.assets import AssetLibrary
from tests.hw_sim.rendering.figure import Figure, Pose, PosedFigure, Surface
from tests.hw_sim.rendering.garment import below_neckline_dm
from tests.hw_sim.rendering.hair import Strands, grow_brows, grow_hair, is_ear
from tests.hw_sim.rendering.light import Lighting
from tests.hw_sim.rendering.meshes import neighbour_mean, scatter, unit
from tests.hw_sim.rendering.noise import Noise
from tests.hw_sim.rendering.occlusion import sky_directions, visibility
from tests.hw_sim.rendering.recipe import PersonRecipe
from tests.hw_sim.rendering.skin_map import SkinMap
from tests.hw_sim.rendering.skull import Skull

_SPACING_DM = 0.005
_SMOOTHING_ROUNDS = 3
_CLOTH_SMOOTHING_ROUNDS = 12
_NEVER_SEEN = 0.05
"""Openness below which a strand lies too deep in the hair to be seen from anywhere."""
_OPENNESS = 6
_SKY_DIRECTIONS = 40
_SURFACE_SAMPLES = 220_000
_HAIR_SAMPLES = 200_000


@dataclass(frozen=True, slots=True)
class StrandPoints:
    """Hair and brows as dense points on the resting head; a row for each point."""

    position: NDArray[np.float64]
    tangent: NDArray[np.float64]
    colour: NDArray[np.float64]
    outward: NDArray[np.float64]
    openness: NDArray[np.float64]
    lamp_share: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sitter:
    """Everything about a person that does not change from frame to frame."""

    recipe: PersonRecipe
    figure: Figure
    lighting: Lighting
    skin: SkinMap
    strands: StrandPoints
    openness: NDArray[np.float64]
    """float64[V], for the vertices of any posed figure."""
    lamp_share: NDArray[np.float64]
    """float64[V, lamps]."""
    noise: Noise


def prepare(assets: AssetLibrary, recipe: PersonRecipe, lighting: Lighting) -> Sitter:
    """Grows, paints and lights one person; takes some seconds."""
    figure = Figure(assets, recipe)
    rest = figure.posed(Pose())
    skin_triangles = rest.triangles[rest.surfaces == Surface.SKIN]
    is_head = (rest.base[:, 1] > 5.9) & (np.abs(rest.base[:, 0]) < 0.95) & ~is_ear(rest.base)
    head_triangles = skin_triangles[is_head[skin_triangles].all(axis=1)]
    rng = np.random.default_rng(recipe.seed)
    skull = Skull(scatter(rest.vertices, head_triangles, _SURFACE_SAMPLES, rng), at.HEAD_CENTRE)
    grown = [
        grow_hair(rest.vertices, rest.base, skin_triangles, skull, recipe),
        grow_brows(rest.vertices, rest.base, skin_triangles, recipe),
    ]
    is_solid = (rest.surfaces == Surface.SKIN) | _is_worn(rest, recipe)
    solid = scatter(rest.vertices, rest.triangles[is_solid], _SURFACE_SAMPLES, rng)
    loose = _some_points(grown[0], rng)
    strands = [_dense(part, solid, loose, skull, lighting) for part in grown]
    openness, lamp_share = _light_on_surface(rest, solid, loose, lighting)
    return Sitter(
        recipe=recipe,
        figure=figure,
        lighting=lighting,
        skin=SkinMap(rest.base, skin_triangles, recipe),
        strands=_joined(strands),
        openness=openness,
        lamp_share=lamp_share,
        noise=Noise(recipe.seed + 4),
    )


def _is_worn(rest: PosedFigure, recipe: PersonRecipe) -> NDArray[np.bool_]:
    """Whether triangles belong to the garment and are not cut away at its neck."""
    middle = rest.base[rest.triangles].mean(axis=1)
    result: NDArray[np.bool_] = (rest.surfaces == Surface.GARMENT) & (
        below_neckline_dm(middle, recipe.neckline) > 0
    )
    return result


def _light_on_surface(
    rest: PosedFigure,
    solid: NDArray[np.float64],
    loose: NDArray[np.float64],
    lighting: Lighting,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    def share(direction: NDArray[np.float64]) -> NDArray[np.float64]:
        past_solid = visibility(rest.vertices, solid, direction, 0.035, 0.03)
        return past_solid * visibility(rest.vertices, loose, direction, 0.03, 0.1)

    total, possible = np.zeros(len(rest.vertices)), np.full(len(rest.vertices), 1e-6)
    for direction in sky_directions(_SKY_DIRECTIONS):
        facing = np.clip(rest.normals @ direction + 0.1, 0, None)
        total += facing * share(direction)
        possible += facing
    lamps = [_soft_lamp(share, lamp.unit) for lamp in lighting.lamps]
    values = np.stack([total / possible, *lamps], axis=1)
    values = neighbour_mean(values, rest.triangles, _SMOOTHING_ROUNDS)
    cloth = rest.triangles[rest.surfaces == Surface.GARMENT]
    values = neighbour_mean(values, cloth, _CLOTH_SMOOTHING_ROUNDS)
    return values[:, 0], values[:, 1:]


def _soft_lamp(
    share: Callable[[NDArray[np.float64]], NDArray[np.float64]], towards: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Mean share over some rays to different parts of a lamp."""
    rays = unit(towards + 0.18 * sky_directions(4))
    mean: NDArray[np.float64] = np.mean([share(ray) for ray in rays], axis=0)
    return mean


def _dense(
    strands: Strands,
    solid: NDArray[np.float64],
    loose: NDArray[np.float64],
    skull: Skull,
    lighting: Lighting,
) -> StrandPoints:
    nodes = strands.nodes
    flat = nodes[:, ::2].reshape(-1, 3)

    def share(direction: NDArray[np.float64]) -> NDArray[np.float64]:
        past_solid = visibility(flat, solid, direction, 0.05, 0.05)
        return past_solid * visibility(flat, loose, direction, 0.02, 0.09)

    openness = np.mean([share(direction) for direction in sky_directions(20)], axis=0)
    lamps = np.stack([_soft_lamp(share, lamp.unit) for lamp in lighting.lamps], axis=1)
    course = np.gradient(nodes, axis=1)
    course /= np.maximum(np.linalg.norm(course, axis=2, keepdims=True), 1e-9)
    shape = (len(nodes), -1)
    received = np.concatenate([openness[:, None], lamps], axis=1).reshape(
        *shape, 1 + lamps.shape[1]
    )
    values = np.concatenate([nodes, course, np.repeat(received, 2, axis=1)], axis=2)
    dense, strand = _resample(values)
    return StrandPoints(
        position=dense[:, :3],
        tangent=dense[:, 3:6],
        colour=strands.colour[strand],
        outward=skull.outward(dense[:, :3]),
        openness=dense[:, _OPENNESS],
        lamp_share=dense[:, _OPENNESS + 1 :],
    )


def _resample(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Points every 0.005 dm along strands whose node rows begin with x, y, z; and their strand."""
    _, nodes, width = values.shape
    start, end = values[:, :-1].reshape(-1, width), values[:, 1:].reshape(-1, width)
    gap = np.linalg.norm(end[:, :3] - start[:, :3], axis=1)
    count = np.maximum(np.ceil(gap / _SPACING_DM).astype(np.int64), 1)
    if width > _OPENNESS:
        count[start[:, _OPENNESS] < _NEVER_SEEN] = 0
    segment = np.repeat(np.arange(len(start)), count)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    part = (within / count[segment])[:, None]
    return start[segment] * (1 - part) + end[segment] * part, segment // (nodes - 1)


def _joined(parts: list[StrandPoints]) -> StrandPoints:
    names = ("position", "tangent", "colour", "outward", "openness", "lamp_share")
    columns = [np.concatenate([getattr(part, name) for part in parts]) for name in names]
    return StrandPoints(*columns)


def _some_points(strands: Strands, rng: np.random.Generator) -> NDArray[np.float64]:
    dense, _ = _resample(strands.nodes)
    result: NDArray[np.float64] = dense[rng.integers(0, len(dense), _HAIR_SAMPLES)]
    return result
