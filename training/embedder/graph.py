"""The student's and the first teacher's operators, and the weights of a written student.

The committed `.tflite` file is the checkpoint from which a lap begins: it holds every weight.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from device.factory.dlib_model import FullyConnected, Pool, read_dlib_model
from device.factory.face_model import find_source
from device.factory.resnet_graph import resnet_graph
from device.factory.tflite_graph import Graph, Operation, Tensor
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


def weights_of(graph: Graph) -> Iterator[tuple[int, np.ndarray]]:
    """The weights: index of the widened tensor that is used at run time, and the stored values."""
    for index, source in _stored(graph):
        yield index, graph.tensors[source].constant


def weights_in(path: Path, graph: Graph) -> Iterator[tuple[int, np.ndarray]]:
    """The same out of a `.tflite` file that `written` made of the same graph.

    Raises:
        ValueError: if it was made of another one.
    """
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        from tflite_runtime.interpreter import Interpreter
    interpreter = Interpreter(model_path=str(path))
    for index, source in _stored(graph):
        values = interpreter.get_tensor(source)
        if (values.dtype, values.shape) != (np.float16, graph.tensors[source].shape):
            raise ValueError(f'"{path.name}" was written of another graph')
        yield index, values


def written(
    graph: Graph, output: Tensor, weights: Mapping[int, np.ndarray], description: str
) -> bytes:
    """The bytes of a `.tflite` file, weights as float16.

    Args:
        graph: of the student; it takes the weights.
        output: of the graph.
        weights: by the index of the widened tensor.
        description: kept in the file.
    """
    for index, source in _stored(graph):
        values = np.ascontiguousarray(weights[index], np.float16)
        graph.tensors[source] = replace(graph.tensors[source], constant=values)
    return write_tflite(graph, [output], description)


def _stored(graph: Graph) -> Iterator[tuple[int, int]]:
    """Index of each widened tensor, and of the float16 one that it is widened from."""
    for operator in graph.operators:
        if operator.operation is Operation.DEQUANTIZE:
            yield operator.output, operator.inputs[0]
