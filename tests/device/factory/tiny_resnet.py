"""A ResNet of the right build but tiny, as a `.dat` file and as a plain numpy forward pass.

Its last down block leaves a smaller plane on the main path than on the shortcut, so that dlib's
rule of adding tensors of different sizes shows.
"""

import numpy as np
from numpy.typing import NDArray

from tests.device.factory.dat_writer import DatWriter, Floats
from tests.device.factory.windows import windows

SIDE = 35
CHANNELS = 4, 6
LENGTH = 8


class TinyResnet:
    """Weights drawn from a seed."""

    def __init__(self, seed: int = 0) -> None:
        self._rng = np.random.default_rng(seed)
        self.means = (10.0, 20.0, 30.0)
        narrow, wide = CHANNELS
        self.stem = self._pair(3, narrow)
        self.plain = self._pair(narrow, narrow), self._pair(narrow, narrow)
        self.down = self._pair(narrow, wide), self._pair(wide, wide)
        self.matrix = self._normal(wide, LENGTH)

    def dat(self) -> bytes:
        writer = DatWriter(SIDE, self.means)
        self._write(writer, self.stem, 2, 0, has_relu=True)
        writer.pool(is_max=True, size=3, stride=2)
        self._write(writer, self.plain[0], 1, 1, has_relu=True)
        self._write(writer, self.plain[1], 1, 1, has_relu=False)
        writer.add()
        writer.relu()
        self._write(writer, self.down[0], 2, 0, has_relu=True)
        self._write(writer, self.down[1], 1, 1, has_relu=False)
        writer.pool(is_max=False, size=2, stride=2)
        writer.add()
        writer.relu()
        writer.pool(is_max=False, size=0, stride=1)
        writer.fully_connected(self.matrix)
        return writer.file()

    def forward(self, image: NDArray[np.uint8]) -> NDArray[np.float64]:
        x = (image.astype(np.float64) - np.array(self.means)) / 256.0
        x = np.maximum(_layer(x, self.stem, 2, 0), 0)
        x = windows(x, 3, 2).max(axis=(3, 4))
        y = np.maximum(_layer(x, self.plain[0], 1, 1), 0)
        x = np.maximum(x + _layer(y, self.plain[1], 1, 1), 0)
        y = np.maximum(_layer(x, self.down[0], 2, 0), 0)
        y = _layer(y, self.down[1], 1, 1)
        shortcut = windows(x, 2, 2).mean(axis=(3, 4))
        assert y.shape[0] < shortcut.shape[0]
        total = np.zeros((*shortcut.shape[:2], y.shape[2]))
        total[: y.shape[0], : y.shape[1]] += y
        total[:, :, : shortcut.shape[2]] += shortcut
        answer: NDArray[np.float64] = np.maximum(total, 0).mean(axis=(0, 1)) @ self.matrix
        return answer

    def _pair(self, ins: int, outs: int) -> tuple[Floats, Floats, Floats, Floats]:
        kernel = self._normal(outs, ins, 3, 3)
        return kernel, self._normal(outs), 1 + self._normal(outs), self._normal(outs)

    def _normal(self, *shape: int) -> Floats:
        return (self._rng.normal(size=shape) * 0.4).astype(np.float32)

    def _write(
        self,
        writer: DatWriter,
        layer: tuple[Floats, Floats, Floats, Floats],
        stride: int,
        padding: int,
        *,
        has_relu: bool,
    ) -> None:
        writer.convolution(layer[0], layer[1], stride, padding)
        writer.affine(layer[2], layer[3])
        if has_relu:
            writer.relu()


def _layer(
    x: NDArray[np.float64],
    layer: tuple[Floats, Floats, Floats, Floats],
    stride: int,
    padding: int,
) -> NDArray[np.float64]:
    weights, bias, gamma, beta = layer
    padded = np.pad(x, ((padding, padding), (padding, padding), (0, 0)))
    seen = windows(padded, weights.shape[2], stride)
    convolved = np.einsum("hwirc,oirc->hwo", seen, weights) + bias
    scaled: NDArray[np.float64] = convolved * gamma + beta
    return scaled
