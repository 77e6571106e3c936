"""Takes one picture of a sitter: raster, light every visible point, add hair, develop."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.rendering.camera import SUPERSAMPLING, Camera, develop
from tests.hw_sim.rendering.eye_paint import paint_eye
from tests.hw_sim.rendering.figure import Pose, PosedFigure, Surface
from tests.hw_sim.rendering.garment import below_neckline_dm, fold_normals, paint_cloth
from tests.hw_sim.rendering.light import (
    Sample,
    light_cloth,
    light_eye,
    light_hair,
    light_skin,
)
from tests.hw_sim.rendering.meshes import unit
from tests.hw_sim.rendering.raster import Fragments, nearest, rasterize
from tests.hw_sim.rendering.sitter import Sitter
from tests.hw_sim.rendering.skin_map import around_direction

_LASH_COLOUR = np.array([0.012, 0.01, 0.009])


def photograph(
    sitter: Sitter,
    pose: Pose,
    camera: Camera,
    background: NDArray[np.float64],
    rng: np.random.Generator,
) -> NDArray[np.uint8]:
    """A picture of the sitter, uint8[H, W, 3], RGB.

    Args:
        sitter: the prepared person.
        pose: what they do.
        camera: who looks at them.
        background: linear light behind the person, float64[H, W, 3].
        rng: draws the sensor noise.
    """
    width, height = camera.width_px * SUPERSAMPLING, camera.height_px * SUPERSAMPLING
    posed = sitter.figure.posed(pose)
    visible = _visible(sitter, posed, camera, width, height)
    light = np.repeat(np.repeat(background, SUPERSAMPLING, axis=0), SUPERSAMPLING, axis=1)
    light = light.reshape(-1, 3)
    light[visible.pixel] = _lit_surfaces(sitter, posed, visible, camera)
    depth = np.full(width * height, np.inf)
    depth[visible.pixel] = visible.depth
    _add_strands(sitter, pose, posed, camera, light, depth, (width, height))
    return develop(light.reshape(height, width, 3), camera, sitter.lighting.exposure, rng)


def _visible(
    sitter: Sitter, posed: PosedFigure, camera: Camera, width: int, height: int
) -> Fragments:
    corners = posed.vertices[posed.triangles]
    face = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    is_front = (face * (camera.position - corners[:, 0])).sum(axis=1) > 0
    is_closed = posed.surfaces == Surface.SKIN
    kept = np.flatnonzero(is_front | ~is_closed)
    found = rasterize(camera.project(posed.vertices), posed.triangles[kept], width, height)
    found = Fragments(found.pixel, kept[found.triangle], found.weights, found.depth)
    return nearest(found.select(_is_there(sitter, posed, found)), width * height)


def _is_there(sitter: Sitter, posed: PosedFigure, found: Fragments) -> NDArray[np.bool_]:
    """Cuts the neck hole out of the garment, the body under it, and the gaps between lashes."""
    surface = posed.surfaces[found.triangle]
    keep = np.ones(len(found.pixel), dtype=bool)
    is_lash = np.flatnonzero(surface == Surface.LASH)
    keep[is_lash] = _is_lash_hair(posed, found.select(is_lash))
    low = posed.base[posed.triangles[:, 0], 1] < 6.4
    near = np.flatnonzero(low[found.triangle] & (surface != Surface.LASH))
    base = found.select(near).interpolate(posed.triangles, posed.base)
    inside = below_neckline_dm(base, sitter.recipe.neckline)
    is_garment = surface[near] == Surface.GARMENT
    keep[near] = np.where(is_garment, inside > 0, inside < 0.12)
    return keep


def _is_lash_hair(posed: PosedFigure, found: Fragments) -> NDArray[np.bool_]:
    base = found.interpolate(posed.triangles, posed.base)
    centre = np.array([0.308, 7.284, 1.245])
    away = np.abs(base * [1, 0, 0]) + base * [0, 1, 1] - centre
    length = (np.linalg.norm(away, axis=1) - 0.15) / 0.075
    lane = np.sin(np.floor(np.arctan2(away[:, 0], away[:, 2]) * 55) * 12.9898) * 43758.5453
    reach = 0.55 + 0.45 * (lane - np.floor(lane))
    lane_part = np.arctan2(away[:, 0], away[:, 2]) * 55 % 1
    result: NDArray[np.bool_] = (length < 0.14) | (
        (length < reach) & (np.abs(lane_part - 0.5) < 0.42 * (1 - length))
    )
    return result


def _lit_surfaces(
    sitter: Sitter, posed: PosedFigure, visible: Fragments, camera: Camera
) -> NDArray[np.float64]:
    surface = posed.surfaces[visible.triangle]
    colour = np.zeros((len(visible.pixel), 3))
    painters = {
        Surface.SKIN: _skin,
        Surface.EYE: _eye,
        Surface.GARMENT: _cloth,
        Surface.LASH: _lash,
    }
    for kind, painter in painters.items():
        chosen = np.flatnonzero(surface == kind)
        if len(chosen):
            colour[chosen] = painter(sitter, posed, visible.select(chosen), camera)
    return colour


def _sample(
    sitter: Sitter, posed: PosedFigure, found: Fragments, camera: Camera
) -> tuple[Sample, NDArray[np.float64], NDArray[np.float64]]:
    """What the lamps need, and the points' places on the base mesh and in the room."""
    lamps = sitter.lamp_share.shape[1]
    table = np.concatenate(
        [posed.normals, posed.vertices, posed.base, sitter.openness[:, None], sitter.lamp_share],
        axis=1,
    )
    values = found.interpolate(posed.triangles, table)
    normal = unit(values[:, :3])
    place, base = values[:, 3:6], values[:, 6:9]
    shares = values[:, 10 : 10 + lamps]
    return Sample(normal, camera.towards(place), values[:, 9], shares), base, place


