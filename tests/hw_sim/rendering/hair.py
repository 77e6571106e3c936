"""Hair grown strand by strand on the scalp of the resting head."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.rendering import landmarks as at
from tests.hw_sim.rendering.noise import Noise, smoothstep
from tests.hw_sim.rendering.raster import nearest, rasterize
from tests.hw_sim.rendering.recipe import HairRecipe, PersonRecipe
from tests.hw_sim.rendering.skull import Skull

_NODES = 28
_BROW_WINDOW = np.array([[-0.7, 7.2], [0.7, 7.6]])
"""Lowest and highest x and y of the brows on the base mesh, dm."""
_BROW_PX_PER_DM = 300
_GREY = np.array([0.40, 0.385, 0.365])


@dataclass(frozen=True, slots=True)
class Strands:
    """Polylines of equal node count."""

    nodes: NDArray[np.float64]
    """float64[S, K, 3], from root to tip, decimetres, on the resting head."""
    colour: NDArray[np.float64]
    """float64[S, 3], linear light."""


def grow_hair(
    rest: NDArray[np.float64],
    base: NDArray[np.float64],
    triangles: NDArray[np.int64],
    skull: Skull,
    recipe: PersonRecipe,
) -> Strands:
    """Hair for the head whose skin at rest is `rest` and on the base mesh `base`."""
    hair = recipe.hair
    rng = np.random.default_rng(recipe.seed + 1)
    roots, root_base = _scatter_roots(rest, base, triangles, hair, rng)
    length = _lengths(root_base, hair) * rng.uniform(0.8, 1.05, len(roots))
    layer = hair.volume_dm * rng.uniform(0.1, 1.0, len(roots)) ** 0.8
    noise = Noise(recipe.seed + 2)
    nodes = _grow(roots, length, layer, skull, hair, noise, rng)
    if hair.cut_y_dm is not None:
        ragged = hair.cut_y_dm + rng.normal(0, 0.03, len(roots))
        nodes = _cut(nodes, ragged)
    is_grey = rng.random(len(roots)) < hair.grey_share * _grey_zone(root_base)
    shade = rng.lognormal(0, 0.25, (len(roots), 1))
    colour = np.where(is_grey[:, None], _GREY, np.array(hair.colour)) * shade
    return Strands(nodes, colour)


def grow_brows(
    rest: NDArray[np.float64],
    base: NDArray[np.float64],
    triangles: NDArray[np.int64],
    recipe: PersonRecipe,
) -> Strands:
    """Short brow hairs along the painted brows."""
    skin = recipe.skin
    rng = np.random.default_rng(recipe.seed + 3)
    count = int(900 * skin.brow_density)
    along = rng.beta(1.1, 1.5, count)
    path = np.array(at.brow_path(skin.brow_arch_dm, skin.brow_slope_dm))
    steps = along * (len(path) - 1)
    number = np.minimum(steps.astype(np.int64), len(path) - 2)
    course = path[number + 1] - path[number]
    centre = path[number] + (steps - number)[:, None] * course
    half = skin.brow_thickness_dm * 0.5 * (1 - 0.6 * along**2)
    offset = np.clip(rng.normal(0, 0.45, count), -1, 1) * half
    side = np.where(rng.random(count) < 0.5, 1.0, -1.0)
    flat = np.stack([side * centre[:, 0], centre[:, 1] + offset], axis=1)
    roots = _on_surface(flat, rest, base, triangles)
    rise = 0.9 - 1.5 * along - 0.5 * offset / half
    lean = np.stack([side, rise + rng.normal(0, 0.25, count), np.full(count, -0.25)], axis=1)
    lean /= np.linalg.norm(lean, axis=1, keepdims=True)
    length = rng.uniform(0.05, 0.085, count)
    t = np.linspace(0, 1, 6)[None, :, None]
    bend = np.array([0.0, -0.02, -0.006]) * t**2
    out = np.array([0.0, 0.0, 0.012])
    nodes = roots[:, None] + out + lean[:, None] * length[:, None, None] * t + bend
    is_grey = rng.random(count) < 0.3 * recipe.hair.grey_share
    own = 0.88 * np.array(skin.brow_colour) + 0.12 * np.array(skin.tone)
    colour = np.where(is_grey[:, None], _GREY * [0.5, 0.45, 0.4], own)
    return Strands(nodes, colour * rng.lognormal(0, 0.2, (count, 1)))


def _scatter_roots(
    rest: NDArray[np.float64],
    base: NDArray[np.float64],
    triangles: NDArray[np.int64],
    hair: HairRecipe,
    rng: np.random.Generator,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    corners = rest[triangles]
    area = np.linalg.norm(
        np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
    )
    middle = base[triangles].mean(axis=1)
    above = at.above_hairline_dm(middle, hair.recession_dm)
    crowded = 1 + smoothstep(0.7, 1.1, middle[:, 2])
    chance = area * crowded * smoothstep(-0.03, 0.1, above) * ~is_ear(middle)
    pick = rng.choice(len(triangles), hair.strand_count, p=chance / chance.sum())
    weights = rng.dirichlet([1.0, 1.0, 1.0], hair.strand_count)[:, :, None]
    roots = (rest[triangles[pick]] * weights).sum(axis=1)
    root_base = (base[triangles[pick]] * weights).sum(axis=1)
    return roots, root_base


def is_ear(base: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether base-mesh points belong to the ears."""
    x, y, z = np.abs(base[:, 0]), base[:, 1], base[:, 2]
    result: NDArray[np.bool_] = (x > 0.7) & (y > 6.8) & (y < 7.46) & (z < 0.66) & (z > 0.33)
    return result


