"""What the student is to answer: two licence-clean networks, calibrated, side by side.

MobileFace V2 (MIT) and the ResNet (CC0) err on different faces. Each is centred and whitened on the
East-Asian portraits that may be learnt from, brought to length 1, and both are turned into the
256 directions that hold nearly everything of them.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from device.face.interpreter import Settings
from device.face.port import Model
from device.face.runtimes import auto
from device.factory.bundle.learning import learn
from training.embedder.augment import Sample, Sampler
from training.embedder.crops import Crops
from training.embedder.network import EMBEDDING_LENGTH, GraphNetwork, teacher_graph

_WHILE_FITTING = 64


@dataclass(frozen=True, slots=True)
class Projection:
    """From both networks' embeddings to the student's target."""

    centres: tuple[np.ndarray, np.ndarray]
    """Of MobileFace and the ResNet."""
    axes: tuple[np.ndarray, np.ndarray]
    """Their whitening."""
    turn: np.ndarray
    """float32[L1 + L2, 256]."""

    def apply(self, both: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        """float32[N, 256], each of length 1."""
        return _unit(self.beside(both) @ self.turn)

    def beside(self, both: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        """Both, calibrated and brought to length 1, in one row."""
        parts = zip(both, self.centres, self.axes, strict=True)
        return np.hstack([_unit((e - centre) @ axes) for e, centre, axes in parts])

    def save(self, path: Path) -> None:
        """Writes it as `.npz`."""
        (c1, c2), (a1, a2) = self.centres, self.axes
        np.savez(path, c1=c1, c2=c2, a1=a1, a2=a2, turn=self.turn)

    @staticmethod
    def load(path: Path) -> "Projection":
        """Reads a file written by `save`."""
        with np.load(path) as s:
            return Projection((s["c1"], s["c2"]), (s["a1"], s["a2"]), s["turn"])


class Teachers:
    """Both networks, embedding the same samples."""

    def __init__(self, mobileface: Path):
        """Takes MobileFace V2's `.tflite` file."""
        self._mobileface: Model = auto.create(Settings()).load(mobileface.read_bytes())
        self._resnet = GraphNetwork(*teacher_graph()).to(memory_format=torch.channels_last).eval()

    @torch.inference_mode()
    def embed(self, samples: list[Sample]) -> tuple[np.ndarray, np.ndarray]:
        """MobileFace's float32[N, 256] and the ResNet's float32[N, 128]."""
        first = [self._mobileface.run(s.mobileface[None].astype(np.float32))[0] for s in samples]
        with torch.autocast("cpu", torch.bfloat16):
            second = self._resnet(as_batch([s.resnet for s in samples]))
        return np.stack(first), second.float().numpy()


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
    both = (np.vstack([part[0] for part in parts]), np.vstack([part[1] for part in parts]))
    learnt = [learn(e[crops.is_asian_set]) for e in both]
    centres, axes = ((one, two) for one, two in zip(*learnt, strict=True))
    plain = Projection(centres, axes, np.eye(1))
    _, _, directions = np.linalg.svd(plain.beside(both), full_matrices=False)
    turned = Projection(centres, axes, directions[:EMBEDDING_LENGTH].T.astype(np.float32))
    return turned, turned.apply(both)


def _unit(values: np.ndarray) -> np.ndarray:
    return values / np.linalg.norm(values, axis=1, keepdims=True)
