"""The posed body: skin, eyeballs, lashes and garment as one set of triangles."""

import json
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.rendering.assets import AssetLibrary
from tests.hw_sim.rendering.glasses import spectacles
from tests.hw_sim.rendering.identity import shape_vertices
from tests.hw_sim.rendering.mask import stretched
from tests.hw_sim.rendering.meshes import neighbour_mean, vertex_normals
from tests.hw_sim.rendering.morphs import Morph, read_morph
from tests.hw_sim.rendering.posed_figure import (
    NO_TRIANGLES,
    Part,
    PosedFigure,
    Surface,
    assemble,
)
from tests.hw_sim.rendering.raster import split_quads
from tests.hw_sim.rendering.recipe import GlassesRecipe, PersonRecipe
from tests.hw_sim.rendering.subdivision import Subdivision
from tests.hw_sim.rendering.wavefront import QuadMesh, parse_obj

_NECK_SHARE = {"neck03": 0.85, "neck02": 0.6, "neck01": 0.3}
_HEAD_BONES = ("head", "jaw", "eye", "levator", "oculi", "orbicularis", "oris", "risorius")
_HEAD_BONES_MORE = ("special", "tongue")
_UPPER_LASHES = ("helper-l-eyelashes-2", "helper-r-eyelashes-2")
_CLOTH_DM = 0.07
_DRAPING_ROUNDS = 25
_GARMENT_TOP_Y_DM = 6.3
_MASK_Y_DM = (5.95, 7.3)
_MASK_Z_DM = 0.3
_EAR_TOP = np.array([0.74, 7.36, 0.5])
_PIVOT = np.array([0.0, 6.3, 0.15])
_BODY_FLOOR_Y_DM = 3.2
_BODY_HALF_WIDTH_DM = 3.4


@dataclass(frozen=True, slots=True)
class Pose:
    """One moment: where the head points, where it is, what the face does and wears."""

    yaw_deg: float = 0.0
    """Positive turns the nose to the person's left."""
    pitch_deg: float = 0.0
    """Positive looks down."""
    roll_deg: float = 0.0
    body_yaw_deg: float = 0.0
    """Turn of the whole body, positive to the person's left."""
    shift_dm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Movement of the whole body: right, up, towards the camera."""
    blink: float = 0.0
    """0 open, 1 shut."""
    smile: float = 0.0
    has_mask: bool = False
    swaps_glasses: bool = False
    """Without the glasses they usually wear, or with some if they wear none."""


class Figure:
    """A person's geometry, ready to be posed."""

    def __init__(self, assets: AssetLibrary, recipe: PersonRecipe) -> None:
        base = _base_mesh(assets)
        self._eye_vertices = tuple(
            np.unique(base.quads_of(f"helper-{side}-eye")) for side in ("l", "r")
        )
        shape = shape_vertices(assets, base.vertices, recipe)
        self._shape = shape + self._eyes_of(base.vertices) - self._eyes_of(shape)
        self._units = _expression_units(assets)
        self._follow = _head_share(assets, len(base.vertices))
        corners = base.vertices[base.quads_of("body")]
        is_near = (corners[..., 1].min(axis=1) > _BODY_FLOOR_Y_DM) & (
            np.abs(corners[..., 0]).max(axis=1) < _BODY_HALF_WIDTH_DM
        )
        self._step = Subdivision.of(base.quads_of("body")[is_near], len(base.vertices))
        self._base = self._step.interpolate(base.vertices)
        self._skin = split_quads(self._step.quads)
        self._lashes = split_quads(base.quads_of(*_UPPER_LASHES))
        self._ball, self._ball_triangles = _unit_sphere()
        low, high = (edge(self._base[self._skin], axis=1) for edge in (np.min, np.max))
        self._low = self._skin[high[:, 1] < _GARMENT_TOP_Y_DM]
        self._face = self._skin[
            (low[:, 1] > _MASK_Y_DM[0]) & (high[:, 1] < _MASK_Y_DM[1]) & (low[:, 2] > _MASK_Z_DM)
        ]
        eyes = [_eyeball(self._shape[numbers]) for numbers in self._eye_vertices]
        ear = int(np.linalg.norm(self._base - _EAR_TOP, axis=1).argmin())
        self._has_glasses = recipe.glasses is not None
        self._glasses = spectacles(
            recipe.glasses or GlassesRecipe(), eyes, self._step.smooth(self._shape)[ear]
        )

    def posed(self, pose: Pose) -> PosedFigure:
        """The figure at one moment."""
        coarse = self._shape.copy()
        for name, weight in _unit_weights(pose):
            self._units[name].add_to(coarse, weight)
        eyes = [_eyeball(coarse[numbers]) for numbers in self._eye_vertices]
        rest = self._step.smooth(coarse)
        rest[: len(coarse)][np.unique(self._lashes)] = coarse[np.unique(self._lashes)]
        share = self._step.interpolate(self._follow[:, None])[:, 0]
        body = _turn(rest, share, pose)
        centres = self.follow_head(np.array([centre for centre, _ in eyes]), pose)
        corner = self.follow_head(np.vstack([np.zeros(3), np.eye(3)]), pose)
        rotation = (corner[1:] - corner[0]).T
        balls = [self._ball * eyes[k][1] + centres[k] for k in range(2)]
        posed_eyes = tuple((centres[k], eyes[k][1]) for k in range(2))
        return assemble(self._parts(pose, body, balls, rotation), rotation, posed_eyes)

    def _eyes_of(self, vertices: NDArray[np.float64]) -> NDArray[np.float64]:
        """Middle between the eyes: the point all people share, whatever their height."""
        result: NDArray[np.float64] = np.mean(
            [_eyeball(vertices[numbers])[0] for numbers in self._eye_vertices], axis=0
        )
        return result

    def follow_head(self, points: NDArray[np.float64], pose: Pose) -> NDArray[np.float64]:
        """Points of the resting head, such as hair, at the moment of `pose`."""
        corner = _turn(np.vstack([np.zeros(3), np.eye(3)]), np.ones(4), pose)
        result: NDArray[np.float64] = points @ (corner[1:] - corner[0]) + corner[0]
        return result

    def _parts(
        self,
        pose: Pose,
        body: NDArray[np.float64],
        balls: list[NDArray[np.float64]],
        rotation: NDArray[np.float64],
    ) -> list[Part]:
        skin = {Surface.SKIN: self._skin, Surface.LASH: self._lashes}
        garment = _draped(body, self._low, _DRAPING_ROUNDS, _CLOTH_DM)
        mask = stretched(body, self._face) if pose.has_mask else body
        glasses = self._glasses
        is_worn = self._has_glasses != pose.swaps_glasses
        worn = glasses.triangles if is_worn else NO_TRIANGLES
        return [
            Part(body, vertex_normals(body, self._skin), self._base, skin),
            *(Part(b, self._ball, b, {Surface.EYE: self._ball_triangles}) for b in balls),
            self._cover(garment, self._low, Surface.GARMENT),
            self._cover(mask, self._face if pose.has_mask else NO_TRIANGLES, Surface.MASK),
            Part(
                self.follow_head(glasses.vertices, pose),
                glasses.normals @ rotation.T,
                glasses.vertices,
                {Surface.GLASSES: worn},
            ),
        ]

    def _cover(
        self, vertices: NDArray[np.float64], triangles: NDArray[np.int64], surface: Surface
    ) -> Part:
        normals = vertex_normals(vertices, triangles if len(triangles) else self._skin)
        return Part(vertices, normals, self._base, {surface: triangles})


