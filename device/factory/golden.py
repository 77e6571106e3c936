"""Known answers of the reference embedder, so that a wrong conversion is never shipped.

Source: facts/face.md §6.5 (values of dlib 20.0.1 for computed pictures).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device.face.interpreter import Settings
from device.face.port import Model
from device.face.runtimes import auto
from device.factory.errors import ModelCheckError

SIDE_PX = 150
VALUE_TOLERANCE = 2e-3
"""For float16 weights; a single wrong layer is off by far more."""
SUM_TOLERANCE = 2e-2


@dataclass(frozen=True, slots=True)
class GoldenValue:
    """What dlib answers to one computed picture."""

    norm: float
    """Euclidean length of the embedding."""
    total: float
    """Sum of its values."""
    first: tuple[float, float, float, float]
    """Its first values."""


def golden_pictures() -> list[tuple[NDArray[np.float32], GoldenValue]]:
    """The computed pictures, float32[150, 150, 3], and their answers."""
    y, x, c = np.meshgrid(np.arange(SIDE_PX), np.arange(SIDE_PX), np.arange(3), indexing="ij")
    pictures = (x * 0, x * 0 + 128, (x + 2 * y + 40 * c) % 256, (x * y + 7 * c) % 251)
    answers = (
        GoldenValue(1.306646, -0.301882, (-0.039917, 0.104916, 0.090823, -0.008847)),
        GoldenValue(1.342806, -0.696747, (-0.039053, 0.122813, 0.053047, -0.007809)),
        GoldenValue(1.276146, -0.372046, (-0.055500, 0.103091, 0.055538, -0.017848)),
        GoldenValue(1.346897, -0.581960, (-0.036023, 0.101113, 0.048736, -0.041958)),
    )
    return [(p.astype(np.float32), a) for p, a in zip(pictures, answers, strict=True)]


def check_golden_values(model: bytes) -> None:
    """Runs the built model on the computed pictures.

    Raises:
        ModelCheckError: if an answer differs.
    """
    loaded = auto.create(Settings()).load(model)
    for picture, golden in golden_pictures():
        _compare(loaded, picture, golden)


def check_answers(model: bytes, input_shape: tuple[int, ...]) -> None:
    """Runs a model without known answers: it must tell two pictures apart, in finite numbers.

    Raises:
        ModelCheckError: if it does not.
    """
    loaded = auto.create(Settings()).load(model)
    rows = np.arange(input_shape[1], dtype=np.float32)[None, :, None, None]
    black = loaded.run(np.zeros(input_shape, np.float32))
    ramp = loaded.run(np.ascontiguousarray(np.broadcast_to(rows, input_shape)))
    if not (np.isfinite(black).all() and np.isfinite(ramp).all()) or np.allclose(black, ramp):
        raise ModelCheckError("the built model gives no usable embeddings")


def _compare(model: Model, picture: NDArray[np.float32], golden: GoldenValue) -> None:
    answer = model.run(picture[None])[0]
    differences = (
        *(abs(float(a) - g) for a, g in zip(answer, golden.first, strict=False)),
        abs(float(np.linalg.norm(answer)) - golden.norm),
    )
    if (
        max(differences) > VALUE_TOLERANCE
        or abs(float(answer.sum()) - golden.total) > SUM_TOLERANCE
    ):
        raise ModelCheckError("the built model does not give the known embeddings")
