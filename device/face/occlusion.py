"""Tells whether something covers a face's mouth or eyes, as face masks and dark glasses do.

The detector is as sure of a masked face as of a bare one, so a small network of its own looks at
the aligned face. A mask worn under the nose covers the mouth, one on the chin nothing.
"""

from dataclasses import dataclass

import numpy as np

from device.face.alignment import align
from device.face.bundle import OcclusionBundle
from device.face.errors import ModelError
from device.face.port import Image, Model, Values


@dataclass(frozen=True, slots=True)
class Covers:
    """What is covered of a face."""

    mouth: bool = False
    eyes: bool = False

    @property
    def anything(self) -> bool:
        """Whether too little of the face may be seen to compare it."""
        return self.mouth or self.eyes


@dataclass(frozen=True, slots=True)
class Sureness:
    """How sure the network is that something covers it, 0..1 each."""

    mouth: float
    eyes: float


class Occlusion:
    """Looks for what covers a face; for use by one thread at a time."""

    def __init__(self, bundle: OcclusionBundle, model: Model) -> None:
        self._bundle = bundle
        self._model = model

    def covers(self, image: Image, points: Values) -> Covers:
        """Of which covers the network is sure.

        Args:
            image: `uint8[H, W, 3], RGB`.
            points: float32[5, 2] of the face, px.

        Raises:
            ModelError: if the network answers in another shape than its bundle says.
        """
        sure = self.sureness(image, points)
        return Covers(
            sure.mouth >= self._bundle.min_mouth_score, sure.eyes >= self._bundle.min_eyes_score
        )

    def sureness(self, image: Image, points: Values) -> Sureness:
        """What the network says of a face; see `covers`."""
        face = align(image, points, self._bundle.template, self._bundle.input_px)
        pixels = face[None].astype(np.float32)
        try:
            answer = self._model.run(pixels)
        finally:
            face.fill(0)
            pixels.fill(0)
        if answer.shape != (1, 2) or not np.isfinite(answer).all():
            raise ModelError("the occlusion network's answer has an unexpected shape")
        mouth, eyes = 1.0 / (1.0 + np.exp(-np.clip(answer[0].astype(np.float64), -30, 30)))
        return Sureness(float(mouth), float(eyes))

    def forget(self) -> None:
        """Runs on an empty picture, so that no face stays in the network's memory."""
        side = self._bundle.input_px
        self._model.run(np.zeros((1, side, side, 3), np.float32))
