"""Reads the description of a model and refuses one that cannot work.

A bundle is a folder with a `bundle.toml` and the model file it names, so that a better model takes
the place of the one delivered by changing one line of configuration.
"""

import hashlib
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from msgspec import Meta

from device.errors import ConfigurationError
from device.face.bundle_file import content_of
from device.face.calibration_file import read_calibration
from device.face.decision import Calibration, Condition, DecisionRule, Limit, Metric, Space
from device.face.errors import BundleError
from device.face.port import Values
from device.tables import Shape, Table, read_table

DESCRIPTION_FILE = "bundle.toml"
POINT_COUNT = 5
"""Eye, eye, nose tip, mouth corner, mouth corner; each pair from left to right in the picture."""
HOW_TO_BUILD = 'run "python -m device.factory face-model" if it is the reference embedder'

Text = Annotated[str, Meta(min_length=1, pattern=r"\S")]
"""Not blank."""
FILE_NAME = r"^[A-Za-z0-9_-][A-Za-z0-9._-]*\Z"
"""Of a file in the bundle itself: no path of any system, nothing hidden."""
FileName = Annotated[str, Meta(pattern=FILE_NAME)]
Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Coordinate = Annotated[float, Meta(ge=0)]
Level = Annotated[float, Meta(ge=0, le=255)]


class Threshold(Table, frozen=True):
    """A threshold and what it was measured to let through."""

    id: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9.-]{0,31}\Z")]
    """Its name, which goes into every signed result that it decides."""
    value: Limit
    """Largest distance, or smallest cosine, of a match."""
    fmr: Annotated[float, Meta(gt=0, le=0.1)]
    """False match rate (ISO/IEC 19795-1) of two people of the population, as measured."""
    population: Text
    """Whose faces that is."""


class PixelScale(Table, frozen=True):
    """A pixel value v (0..255) reaches the network as (v - mean) / scale."""

    mean: tuple[Level, Level, Level] = (0.0, 0.0, 0.0)
    """Of red, green and blue."""
    scale: Annotated[float, Meta(gt=0, le=255)] = 1.0
    """Of all three."""


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
    pixels: PixelScale
    """How the network wants its pixels."""
    is_mirrored: bool
    """Whether a face and its mirror image are embedded and averaged."""
    rule: DecisionRule
    """When two faces count as the same person."""
    thresholds: tuple[Threshold, ...]
    """What the bundle says of itself; the rule uses one of them."""
    content: bytes = field(repr=False)
    """The model file."""
    digest: bytes
    """sha256 over all that decides: the description, which names the calibration's sum, and the
    model."""


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
    digest: bytes
    """sha256 over all that decides: the description, which names the calibration's sum, and the
    model."""


@dataclass(frozen=True, slots=True)
class OcclusionBundle:
    """A network that tells whether mouth or eyes of an aligned face are covered."""

    name: str
    """Short name for self-test and documents."""
    input_px: int
    """Side of the square picture it takes."""
    template: Values = field(repr=False)
    """float32[5, 2]: where the five points lie in its picture, px."""
    min_mouth_score: float
    """From this sureness (0..1) on the mouth counts as covered."""
    min_eyes_score: float
    """The same of the eyes."""
    content: bytes = field(repr=False)
    """The model file."""
    digest: bytes
    """sha256 over all that decides: description and model."""


class _Model(Table, frozen=True, kw_only=True):
    file: FileName
    sha256: Digest | None = None
    """Without it, the sum must lie beside the file."""
    input_px: Annotated[int, Meta(ge=32, le=1024)]


class _EmbedderModel(_Model, frozen=True, kw_only=True):
    embedding_length: Annotated[int, Meta(ge=16, le=4096)]
    is_mirrored: bool = False
    pixels: PixelScale = PixelScale()


class _DetectorModel(_Model, frozen=True, kw_only=True):
    landmarks: Literal["eyes-nose-mouth"]
    stride_px: Annotated[int, Meta(ge=4, le=64)]
    min_score: Annotated[float, Meta(ge=0.05, le=0.95)]


class _OcclusionModel(_Model, frozen=True, kw_only=True):
    min_mouth_score: Annotated[float, Meta(ge=0.05, le=0.9999)]
    min_eyes_score: Annotated[float, Meta(ge=0.05, le=0.9999)]


class _Alignment(Table, frozen=True):
    landmarks: Literal["eyes-nose-mouth"]
    template: Annotated[
        tuple[tuple[Coordinate, Coordinate], ...],
        Meta(min_length=POINT_COUNT, max_length=POINT_COUNT),
    ]


class _Calibration(Table, frozen=True):
    name: Text
    population: Text
    file: FileName
    sha256: Digest


class _Decision(Table, frozen=True):
    threshold: Text
    space: Space
    metric: Metric
    guards: tuple[Condition, ...] = ()


class _Embedder(Table, frozen=True, kw_only=True):
    kind: Literal["embedder"]
    name: Text
    licence: Text
    model: _EmbedderModel
    alignment: _Alignment
    calibration: _Calibration | None = None
    decision: _Decision
    thresholds: Annotated[tuple[Threshold, ...], Meta(min_length=1)]

    def __post_init__(self) -> None:
        _check_lies_within(self.alignment, self.model)
        ids = [threshold.id for threshold in self.thresholds]
        if ids.count(self.decision.threshold) != 1:
            raise ValueError(f'"thresholds" must name "{self.decision.threshold}" once')


