"""Whether people who do not exist are asked to take off a mask, with one and without.

`python -m benchmarks.masks --assets ZIP --folder DIR [--seeds 8201-8240]` renders people made up
from seeds (about 20 s of one core each; `DIR` keeps them for the next run): six poses each,
straight enough to be compared, three of them with glasses put on or taken off; each pose with a
face mask and without. Light and distance come from the seed. The delivered networks judge the
pictures as a live one is judged.

No picture of this renderer taught the network anything. Its mask has one cut and one colour, so the
counts say whether the network knows a mask that this project did not paint for it, not how many
masks it knows. People with seeds 8101 to 8112 were looked at while it was made; count on others.

MakeHuman's data (CC0) is named by `--assets` or MAKEHUMAN_DATA; nothing of it is part of this
project.
"""

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as PillowImage

from device.face.bundle import read_detector, read_occlusion
from device.face.detector import Detector
from device.face.interpreter import Settings
from device.face.loading import MODELS_FOLDER
from device.face.occlusion import Occlusion
from device.face.quality import QualityHint, QualityLimits, judge
from device.face.runtimes import auto
from tests.hw_sim.attacks.poses import JPEG_QUALITY, circumstances_of, photograph_head
from tests.hw_sim.rendering.assets import AssetLibrary
from tests.hw_sim.rendering.cast import patient_called
from tests.hw_sim.rendering.figure import Pose
from tests.hw_sim.rendering.grid import LIGHTS
from tests.hw_sim.rendering.made_up import SEED_PREFIX
from tests.hw_sim.rendering.sitter import prepare

MASKED, BARE = "mask", "bare"
_POSES = 3
"""With the glasses somebody usually wears or none, and as many more with that changed."""
_GREATEST_YAW_DEG, _GREATEST_PITCH_DEG, _GREATEST_ROLL_DEG = 10, 8, 6
_SMILE = 0.7


def render(assets: AssetLibrary, seed: int, folder: Path) -> None:
    """Writes all pictures of a person into `folder`, which appears when it is complete."""
    if folder.is_dir():
        return
    part = folder.with_name(f".{folder.name}")
    part.mkdir(parents=True, exist_ok=True)
    around = circumstances_of(seed)
    rng = np.random.default_rng([seed, 40])
    sitter = prepare(assets, patient_called(f"{SEED_PREFIX}{seed}").now, LIGHTS[around.light])
    for number, pose in enumerate(_poses(around.towards_dm, rng)):
        for kind in (BARE, MASKED):
            masked = replace(pose, has_mask=kind == MASKED)
            picture = PillowImage.fromarray(photograph_head(sitter, masked, rng))
            picture.save(part / f"{kind}_{number}.jpg", "JPEG", quality=JPEG_QUALITY)
    part.rename(folder)


def _poses(towards_dm: float, rng: np.random.Generator) -> Iterator[Pose]:
    for swaps_glasses in (False, True):
        for _ in range(_POSES):
            yield Pose(
                shift_dm=(0.0, 0.0, towards_dm),
                yaw_deg=float(rng.uniform(-_GREATEST_YAW_DEG, _GREATEST_YAW_DEG)),
                pitch_deg=float(rng.uniform(-_GREATEST_PITCH_DEG, _GREATEST_PITCH_DEG)),
                roll_deg=float(rng.uniform(-_GREATEST_ROLL_DEG, _GREATEST_ROLL_DEG)),
                smile=float(rng.choice([0.0, _SMILE])),
                swaps_glasses=swaps_glasses,
            )


class Judge:
    """The delivered networks."""

    def __init__(self) -> None:
        runtime = auto.create(Settings())
        detector = read_detector(MODELS_FOLDER / "detector")
        occlusion = read_occlusion(MODELS_FOLDER / "occlusion")
        self._detector = Detector(detector, runtime.load(detector.content))
        self._occlusion = Occlusion(occlusion, runtime.load(occlusion.content))

    def hint(self, path: Path) -> QualityHint:
        """What the patient would be told."""
        with PillowImage.open(path) as picture:
            image = np.array(picture.convert("RGB"), np.uint8)
        faces = self._detector.faces(image)
        return judge(image, faces, QualityLimits(), partial(self._occlusion.covers, image))


def report(folders: Iterable[Path]) -> None:
    """Prints which hints the pictures of each kind lead to."""
    judge_, everybody = Judge(), list(folders)
    for kind in (MASKED, BARE):
        told = Counter(
            judge_.hint(path) for folder in everybody for path in folder.glob(f"{kind}_*.jpg")
        )
        asked = told[QualityHint.TAKE_OFF_MASK]
        hints = ", ".join(f"{count} {hint.value}" for hint, count in told.most_common())
        print(f"{kind}: {asked} of {told.total()} asked to take off a mask ({hints})")


def _seeds(text: str) -> range:
    first, last = text.split("-")
    return range(int(first), int(last) + 1)


def main() -> None:
    """Prints the method and the counts."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.masks")
    parser.add_argument("--assets", type=Path, help="MakeHuman data, folder or zip")
    parser.add_argument("--folder", type=Path, required=True, help="where rendered people are kept")
    parser.add_argument("--seeds", type=_seeds, default=_seeds("8201-8240"), help="FIRST-LAST")
    options = parser.parse_args()
    print(__doc__)
    cv2.setNumThreads(1)
    assets = AssetLibrary(options.assets) if options.assets else AssetLibrary.from_environment()
    folders = [options.folder / f"{SEED_PREFIX}{seed}" for seed in options.seeds]
    for seed, folder in zip(options.seeds, folders, strict=True):
        render(assets, seed, folder)
    report(folders)


if __name__ == "__main__":
    main()
