"""What an attacker has recorded of somebody: small movements with a blink, a turn to each side.

The folders are those of the cast (`live/`, `turn_left/`, `turn_right/`, `portrait.jp2`), in the
distance at which the species expect a face, so that every species can play them.
"""

import shutil
from pathlib import Path

import numpy as np
from PIL import Image

from tests.hw_sim.attacks.actor import Actor, Moment
from tests.hw_sim.attacks.poses import PORTRAIT, Circumstances
from tests.hw_sim.attacks.presentation import FRAMES_PER_S
from tests.hw_sim.rendering.scenes import RECEPTION_CAMERA

LIVE_S, TURN_S = 4.0, 1.2
BLINK = {20: 0.5, 21: 1.0, 22: 1.0, 23: 0.5}
"""Which pictures of the clip show the eyes how far shut."""
TURN_DEG = 17.0
SIDES = {"turn_left": 1.0, "turn_right": -1.0}
JPEG_QUALITY = 90


def record(actor: Actor, around: Circumstances, poses: Path, folder: Path) -> None:
    """Writes the clips of somebody into `folder`, which appears when it is complete."""
    if folder.is_dir():
        return
    part = folder.with_name(f".{folder.name}")
    rng = np.random.default_rng(17)
    zoom = 1 - around.towards_dm / RECEPTION_CAMERA.distance_dm
    for name, moments in (("live", _live()), *((side, _turn(SIDES[side])) for side in SIDES)):
        (part / name).mkdir(parents=True, exist_ok=True)
        for number, (yaw_deg, closure) in enumerate(moments):
            picture = actor.picture(Moment(yaw_deg, closure, zoom=zoom), rng)
            path = part / name / f"{number:03d}.jpg"
            Image.fromarray(picture).save(path, "JPEG", quality=JPEG_QUALITY)
    shutil.copy(poses / PORTRAIT, part / PORTRAIT)
    part.rename(folder)


def _live() -> list[tuple[float, float]]:
    count = round(LIVE_S * FRAMES_PER_S)
    sway = 2.5 * np.sin(2 * np.pi * np.arange(count) / count)
    return [(float(yaw), BLINK.get(number, 0.0)) for number, yaw in enumerate(sway)]


def _turn(sign: float) -> list[tuple[float, float]]:
    count = round(TURN_S * FRAMES_PER_S)
    way = np.sin(np.pi * (np.arange(count) + 1) / (count + 1))
    return [(float(sign * TURN_DEG * share), 0.0) for share in way]
