import numpy as np
import pytest
from numpy.typing import NDArray

from device.factory.errors import ModelCheckError
from device.factory.golden import check_answers, check_golden_values
from device.factory.tflite_graph import Graph
from device.factory.tflite_writer import write_tflite


def _model(weights: NDArray[np.float64]) -> bytes:
    graph = Graph()
    image = graph.input((1, 150, 150, 3))
    mean = graph.pool(image, (150, 150), (1, 1), is_max=False)
    x = graph.convolution(mean, weights.astype(np.float32), np.zeros(len(weights), np.float32))
    return write_tflite(graph, [graph.reshape(x, (1, len(weights)))], "test")


def test_a_model_with_other_values_is_refused() -> None:
    with pytest.raises(ModelCheckError, match="known embeddings"):
        check_golden_values(_model(np.ones((128, 1, 1, 3))))


def test_a_model_that_tells_pictures_apart_is_usable() -> None:
    check_answers(_model(np.ones((16, 1, 1, 3))), (1, 150, 150, 3))


def test_a_model_that_always_says_the_same_is_refused() -> None:
    with pytest.raises(ModelCheckError, match="usable"):
        check_answers(_model(np.zeros((16, 1, 1, 3))), (1, 150, 150, 3))
