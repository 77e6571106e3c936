"""Measures an exported detector on people it has not seen, through the product's own code.

The figures compare with YuNet's labels, which are themselves off by a pixel or two.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from device.face.bundle import DetectorBundle, read_detector
from device.face.detector import Detector, Face
from device.face.interpreter import Settings
from device.face.runtimes import auto
from training.detector.labels import Portraits
from training.detector.scenes import Stage

SCENE_COUNT = 2000
FOUND_WITHIN = 0.35
"""A face counts as found if its points are off by less than this many eye distances on average."""


@dataclass(slots=True)
class Tally:
    """Counts over a set of pictures."""

    faces: int = 0
    found: int = 0
    false_alarms: int = 0
    errors: list[float] = field(default_factory=list)

    def add(self, found: list[Face], wanted: np.ndarray) -> None:
        """Counts one picture; `wanted` is float32[F, 5, 2]."""
        left = list(found)
        self.faces += len(wanted)
        for points in wanted:
            eyes = max(float(np.hypot(*(points[1] - points[0]))), float(points[:, 1].std() * 1.6))
            distances = [np.hypot(*(f.points - points).T).mean() / eyes for f in left]
            if distances and min(distances) < FOUND_WITHIN:
                best = int(np.argmin(distances))
                self.errors.append(float(distances[best]))
                self.found += 1
                left.pop(best)
        self.false_alarms += len(left)

    def line(self, pictures: int) -> str:
        """One line of the model card."""
        median, p95 = np.percentile(self.errors, [50, 95]) if self.errors else (0.0, 0.0)
        return (
            f"found {self.found}/{self.faces}, false alarms {self.false_alarms} in {pictures} "
            f"pictures, point error median {median:.3f}, p95 {p95:.3f} eye distances"
        )


def evaluate(work: Path, folder: Path) -> None:
    """Prints figures for held-out portraits as they are, and for held-out random scenes."""
    bundle: DetectorBundle = read_detector(folder)
    detector = Detector(bundle, auto.create(Settings()).load(bundle.content))
    paths = sorted(work.glob("labels_*.npz"), reverse=True)
    sets = [Portraits.load(path) for path in paths]
    for path, portraits in zip(paths, sets, strict=True):
        tally = Tally()
        chosen = np.flatnonzero(portraits.is_held_out)
        for index in chosen:
            framed = np.pad(portraits.images[index], ((40, 40), (40, 40), (0, 0)), mode="edge")
            tally.add(detector.faces(framed), portraits.points[index][None] + 40)
        print(f"{path.stem} as they are: {tally.line(len(chosen))}")
    stage = Stage(sets, [0.65, 0.35][: len(sets)], is_held_out=True)
    rng = np.random.default_rng(0)
    tally = Tally()
    for _ in range(SCENE_COUNT):
        scene = stage.scene(rng)
        tally.add(detector.faces(scene.image), scene.points)
    print(f"random scenes: {tally.line(SCENE_COUNT)}")