def _skin(
    sitter: Sitter, posed: PosedFigure, found: Fragments, camera: Camera
) -> NDArray[np.float64]:
    sample, base, _ = _sample(sitter, posed, found, camera)
    paint = sitter.skin.sample(base)
    slope = around_direction(base) * paint[:, 4:5] + [0.0, 1.0, 0.0] * paint[:, 5:6]
    slope = slope @ posed.head_rotation.T
    slope -= (slope * sample.normal).sum(axis=1, keepdims=True) * sample.normal
    bumpy = unit(sample.normal - slope)
    relit = replace(sample, normal=bumpy)
    return light_skin(relit, paint[:, :3], paint[:, 3], sitter.lighting)


def _eye(
    sitter: Sitter, posed: PosedFigure, found: Fragments, camera: Camera
) -> NDArray[np.float64]:
    sample, _, place = _sample(sitter, posed, found, camera)
    colour = np.zeros((len(place), 3))
    for centre, radius in posed.eyes:
        chosen = np.linalg.norm(place - centre, axis=1) < 1.5 * radius
        gaze = _gaze(posed, centre, camera)
        direction = unit(place[chosen] - centre)
        paint = paint_eye(direction, gaze, sitter.recipe.iris, sitter.noise)
        bulge = np.clip((direction @ gaze - 0.86) / 0.14, 0, 1)[:, None]
        normal = unit(sample.normal[chosen] + 0.25 * bulge * (direction - gaze))
        part = Sample(
            normal, sample.view[chosen], sample.openness[chosen], sample.lamp_share[chosen]
        )
        colour[chosen] = light_eye(part, paint, sitter.lighting)
    return colour


def _gaze(posed: PosedFigure, centre: NDArray[np.float64], camera: Camera) -> NDArray[np.float64]:
    """Towards the camera as far as the eye can comfortably turn."""
    ahead = posed.head_rotation[:, 2]
    wanted = unit((camera.position - centre)[None])[0]
    limit = np.radians(18)
    angle = float(np.arccos(np.clip(ahead @ wanted, -1, 1)))
    share = 1.0 if angle < limit else limit / angle
    result: NDArray[np.float64] = unit(((1 - share) * ahead + share * wanted)[None])[0]
    return result


def _cloth(
    sitter: Sitter, posed: PosedFigure, found: Fragments, camera: Camera
) -> NDArray[np.float64]:
    sample, base, _ = _sample(sitter, posed, found, camera)
    recipe = sitter.recipe
    albedo = paint_cloth(base, recipe.garment, recipe.neckline, sitter.noise)
    normal = fold_normals(base, sample.normal, sitter.noise)
    folded = replace(sample, normal=normal)
    return light_cloth(folded, albedo, sitter.lighting)


def _lash(
    sitter: Sitter, posed: PosedFigure, found: Fragments, camera: Camera
) -> NDArray[np.float64]:
    sample, _, _ = _sample(sitter, posed, found, camera)
    albedo = np.broadcast_to(_LASH_COLOUR, (len(found.pixel), 3))
    return light_cloth(sample, albedo, sitter.lighting) * 0.5


def _add_strands(
    sitter: Sitter,
    pose: Pose,
    posed: PosedFigure,
    camera: Camera,
    light: NDArray[np.float64],
    depth: NDArray[np.float64],
    size: tuple[int, int],
) -> None:
    strands = sitter.strands
    turned = sitter.figure.follow_head(strands.position, pose)
    x, y, far = camera.project(turned).T
    column, row = np.rint(x).astype(np.int64), np.rint(y).astype(np.int64)
    on_picture = (column >= 0) & (column < size[0]) & (row >= 0) & (row < size[1])
    pixel = np.where(on_picture, row * size[0] + column, 0)
    shown = np.flatnonzero(on_picture & (far < depth[pixel] + 0.004))
    shown = shown[np.argsort(-far[shown], kind="stable")]
    owner = np.full(len(depth), -1, dtype=np.int64)
    owner[pixel[shown]] = shown
    covered = np.flatnonzero(owner >= 0)
    top = owner[covered]
    sample = Sample(
        strands.outward[top] @ posed.head_rotation.T,
        camera.towards(turned[top]),
        strands.openness[top],
        strands.lamp_share[top],
    )
    tangent = strands.tangent[top] @ posed.head_rotation.T
    light[covered] = light_hair(sample, tangent, strands.colour[top], sitter.lighting)
