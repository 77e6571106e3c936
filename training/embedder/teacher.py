"""What the student is to answer: several freely licensed networks, calibrated, side by side.

MobileFace V2 and MobileFaceNet (both MIT) and the ResNet (CC0) err on different faces; what the
terms of the pictures that taught them come to is a question of its own (NOTICE). Each is centred
and whitened on the East-Asian portraits that may be learnt from and brought to length 1; all are
turned into the 256 directions that hold nearly everything of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from device.face.bundle import EmbedderBundle
from device.face.interpreter import Settings
from device.face.port import Model
from device.face.runtimes import auto
from device.factory.bundle.learning import learn
from training.embedder.augment import Sample, Sampler
from training.embedder.crops import Crops
from training.embedder.graph import EMBEDDING_LENGTH, teacher_graph
from training.embedder.network import GraphNetwork

_WHILE_FITTING = 64


@dataclass(frozen=True, slots=True)
class Projection:
    """From all networks' embeddings to the student's target."""

    centres: tuple[np.ndarray, ...]
    """Of each network."""
    axes: tuple[np.ndarray, ...]
    """Their whitening."""
    turn: np.ndarray
    """float32[all lengths, 256]."""

    def apply(self, embeddings: Sequence[np.ndarray]) -> np.ndarray:
        """float32[N, 256], each of length 1."""
        return _unit(self.beside(embeddings) @ self.turn)

    def beside(self, embeddings: Sequence[np.ndarray]) -> np.ndarray:
        """All, calibrated and brought to length 1, in one row."""
        parts = zip(embeddings, self.centres, self.axes, strict=True)
        return np.hstack([_unit((e - centre) @ axes) for e, centre, axes in parts])

    def save(self, path: Path) -> None:
        """Writes it as `.npz`."""
        centres = {f"centre{n}": values for n, values in enumerate(self.centres)}
        axes = {f"axes{n}": values for n, values in enumerate(self.axes)}
        np.savez(path, turn=self.turn, **centres, **axes)

    @staticmethod
    def load(path: Path) -> "Projection":
        """Reads a file written by `save`."""
        with np.load(path) as stored:
            numbers = range(len(stored.files) // 2)
            centres = tuple(stored[f"centre{n}"] for n in numbers)
            return Projection(centres, tuple(stored[f"axes{n}"] for n in numbers), stored["turn"])


class Teachers:
    """All networks, embedding the same samples."""

    def __init__(self, bundles: Sequence[EmbedderBundle]):
        """Takes those beside the ResNet."""
        runtime = auto.create(Settings())
        self._others = [(bundle, runtime.load(bundle.content)) for bundle in bundles]
        self._resnet = GraphNetwork(*teacher_graph()).to(memory_format=torch.channels_last).eval()

    @torch.inference_mode()
    def embed(self, samples: list[Sample]) -> list[np.ndarray]:
        """float32[N, L] of each network, the ResNet's last."""
        with torch.autocast("cpu", torch.bfloat16):
            resnet = self._resnet(as_batch([s.resnet for s in samples]))
        others = (
            np.stack([_answer(bundle, model, s.others[n]) for s in samples])
            for n, (bundle, model) in enumerate(self._others)
        )
        return [*others, resnet.float().numpy()]


def _answer(bundle: EmbedderBundle, model: Model, face: np.ndarray) -> np.ndarray:
    pixels = (face[None] - np.array(bundle.pixels.mean, np.float32)) / bundle.pixels.scale
    return model.run(pixels.astype(np.float32))[0]


def as_batch(images: list[np.ndarray]) -> torch.Tensor:
    """Turns `uint8[S, S, 3]` pictures into float[N, 3, S, S]."""
    batch = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float()
    return batch.contiguous(memory_format=torch.channels_last)


def fit(teachers: Teachers, crops: Crops, sampler: Sampler) -> tuple[Projection, np.ndarray]:
    """Learns the calibrations and the turn.

    Returns:
        The projection, and the targets of all crops as they are: float32[N, 256].
    """
    parts = [
        teachers.embed([sampler.plain(i) for i in range(at, min(at + _WHILE_FITTING, len(crops)))])
        for at in range(0, len(crops), _WHILE_FITTING)
    ]
    embeddings = [np.vstack(network) for network in zip(*parts, strict=True)]
    learnt = [learn(e[crops.is_asian_set]) for e in embeddings]
    centres, axes = (tuple(each) for each in zip(*learnt, strict=True))
    _, _, directions = np.linalg.svd(
        Projection(centres, axes, np.eye(1)).beside(embeddings), full_matrices=False
    )
    turned = Projection(centres, axes, directions[:EMBEDDING_LENGTH].T.astype(np.float32))
    return turned, turned.apply(embeddings)


def _unit(values: np.ndarray) -> np.ndarray:
    return values / np.linalg.norm(values, axis=1, keepdims=True)
