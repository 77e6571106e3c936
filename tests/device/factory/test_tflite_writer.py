import struct

import numpy as np
import pytest
from numpy.typing import NDArray

from device.face.interpreter import Settings
from device.face.runtimes import auto
from device.factory.tflite_graph import Graph, Padding, Tensor
from device.factory.tflite_writer import BUFFER_ALIGNMENT_BYTES, write_tflite
from tests.device.factory.windows import windows


def _half(rng: np.random.Generator, *shape: int) -> NDArray[np.float32]:
    """Weights that float16 holds exactly."""
    return (rng.integers(-64, 64, shape) / 32).astype(np.float32)


def _run(graph: Graph, output: Tensor, x: NDArray[np.float32]) -> NDArray[np.float32]:
    return auto.create(Settings()).load(write_tflite(graph, [output], "test")).run(x)


@pytest.mark.parametrize("is_stored_wide", [False, True])
def test_a_strided_convolution_with_relu(is_stored_wide: bool) -> None:
    rng = np.random.default_rng(0)
    x, weights, bias = _half(rng, 1, 8, 8, 3), _half(rng, 4, 3, 3, 3), _half(rng, 4)
    graph = Graph(is_stored_wide=is_stored_wide)
    output = graph.convolution(graph.input(x.shape), weights, bias, stride=2, has_relu=True)
    seen = windows(x[0].astype(np.float64), 3, 2)
    expected = np.maximum(np.einsum("hwirc,orci->hwo", seen, weights) + bias, 0)
    assert np.allclose(_run(graph, output, x)[0], expected, atol=1e-3)


def test_weights_stored_wide_are_rounded_all_the_same() -> None:
    rng = np.random.default_rng(3)
    weights, bias = rng.random((4, 3, 3, 3), np.float32), rng.random(4, np.float32)

    def stored(graph: Graph) -> bytes:
        return write_tflite(
            graph, [graph.convolution(graph.input((1, 8, 8, 3)), weights, bias)], "test"
        )

    rounded = weights.astype(np.float16)
    assert rounded.tobytes() in stored(Graph())
    assert rounded.astype(np.float32).tobytes() in stored(Graph(is_stored_wide=True))


def test_a_depthwise_convolution_covers_the_border() -> None:
    rng = np.random.default_rng(1)
    x, weights, bias = _half(rng, 1, 6, 6, 4), _half(rng, 1, 5, 5, 4), _half(rng, 4)
    graph = Graph()
    output = graph.depthwise(graph.input(x.shape), weights, bias)
    padded = np.pad(x[0].astype(np.float64), ((2, 2), (2, 2), (0, 0)))
    expected = np.einsum("hwcij,ijc->hwc", windows(padded, 5, 1), weights[0]) + bias
    assert np.allclose(_run(graph, output, x)[0], expected, atol=1e-3)


def test_same_padding_at_stride_two_lies_at_the_end() -> None:
    x = np.ones((1, 4, 4, 1), np.float32)
    graph = Graph()
    ones = np.ones((1, 3, 3, 1), np.float32)
    output = graph.convolution(
        graph.input(x.shape), ones, np.zeros(1, np.float32), stride=2, padding=Padding.SAME
    )
    assert _run(graph, output, x)[0, ..., 0].tolist() == [[9, 6], [6, 4]]


def test_pools_pad_add_and_reshape() -> None:
    x = np.arange(16, dtype=np.float32).reshape(1, 4, 4, 1)
    graph = Graph()
    image = graph.input(x.shape)
    largest = graph.pool(image, (2, 2), (2, 2), is_max=True)
    mean = graph.pool(image, (2, 2), (2, 2), is_max=False)
    wide = graph.pad(graph.add(largest, mean), after=(0, 1, 0, 0))
    output = graph.reshape(wide, (1, 6))
    assert _run(graph, output, x).tolist() == [[7.5, 11.5, 23.5, 27.5, 0, 0]]


def test_weights_lie_on_aligned_addresses() -> None:
    rng = np.random.default_rng(2)
    graph = Graph()
    x = graph.input((1, 4, 4, 3))
    weights = [_half(rng, 7, 1, 1, 3), _half(rng, 5, 1, 1, 7)]
    for kernel in weights:
        x = graph.convolution(x, kernel, _half(rng, len(kernel)))
    content = write_tflite(graph, [x], "test")
    assert content[4:8] == b"TFL3"
    for kernel in weights:
        stored = kernel.astype(np.float16).tobytes()
        at = content.index(stored)
        assert at % BUFFER_ALIGNMENT_BYTES == 0
        assert struct.unpack_from("<I", content, at - 4) == (len(stored),)
