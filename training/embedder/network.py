"""Runs and trains in PyTorch what the converter builds for TensorFlow Lite.

The network is the converter's own graph, operator by operator, with the graph's constants as
parameters: so a trained network is written by the same converter, exactly.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from device.factory.dlib_model import FullyConnected, Pool, read_dlib_model
from device.factory.face_model import find_source
from device.factory.resnet_graph import resnet_graph
from device.factory.tflite_graph import Graph, Operation, OperatorRecord, Padding, Tensor
from device.factory.tflite_writer import write_tflite

EMBEDDING_LENGTH = 256
LAYERS_KEPT = 98
"""Without its last block, 1.2 of 5.6 million parameters, it is as good (facts/face.md 7.1)."""


def student_graph() -> tuple[Graph, Tensor]:
    """The CC0 ResNet up to its last block but one, then a mean and a matrix that is still empty."""
    model = read_dlib_model(find_source().read_bytes())
    mean = Pool(is_max=False, size=(0, 0), stride=(1, 1), padding=(0, 0))
    matrix = FullyConnected(np.zeros((256, EMBEDDING_LENGTH), np.float32))
    return resnet_graph(replace(model, layers=(*model.layers[:LAYERS_KEPT], mean, matrix)))


def teacher_graph() -> tuple[Graph, Tensor]:
    """The CC0 ResNet as it is."""
    return resnet_graph(read_dlib_model(find_source().read_bytes()))


class GraphNetwork(nn.Module):
    """A graph as a PyTorch module."""

    def __init__(self, graph: Graph, output: Tensor):
        super().__init__()
        self._graph, self._output = graph, output
        self.weights = nn.ParameterDict(
            {str(index): nn.Parameter(_as_torch(values)) for index, values in _constants(graph)}
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
        for index, _ in _constants(self._graph):
            source = self._stored(index)
            values = _as_numpy(self.weights[str(index)])
            self._graph.tensors[source] = replace(self._graph.tensors[source], constant=values)
        return write_tflite(self._graph, [self._output], description)

    def take(self, path: Path) -> None:
        """Takes the weights of a `.tflite` file that `tflite` wrote of the same graph."""
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ImportError:
            from tflite_runtime.interpreter import Interpreter
        interpreter = Interpreter(model_path=str(path))
        for index, _ in _constants(self._graph):
            values = interpreter.get_tensor(self._stored(index))
            self.weights[str(index)].data.copy_(_as_torch(values))

    def _stored(self, index: int) -> int:
        """The float16 tensor that a float32 one is widened from."""
        (operator,) = (o for o in self._graph.operators if o.output == index)
        return operator.inputs[0]

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


def _constants(graph: Graph) -> Iterator[tuple[int, np.ndarray]]:
    """The widened weights: index at run time, and the stored values."""
    for operator in graph.operators:
        if operator.operation is Operation.DEQUANTIZE:
            yield operator.output, graph.tensors[operator.inputs[0]].constant


def _as_torch(values: np.ndarray) -> torch.Tensor:
    """Kernels out, rows, columns, in become out, in, rows, columns."""
    turned = values.transpose(0, 3, 1, 2) if values.ndim == 4 else values
    return torch.from_numpy(np.ascontiguousarray(turned, np.float32))


def _as_numpy(values: torch.Tensor) -> np.ndarray:
    plain = values.detach().numpy().astype(np.float16)
    return np.ascontiguousarray(plain.transpose(0, 2, 3, 1) if plain.ndim == 4 else plain)
