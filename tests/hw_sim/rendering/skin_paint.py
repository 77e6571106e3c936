"""Paints skin in the space of the base mesh: tone, lips, brows, beard, spots and wrinkles."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.rendering import landmarks as at
from tests.hw_sim.rendering.noise import Noise, smoothstep
from tests.hw_sim.rendering.recipe import PersonRecipe

Polyline = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Wrinkle:
    """A line pressed into the skin, mirrored to both sides."""

    path: Polyline
    depth: float
    """Relative depth at full age."""
    width_dm: float


WRINKLES = (
    Wrinkle(((0.19, 6.9), (0.25, 6.8), (0.32, 6.68), (0.35, 6.56)), 1.0, 0.020),
    Wrinkle(((0.3, 6.58), (0.31, 6.5), (0.3, 6.4)), 0.5, 0.016),
    Wrinkle(((0.2, 7.19), (0.28, 7.135), (0.38, 7.12), (0.47, 7.15)), 0.75, 0.016),
    Wrinkle(((0.22, 7.15), (0.3, 7.09), (0.4, 7.075), (0.49, 7.1)), 0.4, 0.018),
    Wrinkle(((0.545, 7.29), (0.6, 7.32), (0.66, 7.335)), 0.5, 0.010),
    Wrinkle(((0.545, 7.265), (0.61, 7.265), (0.68, 7.255)), 0.55, 0.010),
    Wrinkle(((0.535, 7.24), (0.6, 7.21), (0.66, 7.17)), 0.45, 0.010),
    Wrinkle(((0.0, 7.63), (0.15, 7.64), (0.3, 7.655), (0.46, 7.62)), 0.45, 0.014),
    Wrinkle(((0.0, 7.74), (0.16, 7.75), (0.33, 7.765), (0.5, 7.73)), 0.5, 0.014),
    Wrinkle(((0.0, 7.85), (0.16, 7.855), (0.32, 7.865), (0.44, 7.85)), 0.4, 0.014),
    Wrinkle(((0.045, 7.4), (0.05, 7.46), (0.04, 7.52)), 0.45, 0.010),
    Wrinkle(((0.0, 6.02), (0.2, 6.05), (0.4, 6.12)), 0.5, 0.020),
    Wrinkle(((0.0, 5.86), (0.2, 5.88), (0.45, 5.95)), 0.4, 0.020),
)
_FAINT = 0.01
_DEEPEST_DM = 0.016
_MOLE_AREA = ((-0.6, 6.3), (0.6, 7.2))
"""Lowest and highest x and y on the base mesh."""
_MOLE_RADIUS_DM = (0.014, 0.026)


@dataclass(frozen=True, slots=True)
class Paint:
    """Surface properties at points of the skin."""

    albedo: NDArray[np.float64]
    """float64[n, 3], linear light."""
    gloss: NDArray[np.float64]
    """float64[n], 0 matt .. 1 wet."""
    height_dm: NDArray[np.float64]
    """float64[n], relief that the mesh is too coarse for."""


def paint_skin(points: NDArray[np.float64], recipe: PersonRecipe) -> Paint:
    """Paint at base-mesh `points`, float64[n, 3], decimetres."""
    noise = Noise(recipe.seed)
    wander = np.stack([noise(points + k * 5.0, 0.25) for k in (1, 2)], axis=1) * 0.012
    flat = np.stack([np.abs(points[:, 0]), points[:, 1]], axis=1) + wander
    front = smoothstep(0.5, 0.8, points[:, 2])
    albedo = _tone(points, flat, front, recipe, noise)
    height = 0.0016 * noise.layered(points, 0.05, 3) + _relief(flat, front, recipe)
    lips = _lip_mask(points) * smoothstep(1.1, 1.3, points[:, 2])
    is_lip = lips > 0
    lip_tint = np.array(recipe.skin.lips) * (1 + 0.12 * noise.where(is_lip, points, 0.03))[:, None]
    albedo += (0.75 * lips)[:, None] * (lip_tint - albedo)
    height += 0.003 * lips * noise.where(is_lip, points * [1.0, 0.15, 1.0], 0.018)
    albedo *= (1 - 0.55 * _lip_seam(points))[:, None]
    brow = _brow_mask(flat, points, recipe) * front
    albedo += (0.75 * brow)[:, None] * (np.array(recipe.skin.brow_colour) - albedo)
    albedo *= 1 - _moles(points, recipe)[:, None] * np.array([0.72, 0.8, 0.82])
    albedo = _paint_scalp(albedo, points, recipe, noise)
    oily = np.exp(-((flat[:, 0] / 0.22) ** 2)) * front
    gloss = 0.32 + 0.16 * oily + 0.22 * lips + 0.06 * noise(points, 0.08)
    return Paint(np.clip(albedo, 0.004, 1), np.clip(gloss, 0.05, 1), height)


def _tone(
    points: NDArray[np.float64],
    flat: NDArray[np.float64],
    front: NDArray[np.float64],
    recipe: PersonRecipe,
    noise: Noise,
) -> NDArray[np.float64]:
    skin = recipe.skin
    mottle = 0.05 * noise.layered(points, 0.5, 2) + 0.05 * noise.layered(points, 0.09, 3)
    albedo = np.array(skin.tone) * (1 + mottle)[:, None]
    pink = _blob(flat, at.CHEEK, 0.2) + 0.8 * _blob(flat, at.NOSE_TIP, 0.13)
    ears = smoothstep(0.74, 0.86, flat[:, 0]) * smoothstep(7.6, 7.3, flat[:, 1])
    pink = skin.redness * (pink * front + 0.8 * ears)
    pink *= 0.8 + 0.4 * noise.where(pink > _FAINT, points, 0.12)
    albedo *= 1 - pink[:, None] * np.array([0.02, 0.16, 0.13])
    tired = _blob(flat, (0.3, 7.17), 0.085) * front * (0.25 + 0.5 * skin.wrinkles)
    albedo *= 1 - tired[:, None] * np.array([0.3, 0.36, 0.28])
    lids = _blob(flat, (0.31, 7.35), 0.07) * front * 0.22
    albedo *= 1 - lids[:, None] * np.array([0.5, 0.8, 0.8])
    shaved = skin.beard * _beard_mask(flat, points)
    shaved *= 0.75 + 0.25 * noise.where(shaved > _FAINT, points, 0.02)
    albedo *= 1 - shaved[:, None] * np.array([0.5, 0.42, 0.34])
    away = smoothstep(0.3, 0.55, flat[:, 0]) + smoothstep(7.55, 7.75, flat[:, 1])
    is_spotted = (away > 0) & (skin.spots > 0)
    spot = smoothstep(0.58, 0.8, noise.where(is_spotted, points + 3.1, 0.16))
    spot += 0.7 * smoothstep(0.62, 0.8, noise.where(is_spotted, points + 9.7, 0.07))
    spot = skin.spots * np.clip(spot * np.clip(away, 0, 1), 0, 1)
    result: NDArray[np.float64] = albedo * (1 - spot[:, None] * np.array([0.3, 0.42, 0.5]))
    return result


def _moles(points: NDArray[np.float64], recipe: PersonRecipe) -> NDArray[np.float64]:
    """Strength of the moles at points, 0..1; they lie on one side of the face each."""
    rng = np.random.default_rng(recipe.seed + 5)
    total = np.zeros(len(points))
    for _ in range(recipe.skin.moles):
        centre, radius = rng.uniform(*_MOLE_AREA), rng.uniform(*_MOLE_RADIUS_DM)
        total += _blob(points[:, :2], (float(centre[0]), float(centre[1])), radius)
    result: NDArray[np.float64] = np.clip(total, 0, 1) * smoothstep(0.6, 0.8, points[:, 2])
    return result


def _relief(
    flat: NDArray[np.float64], front: NDArray[np.float64], recipe: PersonRecipe
) -> NDArray[np.float64]:
    age = recipe.skin.wrinkles
    result = np.zeros(len(flat))
    on_face = np.flatnonzero(front)
    if age <= 0:
        return result
    total = np.zeros(len(on_face))
    for wrinkle in WRINKLES:
        distance, along = polyline_distance(flat[on_face], wrinkle.path)
        fade = np.sqrt(np.clip(np.sin(np.pi * np.clip(along * 0.9 + 0.05, 0, 1)), 0, 1))
        starts_inside = wrinkle.path[0][0] == 0.0
        fade = np.where(along < 0.5, 1.0, fade) if starts_inside else fade
        total -= wrinkle.depth * fade * np.exp(-((distance / wrinkle.width_dm) ** 2))
    result[on_face] = _DEEPEST_DM * age * total * front[on_face]
    return result


def _lip_mask(points: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y = np.abs(points[:, 0]), points[:, 1]
    upper, lower = np.array(at.UPPER_LIP_TOP), np.array(at.LOWER_LIP_BOTTOM)
    top = np.interp(x, upper[:, 0], upper[:, 1])
    bottom = np.interp(x, lower[:, 0], lower[:, 1])
    edge = 0.022
    within = smoothstep(bottom - edge, bottom + edge, y) * smoothstep(top + edge, top - edge, y)
    return within * smoothstep(at.LIP_CORNER_X + 0.015, at.LIP_CORNER_X - 0.03, x)


def _lip_seam(points: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y, z = np.abs(points[:, 0]), points[:, 1], points[:, 2]
    line = np.exp(-(((y - at.LIP_SEAM_Y) / 0.014) ** 2))
    result: NDArray[np.float64] = (
        line * smoothstep(at.LIP_CORNER_X + 0.03, at.LIP_CORNER_X - 0.02, x) * (z > 1.1)
    )
    return result


def _brow_mask(
    flat: NDArray[np.float64], points: NDArray[np.float64], recipe: PersonRecipe
) -> NDArray[np.float64]:
    skin = recipe.skin
    path = at.brow_path(skin.brow_arch_dm, skin.brow_slope_dm)
    distance, along = polyline_distance(flat, path)
    half = skin.brow_thickness_dm * 0.5 * (1.0 - 0.55 * along**2)
    soft = np.exp(-((distance / half) ** 2))
    result: NDArray[np.float64] = skin.brow_density * soft * smoothstep(0.0, 0.15, along + 0.08)
    return result


def _beard_mask(flat: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y = flat.T
    jaw = smoothstep(6.75, 6.55, y - 0.35 * x) * smoothstep(5.95, 6.15, y)
    lip_area = _blob(flat, (0.0, 6.77), 0.14) * (y < 6.86)
    mask = np.clip(jaw + lip_area, 0, 1) * smoothstep(0.2, 0.5, points[:, 2])
    result: NDArray[np.float64] = mask * (1 - _lip_mask(points))
    return result


def _paint_scalp(
    albedo: NDArray[np.float64], points: NDArray[np.float64], recipe: PersonRecipe, noise: Noise
) -> NDArray[np.float64]:
    hair = recipe.hair
    above = at.above_hairline_dm(points, hair.recession_dm) + 0.04 * noise(points, 0.05)
    cover = 0.85 * smoothstep(-0.02, 0.14, above)
    grey = 0.35 * hair.grey_share
    colour = (1 - grey) * np.array(hair.colour) + grey * np.array([0.3, 0.3, 0.3])
    return albedo + cover[:, None] * (colour - albedo)


def _blob(
    flat: NDArray[np.float64], centre: tuple[float, float], radius_dm: float
) -> NDArray[np.float64]:
    squared = ((flat - np.array(centre)) ** 2).sum(axis=1)
    result: NDArray[np.float64] = np.exp(-squared / radius_dm**2)
    return result


def polyline_distance(
    flat: NDArray[np.float64], path: Polyline
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Distance of points (float64[n, 2]) from a polyline, and how far along it (0..1) they lie."""
    nodes = np.array(path)
    best = np.full(len(flat), np.inf)
    along = np.zeros(len(flat))
    steps = len(nodes) - 1
    for number in range(steps):
        start, course = nodes[number], nodes[number + 1] - nodes[number]
        part = np.clip((flat - start) @ course / (course @ course), 0, 1)
        distance = np.hypot(*(flat - start - part[:, None] * course).T)
        is_nearer = distance < best
        best = np.where(is_nearer, distance, best)
        along = np.where(is_nearer, (number + part) / steps, along)
    return best, along
