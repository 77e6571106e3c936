"""Writes into a bundle what was learnt from pictures of the people a reader will serve."""

import hashlib
from pathlib import Path

import numpy as np
import tomlkit

from device.face.bundle import DESCRIPTION_FILE, EmbedderBundle, read_detector, read_embedder
from device.face.calibration_file import calibration_bytes
from device.face.decision import Space
from device.face.detector import Detector
from device.face.embedder import Embedder
from device.face.evaluate.groups import AGE_BANDS, read_people
from device.face.evaluate.pictures import read_gallery
from device.face.interpreter import Settings
from device.face.runtimes import auto
from device.factory.bundle.learning import FoundThreshold, find_thresholds, learn

FILE = "calibration.npy"


def calibrate(
    folder: Path, detector_folder: Path, pictures: Path, *, name: str, population: str
) -> str:
    """Learns from one picture each of many people and writes it into the bundle.

    Args:
        folder: of the bundle; its guards stay.
        detector_folder: of the detector's bundle.
        pictures: folder; `people.csv` in it tells path, age and sex.
        name: of the calibration.
        population: whose pictures they are.

    Returns:
        The thresholds found and whom they let through.

    Raises:
        BundleError: if a bundle cannot be used.
        EvaluationError: if the pictures cannot be used.
        CalibrationError: if there are too few people.
    """
    bundle = read_embedder(folder)
    people = read_people(pictures)
    runtime = auto.create(Settings())
    found_by = read_detector(detector_folder)
    gallery = read_gallery(
        pictures,
        [person.path for person in people],
        Detector(found_by, runtime.load(found_by.content)),
        Embedder(bundle, runtime.load(bundle.content)),
    )
    guards = [c for c in bundle.rule.conditions if c.space is Space.NETWORK]
    thresholds = find_thresholds(people, gallery.embeddings, guards)
    content = calibration_bytes(*learn(np.stack(list(gallery.embeddings.values()))))
    (folder / FILE).write_bytes(content)
    _describe(folder, bundle, thresholds, name, population, hashlib.sha256(content).hexdigest())
    return "\n".join(_lines(thresholds))


def _describe(
    folder: Path,
    bundle: EmbedderBundle,
    thresholds: list[FoundThreshold],
    name: str,
    population: str,
    digest: str,
) -> None:
    path = folder / DESCRIPTION_FILE
    description = tomlkit.parse(path.read_text("utf-8"))
    guards = [c for c in bundle.rule.conditions if c.space is Space.NETWORK]
    description["calibration"] = {
        "name": name,
        "population": population,
        "file": FILE,
        "sha256": digest,
    }
    description["decision"] = {
        "space": "calibrated",
        "metric": "cosine",
        "threshold": _id(thresholds[-1]),
        "guards": [
            {"space": c.space.value, "metric": c.metric.value, "threshold": c.threshold}
            for c in guards
        ],
    }
    description["thresholds"] = [
        {
            "id": _id(threshold),
            "value": threshold.value,
            "fmr": threshold.fmr,
            "population": f"18 to 59 years of age, among {population}",
        }
        for threshold in thresholds
    ]
    path.write_text(tomlkit.dumps(description), "utf-8")


def _id(threshold: FoundThreshold) -> str:
    return f"adults-{threshold.fmr:.0e}".replace("e-0", "e-")


def _lines(thresholds: list[FoundThreshold]) -> list[str]:
    lines = []
    for threshold in thresholds:
        lines.append(f"{_id(threshold)}: cosine of at least {threshold.value:.3f}; false matches")
        for band in AGE_BANDS:
            rate = threshold.bands.get(band)
            if rate is not None:
                first, last = band
                ages = f"{first}+" if band == AGE_BANDS[-1] else f"{first}-{last}"
                lines.append(f"  {ages:>6}: {rate.value:.1e} [{rate.low:.1e}, {rate.high:.1e}]")
    return lines
