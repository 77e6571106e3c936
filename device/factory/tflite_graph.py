"""A small neural network as a list of TensorFlow Lite operators, built layer by layer.

Only the operators that the face models need. Weights are rounded to float16, which costs no
accuracy (facts/face.md §2.2). They are stored so, with one DEQUANTIZE each, where a file has to be
small; or as float32, where memory has to be: an engine keeps beside the weights that it packs for
itself a widened copy of all that it had to dequantize.

Source: TensorFlow Lite schema v3; facts/face.md §6.6.
"""

import math
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Shape = tuple[int, ...]
Constant = NDArray[np.float16] | NDArray[np.float32] | NDArray[np.int32]


class Operation(IntEnum):
    """Builtin operator codes of the schema."""

    ADD = 0
    AVERAGE_POOL_2D = 1
    CONV_2D = 3
    DEPTHWISE_CONV_2D = 4
    DEQUANTIZE = 6
    MAX_POOL_2D = 17
    RESHAPE = 22
    PAD = 34


class Padding(IntEnum):
    """Whether the border is filled so that the output covers the whole input."""

    SAME = 0
    VALID = 1


@dataclass(frozen=True, slots=True)
class Tensor:
    """A value that flows through the graph."""

    index: int
    """Position in the list of tensors."""
    shape: Shape
    """Batch, rows, columns, channels; or fewer."""


@dataclass(frozen=True, slots=True)
class TensorRecord:
    """What the file says of one tensor."""

    shape: Shape
    """Its dimensions."""
    constant: Constant | None
    """Its stored values, if it has any; float32 at run time if not."""


@dataclass(frozen=True, slots=True)
class OperatorRecord:
    """What the file says of one operator."""

    operation: Operation
    """What it does."""
    inputs: tuple[int, ...]
    """Indices of its input tensors."""
    output: int
    """Index of its output tensor."""
    options: tuple[int, ...] = ()
    """Values of its options table, in the order of the schema's slots."""


@dataclass(slots=True)
class Graph:
    """The network under construction; every method adds one layer and returns its output."""

    is_stored_wide: bool = False
    """Whether weights are stored as float32: twice the file, less memory where it runs."""
    tensors: list[TensorRecord] = field(default_factory=list)
    """All tensors so far."""
    operators: list[OperatorRecord] = field(default_factory=list)
    """All operators so far, in the order they run."""
    inputs: list[int] = field(default_factory=list)
    """Indices of the tensors the caller fills."""

    def input(self, shape: Shape) -> Tensor:
        """Declares a float32 input."""
        tensor = self._tensor(shape, None)
        self.inputs.append(tensor.index)
        return tensor

    def convolution(
        self,
        x: Tensor,
        weights: NDArray[np.float32],
        bias: NDArray[np.float32],
        *,
        stride: int = 1,
        padding: Padding = Padding.VALID,
        has_relu: bool = False,
    ) -> Tensor:
        """Convolves.

        Args:
            x: float32[1, H, W, in].
            weights: float32[out, rows, columns, in].
            bias: float32[out].
            stride: step in px, both ways.
            padding: border rule.
            has_relu: whether negative results become zero.
        """
        out, rows, columns, _ = weights.shape
        shape = (1, *_plane(x.shape, (rows, columns), stride, padding), out)
        parts = (x.index, self._weights(weights), self._weights(bias))
        return self._apply(
            Operation.CONV_2D, parts, shape, (padding, stride, stride, int(has_relu))
        )

    def depthwise(
        self,
        x: Tensor,
        weights: NDArray[np.float32],
        bias: NDArray[np.float32],
        *,
        stride: int = 1,
        padding: Padding = Padding.SAME,
    ) -> Tensor:
        """Convolves each channel by itself; `weights` is float32[1, rows, columns, channels]."""
        _, rows, columns, channels = weights.shape
        shape = (1, *_plane(x.shape, (rows, columns), stride, padding), channels)
        parts = (x.index, self._weights(weights), self._weights(bias))
        return self._apply(
            Operation.DEPTHWISE_CONV_2D, parts, shape, (padding, stride, stride, 1, 0)
        )

    def pool(
        self, x: Tensor, size: tuple[int, int], stride: tuple[int, int], *, is_max: bool
    ) -> Tensor:
        """Takes the largest value or the mean of each window, without padding."""
        rows = (x.shape[1] - size[0]) // stride[0] + 1
        columns = (x.shape[2] - size[1]) // stride[1] + 1
        operation = Operation.MAX_POOL_2D if is_max else Operation.AVERAGE_POOL_2D
        options = (Padding.VALID, stride[1], stride[0], size[1], size[0], 0)
        return self._apply(operation, (x.index,), (1, rows, columns, x.shape[3]), options)

    def pad(self, x: Tensor, *, before: Shape = (0, 0, 0, 0), after: Shape) -> Tensor:
        """Adds zeros before and after each dimension."""
        amounts = np.array([before, after], np.int32).T
        constant = self._tensor(amounts.shape, np.ascontiguousarray(amounts))
        shape = tuple(b + s + a for b, s, a in zip(before, x.shape, after, strict=True))
        return self._apply(Operation.PAD, (x.index, constant.index), shape)

    def add(self, a: Tensor, b: Tensor, *, has_relu: bool = False) -> Tensor:
        """Adds two tensors of the same shape."""
        if a.shape != b.shape:
            raise ValueError(f"shapes {a.shape} and {b.shape} cannot be added")
        return self._apply(Operation.ADD, (a.index, b.index), a.shape, (int(has_relu),))

    def reshape(self, x: Tensor, shape: Shape) -> Tensor:
        """Gives the same values another shape."""
        if math.prod(shape) != math.prod(x.shape):
            raise ValueError(f"shape {x.shape} cannot become {shape}")
        constant = self._tensor((len(shape),), np.array(shape, np.int32))
        return self._apply(Operation.RESHAPE, (x.index, constant.index), shape)

    def _weights(self, values: NDArray[np.float32]) -> int:
        """Stores rounded weights, and where they are stored so the operator that widens them."""
        rounded = np.ascontiguousarray(values, np.float16)
        if self.is_stored_wide:
            return self._tensor(values.shape, rounded.astype(np.float32)).index
        stored = self._tensor(values.shape, rounded)
        return self._apply(Operation.DEQUANTIZE, (stored.index,), values.shape).index

    def _apply(
        self,
        operation: Operation,
        inputs: tuple[int, ...],
        shape: Shape,
        options: tuple[int, ...] = (),
    ) -> Tensor:
        output = self._tensor(shape, None)
        self.operators.append(
            OperatorRecord(operation, inputs, output.index, tuple(int(o) for o in options))
        )
        return output

    def _tensor(self, shape: Shape, constant: Constant | None) -> Tensor:
        self.tensors.append(TensorRecord(shape, constant))
        return Tensor(len(self.tensors) - 1, shape)


def _plane(shape: Shape, window: tuple[int, int], stride: int, padding: Padding) -> tuple[int, int]:
    """Rows and columns that a sliding window leaves."""
    if padding is Padding.SAME:
        return -(-shape[1] // stride), -(-shape[2] // stride)
    return (shape[1] - window[0]) // stride + 1, (shape[2] - window[1]) // stride + 1
