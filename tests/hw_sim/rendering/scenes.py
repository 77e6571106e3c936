"""What is photographed: the passport photo, and what the reception camera sees."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.rendering.camera import Camera, develop
from tests.hw_sim.rendering.figure import Pose
from tests.hw_sim.rendering.light import Lamp, Lighting
from tests.hw_sim.rendering.noise import smoothstep
from tests.hw_sim.rendering.photograph import photograph
from tests.hw_sim.rendering.sitter import Sitter

STUDIO = Lighting(
    lamps=(
        Lamp((-0.35, 0.35, 1.0), (0.95, 0.94, 0.92)),
        Lamp((0.5, 0.3, 0.9), (0.75, 0.75, 0.76)),
    ),
    ceiling=(0.36, 0.36, 0.36),
    floor=(0.16, 0.15, 0.14),
    exposure=0.95,
)
RECEPTION = Lighting(
    lamps=(
        Lamp((-0.55, 0.55, 0.9), (1.35, 1.31, 1.24)),
        Lamp((0.9, 0.35, 0.5), (0.34, 0.37, 0.42)),
    ),
    ceiling=(0.42, 0.44, 0.47),
    floor=(0.17, 0.155, 0.14),
    exposure=1.35,
)
SIDE = Lighting(
    lamps=(Lamp((-1.0, 0.3, 0.35), (1.75, 1.68, 1.58)),),
    ceiling=(0.24, 0.25, 0.27),
    floor=(0.1, 0.095, 0.09),
    exposure=1.3,
)
DIM = replace(RECEPTION, exposure=0.3)
RECEPTION_CAMERA = Camera()
STUDIO_CAMERA = Camera(
    width_px=240,
    height_px=320,
    distance_dm=14.0,
    eye_level_dm=7.12,
    scale_px=82.0,
    noise=0.8,
    vignette=0.0,
)
DARK_EXPOSURE = 0.016
DARK_NOISE = 1.2
_BLINK = (0.55, 1.0, 0.9, 0.35)
_BLINK_AT = 0.42
"""Where in a clip the blink begins, as a share of its length."""
_AWAY_DEG = ((65.0, 40.0), (60.0, 60.0), (60.0, 80.0), (45.0, 110.0))
"""Turn of the head against the body, and of the body, frame by frame."""


def portrait(sitter: Sitter, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The passport photo: straight ahead before a light wall, uint8[320, 240, 3]."""
    wall = np.full((STUDIO_CAMERA.height_px, STUDIO_CAMERA.width_px, 3), 1.6)
    return photograph(sitter, Pose(pitch_deg=1.0), STUDIO_CAMERA, wall, rng)


def live(sitter: Sitter, count: int, rng: np.random.Generator) -> Iterator[NDArray[np.uint8]]:
    """Somebody trying to stand still before the reception camera, with one blink."""
    room = reception_room(RECEPTION_CAMERA)
    for pose in _small_movements(count, rng):
        yield photograph(sitter, pose, RECEPTION_CAMERA, room, rng)


def away(sitter: Sitter, count: int, rng: np.random.Generator) -> Iterator[NDArray[np.uint8]]:
    """Somebody who has turned away, then nobody."""
    room = reception_room(RECEPTION_CAMERA)
    for head, body in _AWAY_DEG[:count]:
        pose = Pose(yaw_deg=head, body_yaw_deg=body)
        yield photograph(sitter, pose, RECEPTION_CAMERA, room, rng)
    empty = np.repeat(np.repeat(room.astype(np.float32), 2, axis=0), 2, axis=1)
    for _ in range(count - len(_AWAY_DEG)):
        yield develop(empty, RECEPTION_CAMERA, RECEPTION.exposure, rng)


def dark(sitter: Sitter, count: int, rng: np.random.Generator) -> Iterator[NDArray[np.uint8]]:
    """The same as `live` with hardly any light."""
    camera = replace(RECEPTION_CAMERA, noise=DARK_NOISE)
    dimmed = replace(sitter, lighting=replace(sitter.lighting, exposure=DARK_EXPOSURE))
    room = reception_room(camera)
    for pose in _small_movements(count, rng):
        yield photograph(dimmed, pose, camera, room, rng)


def reception_room(camera: Camera) -> NDArray[np.float64]:
    """An out-of-focus wall with a door and a handrail, linear light, float64[H, W, 3]."""
    y, x = np.mgrid[0 : 1 : camera.height_px * 1j, 0 : 1 : camera.width_px * 1j]
    wall = np.array([0.62, 0.62, 0.58]) * (1.02 - 0.22 * x - 0.12 * y)[..., None]
    door = _soft_box(x, 0.76, 0.97, 0.02) * _soft_box(y, 0.04, 1.2, 0.03)
    room = wall + door[..., None] * (np.array([0.42, 0.36, 0.28]) - wall)
    rail = _soft_box(y, 0.80, 0.835, 0.02) * _soft_box(x, -0.2, 0.72, 0.02)
    room += (0.8 * rail)[..., None] * (np.array([0.36, 0.27, 0.18]) - room)
    notice = _soft_box(x, 0.06, 0.2, 0.015) * _soft_box(y, 0.16, 0.42, 0.02)
    result: NDArray[np.float64] = room + (0.7 * notice)[..., None] * (
        np.array([0.72, 0.74, 0.74]) - room
    )
    return result


def _soft_box(
    value: NDArray[np.float64], low: float, high: float, blur: float
) -> NDArray[np.float64]:
    rising = smoothstep(low - blur, low + blur, value)
    return rising * smoothstep(high + blur, high - blur, value)


def _small_movements(count: int, rng: np.random.Generator) -> Iterator[Pose]:
    phase = rng.uniform(0, 2 * np.pi, 6)
    speed = rng.uniform(0.12, 0.3, 6)
    size = np.array([4.0, 2.2, 1.5, 0.07, 0.035, 0.12])
    blink = dict(enumerate(_BLINK, int(_BLINK_AT * count)))
    for frame in range(count):
        yaw, pitch, roll, x, y, z = size * np.sin(phase + speed * frame)
        yield Pose(
            yaw_deg=float(yaw),
            pitch_deg=float(pitch),
            roll_deg=float(roll),
            shift_dm=(float(x), float(y), float(z)),
            blink=blink.get(frame, 0.0),
        )
