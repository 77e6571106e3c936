"""Loads a bundle's model and compares it with its description."""

import re
import tomllib
from pathlib import Path

import numpy as np
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from device.face.bundle import (
    DESCRIPTION_FILE,
    FILE_NAME,
    DetectorBundle,
    EmbedderBundle,
    OcclusionBundle,
    digest_of,
    read_detector,
    read_embedder,
    read_occlusion,
)
from device.face.bundle_file import content_of
from device.face.detector import Detector
from device.face.embedder import Embedder
from device.face.errors import ModelError
from device.face.interpreter import Settings
from device.face.occlusion import Occlusion
from device.face.port import Image
from device.face.runtimes import auto
from device.factory.bundle.trial import try_apart
from device.factory.errors import BundleRefusedError

SIGNATURE_FILE = "bundle.toml.sig"
"""Ed25519 over the description, which names the sum of every other file; 64 bytes."""
_ALIKE = 1e-4
_NOT_CALIBRATED = "not calibrated: run calibrate with pictures of the people it will serve"


def check(folder: Path, trusted_key: Path | None) -> str:
    """Checks one bundle.

    Args:
        folder: of the bundle.
        trusted_key: PEM file of the Ed25519 key that must have signed it; None: need not be signed.

    Returns:
        What it is, in a few lines.

    Raises:
        BundleError: if the description or a file is missing, wrong or contradictory.
        BundleRefusedError: if the model does not do what the description says.
    """
    signed = None if trusted_key is None else _signed_description(folder, trusted_key)
    kind = kind_of(folder)
    if kind == "detector":
        detector = read_detector(folder)
        _check_is_signed(detector, signed)
        try_apart(_try_detector, detector)
        return f"{detector.name}: detector, {detector.input_px} px, loads and answers"
    if kind == "occlusion":
        occlusion = read_occlusion(folder)
        _check_is_signed(occlusion, signed)
        try_apart(_try_occlusion, occlusion)
        return f"{occlusion.name}: occlusion, {occlusion.input_px} px, loads and answers"
    embedder = read_embedder(folder)
    _check_is_signed(embedder, signed)
    try_apart(_try_embedder, embedder)
    return "\n".join(_lines(embedder))


def _lines(embedder: EmbedderBundle) -> list[str]:
    calibration = embedder.rule.calibration
    population = None if calibration is None else calibration.population
    return [
        f"{embedder.name}: embedder, {embedder.input_px} px to {embedder.embedding_length} values, "
        "loads and answers",
        _NOT_CALIBRATED if population is None else f"calibrated on {population}",
        *(
            f"threshold {each.id}{' (in use)' * (each.id == embedder.rule.threshold_id)}: "
            f"{each.value} lets through {each.fmr:.0e} of {each.population}"
            for each in embedder.thresholds
        ),
    ]


def kind_of(folder: Path) -> str:
    """What the description says it is; an embedder where it says nothing readable."""
    return str(_described(folder).get("kind", "embedder"))


def files_named_by(description: bytes) -> set[str]:
    """The files of the bundle's own folder that its description names.

    Raises:
        BundleRefusedError: if a name could lead out of the folder.
    """
    tables = (_parsed(description).get(key) for key in ("model", "calibration"))
    named = {str(table["file"]) for table in tables if isinstance(table, dict) and "file" in table}
    for name in sorted(named):
        if re.match(FILE_NAME, name) is None:
            raise BundleRefusedError(f"{name!r} is no plain file name, so the bundle is refused")
    return named


def _described(folder: Path) -> dict[str, object]:
    try:
        return _parsed(content_of(folder / DESCRIPTION_FILE))
    except OSError:
        return {}


def _parsed(description: bytes) -> dict[str, object]:
    try:
        return tomllib.loads(description.decode("utf-8"))
    except (ValueError, RecursionError):
        return {}


def _try_detector(bundle: DetectorBundle) -> None:
    side = bundle.input_px
    try:
        detector = Detector(bundle, auto.create(Settings()).load(bundle.content))
        found = detector.faces(np.full((side, side, 3), 128, np.uint8))
    except ModelError as error:
        raise BundleRefusedError(f'"{bundle.name}": {error}') from error
    if found:
        raise BundleRefusedError(f'"{bundle.name}" sees a face in a grey picture')


def _two_pictures(side_px: int) -> Image:
    """uint8[2, side, side, 3], nothing to be seen in them."""
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (2, side_px, side_px, 3)).astype(np.uint8)


def _try_occlusion(bundle: OcclusionBundle) -> None:
    pictures = _two_pictures(bundle.input_px)
    try:
        occlusion = Occlusion(bundle, auto.create(Settings()).load(bundle.content))
        one, other = (occlusion.sureness(picture, bundle.template) for picture in pictures)
    except ModelError as error:
        raise BundleRefusedError(f'"{bundle.name}": {error}') from error
    if one == other:
        raise BundleRefusedError(f'"{bundle.name}" is as sure of one picture as of another')


def _try_embedder(bundle: EmbedderBundle) -> None:
    pictures = _two_pictures(bundle.input_px)
    try:
        embedder = Embedder(bundle, auto.create(Settings()).load(bundle.content))
        one, other = (embedder.embed(picture).values for picture in pictures)
    except ModelError as error:
        raise BundleRefusedError(f'"{bundle.name}": {error}') from error
    if np.abs(one - other).max() < _ALIKE * max(1e-6, float(np.abs(one).max())):
        raise BundleRefusedError(f'"{bundle.name}" gives the same values for different pictures')


def _check_is_signed(
    bundle: DetectorBundle | EmbedderBundle | OcclusionBundle, signed: bytes | None
) -> None:
    """What was read is what was signed, although files may change in between."""
    if signed is not None and bundle.digest != digest_of(signed, bundle.content):
        raise BundleRefusedError(f'"{bundle.name}" was changed while it was checked')


def _signed_description(folder: Path, trusted_key: Path) -> bytes:
    try:
        key = load_pem_public_key(trusted_key.read_bytes())
    except (OSError, ValueError) as error:
        raise BundleRefusedError(f'"{trusted_key.name}" is no readable public key') from error
    if not isinstance(key, Ed25519PublicKey):
        raise BundleRefusedError(f'"{trusted_key.name}" is no Ed25519 key')
    try:
        description = content_of(folder / DESCRIPTION_FILE)
        key.verify(content_of(folder / SIGNATURE_FILE), description)
    except (OSError, InvalidSignature) as error:
        raise BundleRefusedError(
            f'"{folder.name}" is not signed by the key of "{trusted_key.name}"'
        ) from error
    model = _parsed(description).get("model")
    if not isinstance(model, dict) or "sha256" not in model:
        # A sum that lies beside the model is signed by nobody.
        raise BundleRefusedError(f'"{folder.name}" must name the "sha256" of its model')
    return description
