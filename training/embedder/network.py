"""Runs and trains in PyTorch what the converter builds for TensorFlow Lite.

The network is the converter's own graph, operator by operator, with the graph's constants as
parameters: so a trained network is written by the same converter, exactly.
"""

from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from device.factory.tflite_graph import Graph, Operation, OperatorRecord, Padding, Tensor
from training.embedder.graph import weights_in, weights_of, written


class GraphNetwork(nn.Module):
    """A graph as a PyTorch module."""

    def __init__(self, graph: Graph, output: Tensor):
        super().__init__()
        self._graph, self._output = graph, output
        self.weights = nn.ParameterDict(
            {str(index): nn.Parameter(_as_torch(values)) for index, values in weights_of(graph)}
        )

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Maps float[N, 3, S, S] in 0..255, RGB, to float[N, L]."""
        return self.features(images)[self._output.index]

    def features(self, images: torch.Tensor) -> dict[int, torch.Tensor]:
        """What every operator gives, by the tensor's index."""
        values: dict[int, torch.Tensor] = {self._graph.inputs[0]: images}
        for operator in self._graph.operators:
            if operator.operation is not Operation.DEQUANTIZE:
                values[operator.output] = self._operate(operator, values)
        return values

    @property
    def pooled_index(self) -> int:
        """The tensor that the last matrix is applied to."""
        return self._graph.operators[-2].inputs[0]

    @property
    def head(self) -> nn.Parameter:
        """float[L, channels, 1, 1]: the last matrix."""
        return self.weights[str(self._graph.operators[-2].inputs[1])]

    def tflite(self, description: str) -> bytes:
        """The bytes of a `.tflite` file of this network, weights as float16."""
        weights = {int(index): _as_numpy(values) for index, values in self.weights.items()}
        return written(self._graph, self._output, weights, description)

    def take(self, path: Path) -> None:
        """Takes the weights of a `.tflite` file that `tflite` wrote of the same graph."""
        for index, values in weights_in(path, self._graph):
            self.weights[str(index)].data.copy_(_as_torch(values))

    def _operate(self, operator: OperatorRecord, values: dict[int, torch.Tensor]) -> torch.Tensor:
        x = values[operator.inputs[0]]
        match operator.operation:
            case Operation.CONV_2D:
                return self._convolve(operator, x)
            case Operation.ADD:
                return functional.relu(x + values[operator.inputs[1]])
            case Operation.MAX_POOL_2D | Operation.AVERAGE_POOL_2D:
                _, right, down, columns, rows, _ = operator.options
                is_max = operator.operation is Operation.MAX_POOL_2D
                pool = functional.max_pool2d if is_max else functional.avg_pool2d
                return pool(x, (rows, columns), (down, right))
            case Operation.PAD:
                missing = np.subtract(
                    self._graph.tensors[operator.output].shape,
                    self._graph.tensors[operator.inputs[0]].shape,
                )
                rows, columns, channels = (int(n) for n in missing[1:])
                return functional.pad(x, (0, columns, 0, rows, 0, channels))
            case Operation.RESHAPE:
                return x.flatten(1)
            case _:
                raise ValueError(f"{operator.operation.name} is not known here")

    def _convolve(self, operator: OperatorRecord, x: torch.Tensor) -> torch.Tensor:
        padding, stride, _, has_relu = operator.options
        weights, bias = (self.weights[str(index)] for index in operator.inputs[1:])
        border = weights.shape[-1] // 2 if padding == Padding.SAME else 0
        y = functional.conv2d(x, weights, bias, stride, border)
        return functional.relu(y) if has_relu else y


def _as_torch(values: np.ndarray) -> torch.Tensor:
    """Kernels out, rows, columns, in become out, in, rows, columns."""
    turned = values.transpose(0, 3, 1, 2) if values.ndim == 4 else values
    return torch.from_numpy(np.ascontiguousarray(turned, np.float32))


def _as_numpy(values: torch.Tensor) -> np.ndarray:
    plain = values.detach().numpy().astype(np.float16)
    return np.ascontiguousarray(plain.transpose(0, 2, 3, 1) if plain.ndim == 4 else plain)
