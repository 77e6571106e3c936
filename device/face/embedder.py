"""Turns an aligned face into the numbers that say whose it is."""

from dataclasses import dataclass, field

import numpy as np

from device.face.alignment import align
from device.face.bundle import EmbedderBundle
from device.face.errors import ModelError
from device.face.port import Image, Model, Values


@dataclass(frozen=True, slots=True)
class Embedding:
    """What identifies a face; personal data, so it never prints and can be wiped."""

    values: Values = field(repr=False)
    """float32[length]."""

    def wipe(self) -> None:
        """Overwrites the values with zeros."""
        self.values.fill(0)


class Embedder:
    """Embeds faces; for use by one thread at a time."""

    def __init__(self, bundle: EmbedderBundle, model: Model) -> None:
        self._bundle = bundle
        self._model = model

    def aligned(self, image: Image, points: Values) -> Image:
        """Cuts out the face as the network wants it.

        Args:
            image: `uint8[H, W, 3], RGB`.
            points: float32[5, 2], px.

        Returns:
            `uint8[S, S, 3], RGB`, a fresh array.
        """
        return align(image, points, self._bundle.template, self._bundle.input_px)

    def embed(self, face: Image) -> Embedding:
        """Embeds an aligned face, and its mirror image where the bundle says so.

        A mirror image has other errors: the mean of both is nearer to the person
        (facts/face.md §6.9).

        Args:
            face: `uint8[S, S, 3], RGB`, as `aligned` gives it.

        Raises:
            ModelError: if the network answers in another shape than its bundle says.
        """
        values = self._answer(face)
        if self._bundle.is_mirrored:
            try:
                mirrored = self._answer(face[:, ::-1])
            except BaseException:
                values.fill(0)
                raise
            values += mirrored
            values /= 2
            mirrored.fill(0)
        return Embedding(values)

    def _answer(self, face: Image) -> Values:
        scale = self._bundle.pixels
        pixels = face[None].astype(np.float32)
        pixels -= np.array(scale.mean, np.float32)
        pixels /= scale.scale
        try:
            answer = self._model.run(pixels)
        finally:
            pixels.fill(0)
        if answer.shape != (1, self._bundle.embedding_length) or not np.isfinite(answer).all():
            answer.fill(0)
            raise ModelError("the embedder's answer has an unexpected shape")
        values: Values = answer[0]
        return values

    def forget(self) -> None:
        """Runs on an empty picture, so that no face stays in the network's memory."""
        side = self._bundle.input_px
        self._model.run(np.zeros((1, side, side, 3), np.float32))
