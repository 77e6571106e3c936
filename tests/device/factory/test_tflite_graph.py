import numpy as np
import pytest

from device.factory.tflite_graph import Graph, Padding


def test_shapes_follow_the_windows() -> None:
    graph = Graph()
    x = graph.input((1, 9, 7, 3))
    weights, bias = np.zeros((5, 3, 3, 3), np.float32), np.zeros(5, np.float32)
    assert graph.convolution(x, weights, bias, stride=2).shape == (1, 4, 3, 5)
    same = graph.convolution(x, weights, bias, stride=2, padding=Padding.SAME)
    assert same.shape == (1, 5, 4, 5)
    assert graph.pool(same, (2, 2), (2, 2), is_max=True).shape == (1, 2, 2, 5)
    assert graph.pad(same, after=(0, 1, 2, 3)).shape == (1, 6, 6, 8)
    assert graph.reshape(same, (1, 100)).shape == (1, 100)


def test_tensors_that_do_not_fit_are_refused() -> None:
    graph = Graph()
    x, y = graph.input((1, 2, 2, 3)), graph.input((1, 2, 2, 4))
    with pytest.raises(ValueError, match="added"):
        graph.add(x, y)
    with pytest.raises(ValueError, match="become"):
        graph.reshape(x, (1, 13))
