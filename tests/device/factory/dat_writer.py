"""Writes small dlib `.dat` files by the byte rules of facts/face.md §6.3, not with product code."""

import math
import struct
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def integer(value: int) -> bytes:
    magnitude = abs(value)
    length = max(1, (magnitude.bit_length() + 7) // 8)
    return bytes([length | (0x80 if value < 0 else 0)]) + magnitude.to_bytes(length, "little")


def real(value: float) -> bytes:
    mantissa, exponent = math.frexp(value)
    return integer(int(mantissa * (1 << 24))) + integer(exponent - 24)


def string(text: str) -> bytes:
    return integer(len(text)) + text.encode()


def tensor(values: Floats, shape: tuple[int, int, int, int]) -> bytes:
    return integer(2) + b"".join(map(integer, shape)) + values.astype("<f4").tobytes()


def alias(shape: tuple[int, int, int, int]) -> bytes:
    return integer(1) + b"".join(map(integer, shape))


@dataclass
class DatWriter:
    """Collects layer records from the image outwards, and the version number of each."""

    side: int
    means: tuple[float, float, float] = (10.0, 20.0, 30.0)
    records: list[bytes] = field(default_factory=list)
    versions: list[int] = field(default_factory=list)

    def convolution(self, weights: Floats, bias: Floats, stride: int, padding: int) -> None:
        o, i, rows, columns = weights.shape
        params = np.concatenate([weights.ravel(), bias])
        self._layer(
            string("con_4")
            + tensor(params, (params.size, 1, 1, 1))
            + b"".join(map(integer, (o, rows, columns, stride, stride, padding, padding)))
            + alias((o, i, rows, columns))
            + alias((1, o, 1, 1))
            + real(1.0) * 4
        )

    def affine(self, gamma: Floats, beta: Floats) -> None:
        params = np.concatenate([gamma, beta])
        part = alias((1, gamma.size, 1, 1))
        self._layer(
            string("affine_") + tensor(params, (params.size, 1, 1, 1)) + part + part + integer(0)
        )

    def relu(self) -> None:
        self._layer(string("relu_"))

    def pool(self, *, is_max: bool, size: int, stride: int) -> None:
        numbers = (size, size, stride, stride, 0, 0)
        tag = string("max_pool_2" if is_max else "avg_pool_2")
        self._layer(tag + b"".join(map(integer, numbers)))

    def add(self) -> None:
        self._layer(string("add_prev_"))
        self.versions.append(1)

    def fully_connected(self, weights: Floats) -> None:
        inputs, outputs = weights.shape
        self._layer(
            string("fc_2")
            + integer(outputs)
            + integer(inputs)
            + tensor(weights.ravel(), (inputs, outputs, 1, 1))
            + alias((inputs, outputs, 1, 1))
            + alias((0, 0, 0, 0))
            + integer(1)
            + real(1.0) * 4
        )

    def file(self) -> bytes:
        versions = [*reversed(self.versions[1:]), 3]
        return (
            integer(1)
            + string("loss_metric_2")
            + real(0.04)
            + real(0.6)
            + b"".join(map(integer, versions))
            + string("input_rgb_image_sized")
            + b"".join(map(real, self.means))
            + integer(self.side) * 2
            + b"".join(self.records)
        )

    def _layer(self, details: bytes) -> None:
        empty = tensor(np.zeros(0, np.float32), (0, 0, 0, 0))
        is_innermost = not self.records
        self.records.append(details + b"110" + empty * 3 + (integer(1) if is_innermost else b""))
        self.versions.append(2)


def damaged(content: bytes, at: int, value: int) -> bytes:
    """The same file with one byte replaced."""
    return content[:at] + struct.pack("B", value) + content[at + 1 :]
