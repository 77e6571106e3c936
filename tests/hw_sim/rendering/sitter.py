"""A person made ready under fixed lamps: grown hair, painted skin, light at each point."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.rendering import landmarks as at
from tests.hw_sim.rendering.assets import AssetLibrary
from tests.hw_sim.rendering.figure import Figure, Pose
from tests.hw_sim.rendering.garment import below_neckline_dm
from tests.hw_sim.rendering.hair import Strands, grow_brows, grow_hair, is_ear
from tests.hw_sim.rendering.light import Lamp, Lighting
from tests.hw_sim.rendering.meshes import neighbour_mean, scatter, unit
from tests.hw_sim.rendering.noise import Noise
from tests.hw_sim.rendering.occlusion import Occluders, sky_directions
from tests.hw_sim.rendering.posed_figure import PosedFigure, Surface
from tests.hw_sim.rendering.recipe import PersonRecipe
from tests.hw_sim.rendering.skin_map import SkinMap
from tests.hw_sim.rendering.skull import Skull
from tests.hw_sim.rendering.strands import LinePoints, LitStrands, joined

_SMOOTHING_ROUNDS = 3
_CLOTH_SMOOTHING_ROUNDS = 12
_SKY_DIRECTIONS = 28
_SURFACE_SAMPLES = 150_000
_HAIR_SAMPLES = 150_000
_LIT_NODE_STEP = 4


@dataclass(frozen=True, slots=True)
class Sitter:
    """Everything about a person that does not change from frame to frame."""

    recipe: PersonRecipe
    figure: Figure
    lighting: Lighting
    skin: SkinMap
    strands: LitStrands
    openness: NDArray[np.float64]
    """float64[V], for the vertices of any posed figure."""
    lamp_share: NDArray[np.float64]
    """float64[V, lamps]."""
    noise: Noise


def prepare(assets: AssetLibrary, recipe: PersonRecipe, lighting: Lighting) -> Sitter:
    """Grows, paints and lights one person; takes some seconds."""
    return prepare_each(assets, recipe, (lighting,))[0]


def prepare_each(
    assets: AssetLibrary, recipe: PersonRecipe, lightings: Sequence[Lighting]
) -> list[Sitter]:
    """The same person, made ready once, under one lighting after the other."""
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
    solid = Occluders(scatter(rest.vertices, rest.triangles[is_solid], _SURFACE_SAMPLES, rng))
    loose = Occluders(_some_points(grown[0], rng))
    lamps = tuple(lamp for lighting in lightings for lamp in lighting.lamps)
    strands = joined([_lit(part, solid, loose, skull, lamps) for part in grown])
    openness, lamp_share = _light_on_surface(rest, solid, loose, lamps)
    everywhere = Sitter(
        recipe=recipe,
        figure=figure,
        lighting=replace(lightings[0], lamps=lamps),
        skin=SkinMap(rest.base, skin_triangles, recipe),
        strands=strands,
        openness=openness,
        lamp_share=lamp_share,
        noise=Noise(recipe.seed + 4),
    )
    ends = np.cumsum([len(lighting.lamps) for lighting in lightings])
    return [
        _under(everywhere, lighting, slice(end - len(lighting.lamps), end))
        for lighting, end in zip(lightings, ends.tolist(), strict=True)
    ]


def _under(sitter: Sitter, lighting: Lighting, lamps: slice) -> Sitter:
    """The sitter with only some of its lamps switched on."""
    nodes = replace(sitter.strands.nodes, lamp_share=sitter.strands.nodes.lamp_share[:, lamps])
    strands = replace(sitter.strands, nodes=nodes)
    return replace(
        sitter, lighting=lighting, strands=strands, lamp_share=sitter.lamp_share[:, lamps]
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
    solid: Occluders,
    loose: Occluders,
    lamps: Sequence[Lamp],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    def share(direction: NDArray[np.float64]) -> NDArray[np.float64]:
        past_solid = solid.visibility(rest.vertices, direction, 0.035, 0.03)
        return past_solid * loose.visibility(rest.vertices, direction, 0.03, 0.1)

    total, possible = np.zeros(len(rest.vertices)), np.full(len(rest.vertices), 1e-6)
    for direction in sky_directions(_SKY_DIRECTIONS):
        facing = np.clip(rest.normals @ direction + 0.1, 0, None)
        total += facing * share(direction)
        possible += facing
    shares = [_soft_lamp(share, lamp.unit) for lamp in lamps]
    values = np.stack([total / possible, *shares], axis=1)
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


def _lit(
    strands: Strands,
    solid: Occluders,
    loose: Occluders,
    skull: Skull,
    lamps: Sequence[Lamp],
) -> LitStrands:
    nodes = strands.nodes
    flat = nodes[:, ::_LIT_NODE_STEP].reshape(-1, 3)

    def share(direction: NDArray[np.float64]) -> NDArray[np.float64]:
        past_solid = solid.visibility(flat, direction, 0.05, 0.05)
        return past_solid * loose.visibility(flat, direction, 0.02, 0.09)

    openness = np.mean([share(direction) for direction in sky_directions(_SKY_DIRECTIONS)], axis=0)
    shares = [_soft_lamp(share, lamp.unit) for lamp in lamps]
    received = np.stack([openness, *shares], axis=1).reshape(len(nodes), -1, 1 + len(lamps))
    received = np.repeat(received, _LIT_NODE_STEP, axis=1)[:, : nodes.shape[1]]
    received = received.reshape(-1, 1 + len(lamps))
    places = nodes.reshape(-1, 3)
    points = LinePoints(
        position=places,
        tangent=unit(np.gradient(nodes, axis=1)).reshape(-1, 3),
        outward=skull.outward(places),
        colour=np.repeat(strands.colour, nodes.shape[1], axis=0),
        openness=received[:, 0],
        lamp_share=received[:, 1:],
    )
    is_last = np.arange(len(places)) % nodes.shape[1] == nodes.shape[1] - 1
    return LitStrands(points, np.flatnonzero(~is_last))


def _some_points(strands: Strands, rng: np.random.Generator) -> NDArray[np.float64]:
    """Points spread evenly over the length of the strands."""
    start, end = (strands.nodes[:, part].reshape(-1, 3) for part in (np.s_[:-1], np.s_[1:]))
    length = np.linalg.norm(end - start, axis=1)
    pick = rng.choice(len(start), _HAIR_SAMPLES, p=length / length.sum())
    along = rng.random((_HAIR_SAMPLES, 1))
    result: NDArray[np.float64] = start[pick] + along * (end[pick] - start[pick])
    return result
