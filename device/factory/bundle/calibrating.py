"""Writes into a bundle what was learnt from pictures of the people a reader will serve."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import tomlkit

from device.face.bundle import DESCRIPTION_FILE, EmbedderBundle, read_detector, read_embedder
from device.face.calibration_file import calibration_bytes
from device.face.decision import Condition
from device.face.detector import Detector
from device.face.embedder import Embedder
from device.face.evaluate.groups import AGE_BANDS, read_people, without_copies
from device.face.evaluate.pictures import read_gallery
from device.face.interpreter import Settings
from device.face.runtimes import auto
from device.factory.bundle.checking import SIGNATURE_FILE
from device.factory.bundle.learning import (
    ADULTS,
    FoundThreshold,
    find_thresholds,
    learn,
    one_each,
)
from device.factory.errors import CalibrationError


def calibrate(
    folder: Path, detector_folder: Path, pictures: Path, *, name: str, population: str
) -> str:
    """Learns from pictures of many people and writes it into the bundle.

    The guards of the bundle's rule stay; its last condition is replaced by the calibrated cosine.

    Args:
        folder: of the bundle.
        detector_folder: of the detector's bundle.
        pictures: folder; `people.csv` in it tells path, age and sex, and the person where
            somebody has several.
        name: of the calibration.
        population: whose pictures they are.

    Returns:
        The thresholds found and whom they let through.

    Raises:
        BundleError: if a bundle cannot be used.
        EvaluationError: if the pictures cannot be used.
        CalibrationError: if there are too few people, or the bundle cannot be written.
    """
    if not (name and population):
        raise CalibrationError("a calibration needs a name and a population")
    bundle = read_embedder(folder)
    guards = bundle.rule.conditions[:-1]
    listed = read_people(pictures)
    runtime = auto.create(Settings())
    found_by = read_detector(detector_folder)
    gallery = read_gallery(
        pictures,
        [person.path for person in listed],
        Detector(found_by, runtime.load(found_by.content)),
        Embedder(bundle, runtime.load(bundle.content)),
    )
    people = without_copies(listed, gallery.thumbnails)
    thresholds = find_thresholds(people, gallery.embeddings, guards)
    content = calibration_bytes(*learn(one_each(people, gallery.embeddings)))
    try:
        _write(folder, bundle, content, _tables(name, population, content, guards, thresholds))
    except OSError as error:
        raise CalibrationError(f'"{folder.name}" cannot be written: {error.strerror}') from error
    left_out = len(listed) - len(people)
    return "\n".join([f"{left_out} copies of pictures left out", *_lines(thresholds)])


def _write(folder: Path, before: EmbedderBundle, content: bytes, tables: dict[str, object]) -> None:
    """Whatever is cut short leaves a whole bundle: the description that names the file comes last.

    The file is named by its content, so that it never takes the place of one still in use.
    """
    description = tomlkit.parse((folder / DESCRIPTION_FILE).read_text("utf-8"))
    description.update(tables)
    file_name = _file_name(content)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".calibrating-") as place:
        fresh = Path(shutil.copytree(folder, Path(place) / folder.name))
        _write_file(fresh / file_name, content)
        _write_file(fresh / DESCRIPTION_FILE, tomlkit.dumps(description).encode())
        read_embedder(fresh)
        (fresh / file_name).replace(folder / file_name)
        (fresh / DESCRIPTION_FILE).replace(folder / DESCRIPTION_FILE)
    # The old signature is over the old description.
    (folder / SIGNATURE_FILE).unlink(missing_ok=True)
    for old in folder.glob("calibration-*.f32"):
        if old.name != file_name:
            old.unlink()


def _write_file(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _file_name(content: bytes) -> str:
    return f"calibration-{hashlib.sha256(content).hexdigest()[:8]}.f32"


def _tables(
    name: str,
    population: str,
    content: bytes,
    guards: Sequence[Condition],
    thresholds: Sequence[FoundThreshold],
) -> dict[str, object]:
    return {
        "decision": {
            "space": "calibrated",
            "metric": "cosine",
            "threshold": _id(thresholds[-1]),
            "guards": [
                {"space": c.space.value, "metric": c.metric.value, "threshold": c.threshold}
                for c in guards
            ],
        },
        "thresholds": [
            {
                "id": _id(threshold),
                "value": threshold.value,
                "fmr": float(f"{threshold.bands[ADULTS].value:.2e}"),
                "population": _population(threshold, population),
            }
            for threshold in thresholds
        ],
        "calibration": {
            "name": name,
            "population": population,
            "file": _file_name(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        },
    }


def _population(threshold: FoundThreshold, population: str) -> str:
    first, last = ADULTS
    told = f"{threshold.people:,} of {first} to {last} years among {population}"
    within = threshold.within_sex
    of_one_sex = "" if within is None else f"; {within.value:.1e} of pairs of one sex"
    return f"{told}; not those it was learnt from{of_one_sex}"


def _id(threshold: FoundThreshold) -> str:
    return f"adults-{threshold.fmr:.0e}".replace("e-0", "e-")


def _lines(thresholds: Sequence[FoundThreshold]) -> list[str]:
    lines = []
    for threshold in thresholds:
        lines.append(f"{_id(threshold)}: cosine of at least {threshold.value:.3f}; false matches")
        for band in AGE_BANDS:
            first, last = band
            ages = f"{first}+" if band == AGE_BANDS[-1] else f"{first}-{last}"
            rates = {ages: threshold.bands.get(band)}
            if band == ADULTS:
                rates[f"{ages}, pairs of one sex"] = threshold.within_sex
            lines += [
                f"  {whose:>6}: {rate.value:.1e} [{rate.low:.1e}, {rate.high:.1e}]"
                for whose, rate in rates.items()
                if rate is not None
            ]
    return lines
