"""Renders somebody in the poses of which a sitting is put together: turned step by step, blinking.

A person is a name of the cast or `seed-NUMBER`; light, distance, nod and face mask come from the
seed too. The pictures are coarser than the committed ones (no supersampling), so that many people
can be rendered; a person takes about 15 s of one core.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.hw_sim.rendering import scenes
from tests.hw_sim.rendering.ageing import Patient
from tests.hw_sim.rendering.album import write_portrait
from tests.hw_sim.rendering.assets import AssetLibrary
from tests.hw_sim.rendering.camera import Camera
from tests.hw_sim.rendering.cast import patient_called
from tests.hw_sim.rendering.figure import Pose
from tests.hw_sim.rendering.grid import LIGHTS
from tests.hw_sim.rendering.photograph import photograph
from tests.hw_sim.rendering.sitter import Sitter, prepare_each

YAWS_DEG = (-20, -17, -14, -11, -8, -4, 0, 4, 8, 11, 14, 17, 20)
"""Positive turns the nose to the person's left."""
BLINKS = (0.5, 1.0)
HEAD_CAMERA = Camera(width_px=320, height_px=416, supersampling=1)
"""The middle of what the reception camera sees: a head and its surroundings."""
LARGEST_NOD_DEG = 5.0
"""How far a head nods at the end of its turn."""
NEAREST_DM, FARTHEST_DM = 1.5, -1.5
SHARE_WITH_MASK = 0.12
JPEG_QUALITY = 92
PORTRAIT = "portrait.jp2"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What differs from person to person besides themselves."""

    light: str
    """A name of `rendering.grid.LIGHTS`."""
    towards_dm: float
    """How much nearer to the camera than usual."""
    nod_deg: float
    """At the end of a turn; positive looks down."""
    has_mask: bool


def circumstances_of(seed: int) -> Circumstances:
    """The same whenever the seed is."""
    rng = np.random.default_rng([seed, 14])
    return Circumstances(
        light=str(rng.choice(list(LIGHTS))),
        towards_dm=float(rng.uniform(FARTHEST_DM, NEAREST_DM)),
        nod_deg=float(rng.uniform(-LARGEST_NOD_DEG, LARGEST_NOD_DEG)),
        has_mask=bool(rng.random() < SHARE_WITH_MASK),
    )


def yaw_file(yaw_deg: int) -> str:
    """Name of the picture of somebody turned so far."""
    return f"yaw{yaw_deg:+03d}.jpg"


def blink_file(closure: float) -> str:
    """Name of the picture of somebody whose eyes are shut so far, 0..1."""
    return f"blink{round(100 * closure):03d}.jpg"


def render_poses(assets: AssetLibrary, person: str, folder: Path) -> None:
    """Writes all pictures of a person into `folder`, which appears when it is complete."""
    if folder.is_dir():
        return
    part = folder.with_name(f".{folder.name}")
    part.mkdir(parents=True, exist_ok=True)
    patient: Patient = patient_called(person)
    around = circumstances_of(patient.now.seed)
    lights = (LIGHTS[around.light], scenes.STUDIO)
    sitter, in_studio = prepare_each(assets, patient.now, lights)
    rng = np.random.default_rng([patient.now.seed, 15])
    write_portrait(scenes.portrait(in_studio, rng), part / PORTRAIT)
    for name, pose in _poses(around):
        picture = photograph_head(sitter, pose, rng)
        Image.fromarray(picture).save(part / name, "JPEG", quality=JPEG_QUALITY)
    part.rename(folder)


def _poses(around: Circumstances) -> list[tuple[str, Pose]]:
    usual = Pose(shift_dm=(0.0, 0.0, around.towards_dm), has_mask=around.has_mask)
    poses = [(blink_file(closure), replace(usual, blink=closure)) for closure in BLINKS]
    for yaw_deg in YAWS_DEG:
        nod_deg = around.nod_deg * abs(yaw_deg) / max(YAWS_DEG)
        pose = replace(usual, yaw_deg=float(yaw_deg), pitch_deg=nod_deg)
        poses.append((yaw_file(yaw_deg), pose))
    return poses


def photograph_head(sitter: Sitter, pose: Pose, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The head, in the middle of a picture of the room."""
    whole = scenes.RECEPTION_CAMERA
    room = scenes.reception_room(whole)
    top = (whole.height_px - HEAD_CAMERA.height_px) // 2
    left = (whole.width_px - HEAD_CAMERA.width_px) // 2
    part = room[top : top + HEAD_CAMERA.height_px, left : left + HEAD_CAMERA.width_px]
    return photograph(sitter, pose, HEAD_CAMERA, part, rng)
