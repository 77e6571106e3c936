"""Reads the description of a model and refuses one that cannot work.

A bundle is a folder with a `bundle.toml` and the model file it names, so that a better model takes
the place of the one delivered by changing one line of configuration.
"""

import hashlib
import tomllib
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import numpy as np

from device.face.bundle_table import BundleTable
from device.face.errors import BundleError
from device.face.port import Values

DESCRIPTION_FILE = "bundle.toml"
LANDMARKS = "eyes-nose-mouth"
"""Eye, eye, nose tip, mouth corner, mouth corner; each pair from left to right in the picture."""
POINT_COUNT = 5


class Metric(Enum):
    """How two embeddings are compared."""

    EUCLIDEAN = "euclidean"
    """Distance; smaller is more alike."""
    COSINE = "cosine"
    """Cosine of the angle; larger is more alike."""


@dataclass(frozen=True, slots=True)
class DecisionRule:
    """When two faces count as the same person."""

    metric: Metric
    """How embeddings are compared."""
    threshold: float
    """Largest distance, or smallest cosine, of a match."""


@dataclass(frozen=True, slots=True)
class EmbedderBundle:
    """A network that turns an aligned face into an embedding."""

    name: str
    """Short name for self-test and documents."""
    input_px: int
    """Side of the square picture it takes."""
    embedding_length: int
    """Number of values it gives."""
    template: Values = field(repr=False)
    """float32[5, 2]: where the five points lie in its picture, px."""
    rule: DecisionRule
    """When two faces count as the same person."""
    is_calibrated: bool
    """Whether the threshold was chosen for the people who will use it."""
    content: bytes = field(repr=False)
    """The model file."""


@dataclass(frozen=True, slots=True)
class DetectorBundle:
    """A network that finds faces and their five points."""

    name: str
    """Short name for self-test and documents."""
    input_px: int
    """Side of the square picture it takes."""
    stride_px: int
    """Distance of its grid's cells."""
    min_score: float
    """Answers below this share (0..1) are no faces."""
    content: bytes = field(repr=False)
    """The model file."""


def read_embedder(folder: Path) -> EmbedderBundle:
    """Reads an embedder's bundle.

    Args:
        folder: the bundle.

    Returns:
        The description with the model file's bytes.

    Raises:
        BundleError: if something is missing, damaged or contradictory.
    """
    table = _read(folder, "embedder")
    model, alignment, decision = (table.table(k) for k in ("model", "alignment", "decision"))
    input_px = model.integer("input_px", 32, 1024)
    alignment.choice("landmarks", (LANDMARKS,))
    metric = Metric(decision.choice("metric", tuple(m.value for m in Metric)))
    limit = 10.0 if metric is Metric.EUCLIDEAN else 1.0
    return EmbedderBundle(
        name=table.text("name"),
        input_px=input_px,
        embedding_length=model.integer("embedding_length", 16, 4096),
        template=np.array(alignment.points("template", POINT_COUNT, input_px), np.float32),
        rule=DecisionRule(metric, decision.number("threshold", 0.01, limit)),
        is_calibrated=table.choice("calibration", ("calibrated", "uncalibrated")) == "calibrated",
        content=_model_file(folder, model),
    )


def read_detector(folder: Path) -> DetectorBundle:
    """Reads a detector's bundle.

    Args:
        folder: the bundle.

    Returns:
        The description with the model file's bytes.

    Raises:
        BundleError: if something is missing, damaged or contradictory.
    """
    table = _read(folder, "detector")
    model = table.table("model")
    model.choice("landmarks", (LANDMARKS,))
    return DetectorBundle(
        name=table.text("name"),
        input_px=model.integer("input_px", 32, 1024),
        stride_px=model.integer("stride_px", 4, 64),
        min_score=model.number("min_score", 0.05, 0.95),
        content=_model_file(folder, model),
    )


def _read(folder: Path, kind: str) -> BundleTable:
    path = folder / DESCRIPTION_FILE
    try:
        with path.open("rb") as file:
            table = BundleTable(folder.name, tomllib.load(file))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise BundleError(f'"{folder.name}" has no readable {DESCRIPTION_FILE}') from error
    table.choice("kind", (kind,))
    table.text("licence")
    return table


def _model_file(folder: Path, model: BundleTable) -> bytes:
    name = model.text("file")
    if Path(name).name != name:
        raise BundleError(f'"{folder.name}": "file" must lie in the bundle itself')
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise BundleError(
            f'"{folder.name}" lacks its model file; "python -m device.factory face-model" builds '
            "the one of the reference embedder"
        ) from error
    wanted = model.optional_text("sha256")
    if wanted is not None and hashlib.sha256(content).hexdigest() != wanted:
        raise BundleError(f'"{folder.name}": the model file is not the one described')
    return content