def _draped(
    body: NDArray[np.float64], triangles: NDArray[np.int64], rounds: int, gap_dm: float
) -> NDArray[np.float64]:
    """Vertices of part of the skin, smoothed and a little further out."""
    smooth = neighbour_mean(body, triangles, rounds)
    outward = vertex_normals(smooth, triangles)
    bulge = np.clip(((body - smooth) * outward).sum(axis=1, keepdims=True), 0, None)
    result: NDArray[np.float64] = smooth + (gap_dm + bulge) * outward
    return result


def _turn(
    points: NDArray[np.float64], share: NDArray[np.float64], pose: Pose
) -> NDArray[np.float64]:
    """Points turned about the neck, each by its own share of the head's angles."""
    x, y, z = (points - _PIVOT).T
    roll, pitch, yaw = (
        np.radians(angle) * share for angle in (pose.roll_deg, pose.pitch_deg, pose.yaw_deg)
    )
    x, y = x * np.cos(roll) - y * np.sin(roll), x * np.sin(roll) + y * np.cos(roll)
    y, z = y * np.cos(pitch) - z * np.sin(pitch), y * np.sin(pitch) + z * np.cos(pitch)
    yaw = yaw + np.radians(pose.body_yaw_deg)
    x, z = x * np.cos(yaw) + z * np.sin(yaw), z * np.cos(yaw) - x * np.sin(yaw)
    result: NDArray[np.float64] = np.stack([x, y, z], axis=1) + _PIVOT + np.array(pose.shift_dm)
    return result


@cache
def _base_mesh(assets: AssetLibrary) -> QuadMesh:
    return parse_obj(assets.read_text("3dobjs/base.obj"))


@cache
def _head_share(assets: AssetLibrary, count: int) -> NDArray[np.float64]:
    """How far each vertex follows the head, 0..1, from MakeHuman's bone weights."""
    bones = json.loads(assets.read_text("rigs/default_weights.mhw"))["weights"]
    share = np.zeros(count)
    for bone, pairs in bones.items():
        is_head = bone.startswith((*_HEAD_BONES, *_HEAD_BONES_MORE))
        factor = 1.0 if is_head else _NECK_SHARE.get(bone, 0.0)
        for vertex, weight in pairs:
            share[int(vertex)] += factor * float(weight)
    return np.clip(share, 0, 1)


def _expression_units(assets: AssetLibrary) -> dict[str, Morph]:
    names = ("eye-left-closure", "eye-right-closure", "mouth-corner-puller")
    return {name: read_morph(assets, f"expression/units/asian/{name}") for name in names}


def _unit_weights(pose: Pose) -> list[tuple[str, float]]:
    return [
        ("eye-left-closure", pose.blink),
        ("eye-right-closure", pose.blink),
        ("mouth-corner-puller", pose.smile),
    ]


def _eyeball(vertices: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    radius = float(high[0] - low[0]) / 2
    centre = (low + high) / 2
    centre[2] = low[2] + radius
    return centre, radius


def _unit_sphere() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """A sphere of radius 1 with its poles left and right, as vertices and triangles."""
    rows, columns = 40, 80
    polar, around = np.meshgrid(
        np.linspace(0, np.pi, rows), np.linspace(0, 2 * np.pi, columns), indexing="ij"
    )
    points = np.stack(
        [np.cos(polar), np.sin(polar) * np.sin(around), np.sin(polar) * np.cos(around)], axis=-1
    )
    corner = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    quads = np.stack([corner, corner + columns, corner + columns + 1, corner + 1], axis=1)
    return points.reshape(-1, 3), split_quads(quads)
