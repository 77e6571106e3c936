"""Reads the description of a model and refuses one that cannot work.

A bundle is a folder with a `bundle.toml` and the model file it names, so that a better model takes
the place of the one delivered by changing one line of configuration.
"""

import hashlib
import tomllib
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from msgspec import Meta

from device.errors import ConfigurationError
from device.face.errors import BundleError
from device.face.port import Values
from device.tables import Shape, Table, read_table

DESCRIPTION_FILE = "bundle.toml"
POINT_COUNT = 5
"""Eye, eye, nose tip, mouth corner, mouth corner; each pair from left to right in the picture."""
HOW_TO_BUILD = 'run "python -m device.factory face-model" if it is the reference embedder'

Text = Annotated[str, Meta(min_length=1)]
Coordinate = Annotated[float, Meta(ge=0)]


class Metric(Enum):
    """How two embeddings are compared."""

    EUCLIDEAN = "euclidean"
    """Distance; smaller is more alike."""
    COSINE = "cosine"
    """Cosine of the angle; larger is more alike."""


class DecisionRule(Table, frozen=True):
    """When two faces count as the same person."""

    metric: Metric
    """How embeddings are compared."""
    threshold: Annotated[float, Meta(ge=0.01, le=10)]
    """Largest distance, or smallest cosine, of a match."""

    def __post_init__(self) -> None:
        """Refuses what no cosine can reach."""
        if self.metric is Metric.COSINE and self.threshold > 1:
            raise ValueError('the "threshold" of a cosine must be at most 1')


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


class _Model(Table, frozen=True, kw_only=True):
    file: Text
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")] | None = None
    """Without it, the sum must lie beside the file."""
    input_px: Annotated[int, Meta(ge=32, le=1024)]

    def __post_init__(self) -> None:
        if Path(self.file).name != self.file:
            raise ValueError('"file" must lie in the bundle itself')


class _EmbedderModel(_Model, frozen=True, kw_only=True):
    embedding_length: Annotated[int, Meta(ge=16, le=4096)]


class _DetectorModel(_Model, frozen=True, kw_only=True):
    landmarks: Literal["eyes-nose-mouth"]
    stride_px: Annotated[int, Meta(ge=4, le=64)]
    min_score: Annotated[float, Meta(ge=0.05, le=0.95)]


class _Alignment(Table, frozen=True):
    landmarks: Literal["eyes-nose-mouth"]
    template: Annotated[
        tuple[tuple[Coordinate, Coordinate], ...],
        Meta(min_length=POINT_COUNT, max_length=POINT_COUNT),
    ]


class _Embedder(Table, frozen=True):
    kind: Literal["embedder"]
    name: Text
    licence: Text
    calibration: Literal["calibrated", "uncalibrated"]
    model: _EmbedderModel
    alignment: _Alignment
    decision: DecisionRule

    def __post_init__(self) -> None:
        if max(map(max, self.alignment.template)) > self.model.input_px:
            raise ValueError('the points of "template" must lie within the picture')


class _Detector(Table, frozen=True):
    kind: Literal["detector"]
    name: Text
    licence: Text
    model: _DetectorModel


def read_embedder(folder: Path) -> EmbedderBundle:
    """Reads an embedder's bundle.

    Args:
        folder: the bundle.

    Returns:
        The description with the model file's bytes.

    Raises:
        BundleError: if something is missing, damaged or contradictory.
    """
    table = _read(folder, _Embedder)
    return EmbedderBundle(
        name=table.name,
        input_px=table.model.input_px,
        embedding_length=table.model.embedding_length,
        template=np.array(table.alignment.template, np.float32),
        rule=table.decision,
        is_calibrated=table.calibration == "calibrated",
        content=_content(folder, table.model),
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
    table = _read(folder, _Detector)
    return DetectorBundle(
        name=table.name,
        input_px=table.model.input_px,
        stride_px=table.model.stride_px,
        min_score=table.model.min_score,
        content=_content(folder, table.model),
    )


def sum_file(model: Path) -> Path:
    """Where the sha256 of a model file lies that is built and so not known to its description."""
    return model.with_suffix(".sha256")


def _read(folder: Path, shape: type[Shape]) -> Shape:
    try:
        values = tomllib.loads((folder / DESCRIPTION_FILE).read_text("utf-8"))
        return read_table(values, shape, folder, f'"{folder.name}"')
    except (OSError, ValueError) as error:
        raise BundleError(f'"{folder.name}" has no readable {DESCRIPTION_FILE}') from error
    except ConfigurationError as error:
        raise BundleError(str(error)) from error


def _content(folder: Path, model: _Model) -> bytes:
    """The model file, only if it is whole and the right one: on others an engine crashes."""
    path = folder / model.file
    try:
        content = path.read_bytes()
        wanted = model.sha256 or sum_file(path).read_text("ascii", "replace")
    except OSError as error:
        raise BundleError(f'"{folder.name}" lacks its model file or sum; {HOW_TO_BUILD}') from error
    if hashlib.sha256(content).hexdigest() != wanted:
        raise BundleError(f'"{folder.name}" has not the model file described; {HOW_TO_BUILD}')
    return content