def _lengths(root_base: NDArray[np.float64], hair: HairRecipe) -> NDArray[np.float64]:
    height = smoothstep(7.35, 8.0, root_base[:, 1])
    length = hair.side_length_dm + height * (hair.top_length_dm - hair.side_length_dm)
    front = smoothstep(1.0, 1.25, root_base[:, 2]) * smoothstep(7.75, 7.95, root_base[:, 1])
    return length + front * (hair.fringe_length_dm - length)


def _grow(
    roots: NDArray[np.float64],
    length: NDArray[np.float64],
    layer: NDArray[np.float64],
    skull: Skull,
    hair: HairRecipe,
    noise: Noise,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    step = (length / (_NODES - 1))[:, None]
    point = roots
    course = 0.3 * skull.outward(roots) + _combed(roots, hair)
    course /= np.linalg.norm(course, axis=1, keepdims=True)
    side = np.where(roots[:, 0] > hair.parting_x_dm, 1.0, -1.0)
    stray = rng.normal(0, 0.12, roots.shape)
    nodes = [point]
    for number in range(1, _NODES):
        grown = number * step[:, 0]
        wander = np.stack([noise(point + k, 0.22) for k in (3.0, 11.0, 23.0)], axis=1)
        pull = _combed(point, hair) * np.exp(-grown / 0.9)[:, None]
        fall = np.array([0.0, -1.0, 0.0]) * (hair.gravity * np.clip(grown, 0, 1.5))[:, None]
        course = course + 0.55 * pull + fall + hair.waviness * (wander + stray)
        course = _hugging(course, skull.outward(point), smoothstep(6.9, 7.5, point[:, 1]))
        rise = layer * smoothstep(0.0, 0.18, grown)
        moved = skull.push_out(point + step * course, rise + 0.008)
        if hair.curtain > 0:
            moved = skull.push_out(_off_the_face(moved, side * hair.curtain), rise + 0.008)
        course = moved - point
        course /= np.maximum(np.linalg.norm(course, axis=1, keepdims=True), 1e-9)
        point = moved
        nodes.append(point)
    return np.stack(nodes, axis=1)


def _hugging(
    course: NDArray[np.float64], outward: NDArray[np.float64], share: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Unit directions with what would lift the strand off the head taken out, by `share`."""
    lift = np.clip((course * outward).sum(axis=1, keepdims=True), 0, None)
    flat = course - 0.8 * share[:, None] * lift * outward
    result: NDArray[np.float64] = flat / np.maximum(
        np.linalg.norm(flat, axis=1, keepdims=True), 1e-9
    )
    return result


def _off_the_face(points: NDArray[np.float64], side: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points in front of the face moved to its left or right edge."""
    x, y, z = points.T
    clear = np.abs(side) * 0.68 * smoothstep(8.0, 7.45, y) * smoothstep(0.35, 0.7, z)
    beside = np.sign(side) * np.maximum(x * np.sign(side), clear)
    return np.stack([beside, y, z], axis=1)


def _combed(points: NDArray[np.float64], hair: HairRecipe) -> NDArray[np.float64]:
    """Direction in which the comb has drawn the hair, at points near the head."""
    x, y, z = points.T
    from_parting = x - hair.parting_x_dm
    sideways = np.tanh(from_parting / 0.12)
    swept = hair.backward * smoothstep(0.3, 0.9, z)
    crown = smoothstep(7.7 - 0.4 * swept, 8.1 - 0.3 * swept, y)
    forward = np.where(z > 0.2, -hair.backward, -1.0) * crown * 0.6
    down = -1.2 * (1 - crown) - 0.15
    back = -0.35 * (1 - crown) * smoothstep(0.9, 0.2, z)
    return np.stack([sideways * crown * 0.9, down, forward + back], axis=1)


def _cut(nodes: NDArray[np.float64], floor_y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Strands shortened to where they first pass below `floor_y`."""
    is_below = nodes[..., 1] < floor_y[:, None]
    first = np.where(is_below.any(axis=1), is_below.argmax(axis=1), nodes.shape[1] - 1)
    keep = np.maximum(first, 1)
    wanted = np.linspace(0, 1, nodes.shape[1])[None, :] * keep[:, None]
    low = np.minimum(wanted.astype(np.int64), nodes.shape[1] - 2)
    part = (wanted - low)[..., None]
    row = np.arange(len(nodes))[:, None]
    result: NDArray[np.float64] = nodes[row, low] * (1 - part) + nodes[row, low + 1] * part
    return result


def _grey_zone(root_base: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1.15 - 0.35 * smoothstep(7.5, 8.2, root_base[:, 1])


def _on_surface(
    flat: NDArray[np.float64],
    rest: NDArray[np.float64],
    base: NDArray[np.float64],
    triangles: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Resting skin points whose base-mesh position seen from the front is `flat` (x, y)."""
    height, width = np.ceil(np.ptp(_BROW_WINDOW, axis=0)[::-1] * _BROW_PX_PER_DM).astype(int)
    seen = np.stack([*_window_pixels(base[:, :2]), 10.0 - base[:, 2]], axis=1)
    chosen = triangles[base[triangles, 2].min(axis=1) > 1.0]
    fragments = nearest(rasterize(seen, chosen, width, height), width * height)
    column, row = np.rint(_window_pixels(flat)).astype(np.int64)
    wanted = np.searchsorted(fragments.pixel, row * width + column)
    wanted = np.minimum(wanted, len(fragments.pixel) - 1)
    return fragments.select(wanted).interpolate(chosen, rest)


def _window_pixels(flat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Column and row of points in the window around the brows, float64[2, n]."""
    result: NDArray[np.float64] = (flat - _BROW_WINDOW[0]).T * _BROW_PX_PER_DM
    return result
