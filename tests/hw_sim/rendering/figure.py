"""The posed body: skin, eyeballs, lashes and garment as one set of triangles."""

import json
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.rendering.assets import AssetLibrary
from tests.hw_sim.rendering.identity import shape_vertices
from tests.hw_sim.rendering.meshes import neighbour_mean, vertex_normals
from tests.hw_sim.rendering.morphs import Morph, parse_target
from tests.hw_sim.rendering.raster import split_quads
from tests.hw_sim.rendering.recipe import PersonRecipe
from tests.hw_sim.rendering.subdivision import Subdivision
from tests.hw_sim.rendering.wavefront import parse_obj

_NECK_SHARE = {"neck03": 0.85, "neck02": 0.6, "neck01": 0.3}
_HEAD_BONES = ("head", "jaw", "eye", "levator", "oculi", "orbicularis", "oris", "risorius")
_HEAD_BONES_MORE = ("special", "tongue")
_UPPER_LASHES = ("helper-l-eyelashes-2", "helper-r-eyelashes-2")
_CLOTH_DM = 0.07
_DRAPING_ROUNDS = 25
_PIVOT = np.array([0.0, 6.3, 0.15])
_BODY_FLOOR_Y_DM = 4.0
_BODY_HALF_WIDTH_DM = 3.4


class Surface(IntEnum):
    """What a triangle is made of."""

    SKIN = 0
    EYE = 1
    LASH = 2
    GARMENT = 3


@dataclass(frozen=True, slots=True)
class Pose:
    """One moment: where the head points, where it is, what the face does."""

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


@dataclass(frozen=True, slots=True)
class PosedFigure:
    """Triangles of one moment; all arrays have a row for each vertex unless said otherwise."""

    vertices: NDArray[np.float64]
    normals: NDArray[np.float64]
    base: NDArray[np.float64]
    """Where the vertex lies on MakeHuman's unchanged base mesh: the space things are painted in."""
    triangles: NDArray[np.int64]
    """int64[T, 3]."""
    surfaces: NDArray[np.int64]
    """int64[T], a `Surface` for each triangle."""
    head_rotation: NDArray[np.float64]
    """float64[3, 3], from the head at rest to the posed head."""
    eyes: tuple[tuple[NDArray[np.float64], float], ...]
    """Centre and radius of the two eyeballs."""


class Figure:
    """A person's geometry, ready to be posed."""

    def __init__(self, assets: AssetLibrary, recipe: PersonRecipe) -> None:
        base = parse_obj(assets.read_text("3dobjs/base.obj"))
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
        return self._assemble(body, balls, rotation, posed_eyes)

    def _eyes_of(self, vertices: NDArray[np.float64]) -> NDArray[np.float64]:
        """Middle between the eyes: the point all people share, whatever their height."""
        result: NDArray[np.float64] = np.mean(
            [_eyeball(vertices[numbers])[0] for numbers in self._eye_vertices], axis=0
        )
        return result

    def follow_head(self, points: NDArray[np.float64], pose: Pose) -> NDArray[np.float64]:
        """Points of the resting head, such as hair, at the moment of `pose`."""
        return _turn(points, np.ones(len(points)), pose)

    def _assemble(
        self,
        body: NDArray[np.float64],
        balls: list[NDArray[np.float64]],
        rotation: NDArray[np.float64],
        eyes: tuple[tuple[NDArray[np.float64], float], ...],
    ) -> PosedFigure:
        normals = vertex_normals(body, self._skin)
        garment, garment_triangles = self._garment(body)
        start = len(body)
        cloth_start = start + 2 * len(self._ball)
        parts = [
            (self._skin, Surface.SKIN),
            (self._lashes, Surface.LASH),
            (self._ball_triangles + start, Surface.EYE),
            (self._ball_triangles + start + len(self._ball), Surface.EYE),
            (garment_triangles + cloth_start, Surface.GARMENT),
        ]
        vertices = np.concatenate([body, *balls, garment])
        return PosedFigure(
            vertices=vertices,
            normals=np.concatenate(
                [normals, self._ball, self._ball, vertex_normals(garment, garment_triangles)]
            ),
            base=np.concatenate([self._base, *balls, self._base]),
            triangles=np.concatenate([triangles for triangles, _ in parts]),
            surfaces=np.concatenate([np.full(len(t), int(s)) for t, s in parts]),
            head_rotation=rotation,
            eyes=eyes,
        )

    def _garment(self, body: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """The lower part of the skin once more, smoothed and a little further out."""
        low = self._skin[self._base[self._skin][..., 1].max(axis=1) < 6.3]
        draped = neighbour_mean(body, low, _DRAPING_ROUNDS)
        outward = vertex_normals(draped, low)
        bulge = np.clip(((body - draped) * outward).sum(axis=1, keepdims=True), 0, None)
        return draped + (_CLOTH_DM + bulge) * outward, low


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
    folder = "targets/expression/units/asian"
    return {name: parse_target(assets.read_text(f"{folder}/{name}.target")) for name in names}


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