class _Detector(Table, frozen=True):
    kind: Literal["detector"]
    name: Text
    licence: Text
    model: _DetectorModel


class _Occlusion(Table, frozen=True):
    kind: Literal["occlusion"]
    name: Text
    licence: Text
    model: _OcclusionModel
    alignment: _Alignment

    def __post_init__(self) -> None:
        _check_lies_within(self.alignment, self.model)


def _check_lies_within(alignment: _Alignment, model: _Model) -> None:
    if max(map(max, alignment.template)) > model.input_px:
        raise ValueError('the points of "template" must lie within the picture')


def read_embedder(folder: Path) -> EmbedderBundle:
    """Reads an embedder's bundle.

    Args:
        folder: the bundle.

    Returns:
        The description with the model file's bytes.

    Raises:
        BundleError: if something is missing, damaged or contradictory.
    """
    description, table = _read(folder, _Embedder)
    content = _content(folder, table.model.file, table.model.sha256)
    return EmbedderBundle(
        name=table.name,
        input_px=table.model.input_px,
        embedding_length=table.model.embedding_length,
        template=np.array(table.alignment.template, np.float32),
        pixels=table.model.pixels,
        is_mirrored=table.model.is_mirrored,
        rule=_rule(folder, table),
        thresholds=table.thresholds,
        content=content,
        digest=digest_of(description, content),
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
    description, table = _read(folder, _Detector)
    content = _content(folder, table.model.file, table.model.sha256)
    return DetectorBundle(
        name=table.name,
        input_px=table.model.input_px,
        stride_px=table.model.stride_px,
        min_score=table.model.min_score,
        content=content,
        digest=digest_of(description, content),
    )


def read_occlusion(folder: Path) -> OcclusionBundle:
    """Reads the bundle of a network that finds covered faces.

    Args:
        folder: the bundle.

    Returns:
        The description with the model file's bytes.

    Raises:
        BundleError: if something is missing, damaged or contradictory.
    """
    description, table = _read(folder, _Occlusion)
    content = _content(folder, table.model.file, table.model.sha256)
    return OcclusionBundle(
        name=table.name,
        input_px=table.model.input_px,
        template=np.array(table.alignment.template, np.float32),
        min_mouth_score=table.model.min_mouth_score,
        min_eyes_score=table.model.min_eyes_score,
        content=content,
        digest=digest_of(description, content),
    )


def sum_file(model: Path) -> Path:
    """Where the sha256 of a model file lies that is built and so not known to its description."""
    return model.with_suffix(".sha256")


def digest_of(description: bytes, content: bytes) -> bytes:
    """See `EmbedderBundle.digest`."""
    parts = (hashlib.sha256(part).digest() for part in (description, content))
    return hashlib.sha256(b"".join(parts)).digest()


def _read(folder: Path, shape: type[Shape]) -> tuple[bytes, Shape]:
    try:
        description = content_of(folder / DESCRIPTION_FILE)
        values = tomllib.loads(description.decode("utf-8"))
        return description, read_table(values, shape, folder, f'"{folder.name}"')
    # Python gives up on brackets within brackets, a thousand deep.
    except (OSError, ValueError, RecursionError) as error:
        raise BundleError(f'"{folder.name}" has no readable {DESCRIPTION_FILE}') from error
    except ConfigurationError as error:
        raise BundleError(str(error)) from error


def _rule(folder: Path, table: _Embedder) -> DecisionRule:
    wanted = table.decision
    (threshold,) = (each for each in table.thresholds if each.id == wanted.threshold)
    try:
        last = Condition(wanted.space, wanted.metric, threshold.value)
        return DecisionRule((*wanted.guards, last), _calibration(folder, table), threshold.id)
    except ValueError as error:
        raise BundleError(f'"{folder.name}": {error}') from error


def _calibration(folder: Path, table: _Embedder) -> Calibration | None:
    wanted = table.calibration
    if wanted is None:
        return None
    content = _content(folder, wanted.file, wanted.sha256)
    try:
        centre, projection = read_calibration(content, table.model.embedding_length)
    except BundleError as error:
        raise BundleError(f'"{folder.name}": {error}') from error
    return Calibration(wanted.name, wanted.population, centre, projection)


def _content(folder: Path, name: str, digest: str | None) -> bytes:
    """A file, only if it is whole and the right one: on other models an engine crashes."""
    path = folder / name
    help_ = "" if digest else f"; {HOW_TO_BUILD}"
    try:
        content = content_of(path)
        wanted = digest or content_of(sum_file(path)).decode("ascii", "replace")
    except OSError as error:
        raise BundleError(f'"{folder.name}" lacks "{name}" or its sum{help_}') from error
    if hashlib.sha256(content).hexdigest() != wanted:
        raise BundleError(f'"{folder.name}" has not the "{name}" described{help_}')
    return content
