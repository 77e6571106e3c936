"""Takes one picture of a sitter: raster, light every visible point, add hair, develop."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.rendering.camera import Camera, develop
from tests.hw_sim.rendering.eye_paint import paint_eye
from tests.hw_sim.rendering.figure import Pose
from tests.hw_sim.rendering.garment import below_neckline_dm, fold_normals, paint_cloth
from tests.hw_sim.rendering.glasses import FRAME_ALBEDO
from tests.hw_sim.rendering.light import (
    Sample,
    light_cloth,
    light_eye,
    light_hair,
    light_skin,
)
from tests.hw_sim.rendering.mask import inside_mask_dm, paint_mask
from tests.hw_sim.rendering.meshes import unit
from tests.hw_sim.rendering.posed_figure import PosedFigure, Surface
from tests.hw_sim.rendering.raster import Fragments, nearest, rasterize
from tests.hw_sim.rendering.sitter import Sitter
from tests.hw_sim.rendering.skin_map import around_direction
from tests.hw_sim.rendering.strands import SeenPoints, seen_points

_MASK_OPENNESS = 0.8
"""The skin's own would show mouth and nose on the mask."""
_LASH_COLOUR = np.array([0.012, 0.01, 0.009])


@dataclass(frozen=True, slots=True)
class View:
    """What of a sitter is seen from where, whatever the light."""

    camera: Camera
    posed: PosedFigure
    surfaces: Fragments
    hair: SeenPoints
    hair_place: NDArray[np.float64]
    """float64[n, 3], where in the room the seen points of hair lie."""


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
    light = light_towards(sitter, view(sitter, pose, camera), background)
    return develop(light, camera, sitter.lighting.exposure, rng)


def view(sitter: Sitter, pose: Pose, camera: Camera) -> View:
    """Finds what is seen of the sitter."""
    width, height = (side * camera.supersampling for side in (camera.width_px, camera.height_px))
    posed = sitter.figure.posed(pose)
    surfaces = _visible(sitter, posed, camera, width, height)
    depth = np.full(width * height, np.inf)
    depth[surfaces.pixel] = surfaces.depth
    turned = sitter.figure.follow_head(sitter.strands.nodes.position, pose)
    hair = seen_points(camera.project(turned), sitter.strands.starts, depth, (width, height))
    return View(camera, posed, surfaces, hair, hair.blend(turned))


def light_towards(
    sitter: Sitter, seen: View, background: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Linear light that reaches the camera, supersampled, float32[S H, S W, 3]."""
    light = np.repeat(background.astype(np.float32), seen.camera.supersampling, axis=0)
    light = np.repeat(light, seen.camera.supersampling, axis=1)
    flat = light.reshape(-1, 3)
    flat[seen.surfaces.pixel] = _lit_surfaces(sitter, seen.posed, seen.surfaces, seen.camera)
    flat[seen.hair.pixel] = _lit_hair(sitter, seen)
    return light


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
    """Cuts neck hole, mask and the gaps between lashes to shape, and the body under the garment."""
    surface = posed.surfaces[found.triangle]
    keep = np.ones(len(found.pixel), dtype=bool)
    is_lash = np.flatnonzero(surface == Surface.LASH)
    keep[is_lash] = _is_lash_hair(posed, found.select(is_lash))
    low = posed.base[posed.triangles[:, 0], 1] < 6.4
    is_mask = np.flatnonzero(surface == Surface.MASK)
    masked = found.select(is_mask).interpolate(posed.triangles, posed.base)
    keep[is_mask] = inside_mask_dm(masked) > 0
    is_dressed = (surface == Surface.SKIN) | (surface == Surface.GARMENT)
    near = np.flatnonzero(low[found.triangle] & is_dressed)
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
        Surface.MASK: _mask,
        Surface.GLASSES: _frame,
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


def _mask(
    sitter: Sitter, posed: PosedFigure, found: Fragments, camera: Camera
) -> NDArray[np.float64]:
    sample, base, _ = _sample(sitter, posed, found, camera)
    open_sample = replace(
        sample,
        openness=np.full_like(sample.openness, _MASK_OPENNESS),
        lamp_share=np.ones_like(sample.lamp_share),
    )
    return light_cloth(open_sample, paint_mask(base, sitter.noise), sitter.lighting)


def _frame(
    sitter: Sitter, posed: PosedFigure, found: Fragments, camera: Camera
) -> NDArray[np.float64]:
    sample, _, _ = _sample(sitter, posed, found, camera)
    albedo = np.broadcast_to(FRAME_ALBEDO, (len(found.pixel), 3))
    gloss = np.full(len(found.pixel), 0.8)
    return light_skin(sample, albedo, gloss, sitter.lighting)


def _lit_hair(sitter: Sitter, seen: View) -> NDArray[np.float64]:
    hair = sitter.strands.nodes.each(seen.hair.blend)
    rotation = seen.posed.head_rotation.T
    sample = Sample(
        unit(hair.outward) @ rotation,
        seen.camera.towards(seen.hair_place),
        hair.openness,
        hair.lamp_share,
    )
    return light_hair(sample, unit(hair.tangent) @ rotation, hair.colour, sitter.lighting)
