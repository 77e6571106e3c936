"""Renders the small turns that a living patient makes when asked; part of `people/`.

`python -m tests.hw_sim.attacks.turns --person taro --output DIR`, or `--person seed-7` for somebody
who is not of the cast; with their `portrait` and `live` pictures from `tests.hw_sim.rendering` in
the same folder, `python -m tests.hw_sim.attacks --people DIR` plays them.
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from tests.hw_sim.rendering import scenes
from tests.hw_sim.rendering.ageing import Patient
from tests.hw_sim.rendering.assets import ENVIRONMENT_VARIABLE, AssetLibrary
from tests.hw_sim.rendering.cast import SCENARIO_CAST, patient_called
from tests.hw_sim.rendering.figure import Pose
from tests.hw_sim.rendering.photograph import photograph
from tests.hw_sim.rendering.sitter import prepare

YAW_DEG = (3.0, 8.0, 12.0, 15.0, 18.0, 18.5, 16.0, 11.0, 5.0)
SIDES = {"turn_left": 1.0, "turn_right": -1.0}
"""Folder, and sign of the renderer's yaw; the patient's own left and right."""
JPEG_QUALITY = 85


def write_turns(assets: AssetLibrary, patient: Patient, folder: Path) -> None:
    """Renders a turn to each side and back into `turn_left/` and `turn_right/`."""
    rng = np.random.default_rng(patient.now.seed + 1)
    sitter = prepare(assets, patient.now, scenes.RECEPTION)
    room = scenes.reception_room(scenes.RECEPTION_CAMERA)
    for side, sign in SIDES.items():
        (folder / side).mkdir(parents=True, exist_ok=True)
        for number, yaw_deg in enumerate(YAW_DEG):
            pose = Pose(yaw_deg=sign * yaw_deg, pitch_deg=float(rng.uniform(-1, 1)))
            frame = photograph(sitter, pose, scenes.RECEPTION_CAMERA, room, rng)
            path = folder / side / f"{number:03d}.jpg"
            Image.fromarray(frame).save(path, "JPEG", quality=JPEG_QUALITY, optimize=True)


def main() -> None:
    """Renders the wanted people's turns, one folder each."""
    parser = argparse.ArgumentParser(prog="python -m tests.hw_sim.attacks.turns")
    parser.add_argument(
        "--assets",
        type=Path,
        help=f"MakeHuman data, folder or zip (default: {ENVIRONMENT_VARIABLE})",
    )
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--person", nargs="*", default=sorted(SCENARIO_CAST))
    arguments = parser.parse_args()
    assets = AssetLibrary(arguments.assets) if arguments.assets else AssetLibrary.from_environment()
    for name in arguments.person:
        print(f"rendering {name}", flush=True)
        write_turns(assets, patient_called(name), arguments.output / name)


if __name__ == "__main__":
    main()
