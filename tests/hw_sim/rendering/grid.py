"""The same person under known differences: pose × eyes × light, then expression, place and wear."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.rendering import scenes
from tests.hw_sim.rendering.camera import develop
from tests.hw_sim.rendering.figure import Pose
from tests.hw_sim.rendering.photograph import light_towards, photograph, view
from tests.hw_sim.rendering.sitter import Sitter

POSES = {"front": Pose(), "left": Pose(yaw_deg=15.0), "right": Pose(yaw_deg=-15.0)}
EYES = {"open": 0.0, "shut": 1.0}
LIGHTS = {"room": scenes.RECEPTION, "side": scenes.SIDE, "dim": scenes.DIM}
CHANGES = {
    "up": Pose(pitch_deg=-13.0),
    "down": Pose(pitch_deg=13.0),
    "smile": Pose(smile=1.0),
    "near": Pose(shift_dm=(0.0, 0.0, 1.8)),
    "far": Pose(shift_dm=(0.0, 0.0, -1.8)),
    "glasses": Pose(swaps_glasses=True),
    "mask": Pose(has_mask=True),
}
NAMES = tuple("_".join(parts) for parts in product(POSES, EYES, LIGHTS))

NamedPicture = tuple[str, NDArray[np.uint8]]


def grid(sitters: dict[str, Sitter], rng: np.random.Generator) -> Iterator[NamedPicture]:
    """Every pose with every state of the eyes in every light; `sitters` has one for each light."""
    camera = scenes.RECEPTION_CAMERA
    room = scenes.reception_room(camera)
    for (pose_name, pose), (eyes_name, blink) in product(POSES.items(), EYES.items()):
        seen = view(next(iter(sitters.values())), replace(pose, blink=blink), camera)
        for light_name, sitter in sitters.items():
            light = light_towards(sitter, seen, room)
            picture = develop(light, camera, sitter.lighting.exposure, rng)
            yield f"{pose_name}_{eyes_name}_{light_name}", picture


def changes(sitter: Sitter, rng: np.random.Generator) -> Iterator[NamedPicture]:
    """One difference after the other from looking straight ahead."""
    camera = scenes.RECEPTION_CAMERA
    room = scenes.reception_room(camera)
    for name, pose in CHANGES.items():
        yield name, photograph(sitter, pose, camera, room, rng)
