"""Networks for two pictures, written by hand, become networks for one."""

from dataclasses import replace

import numpy as np
import pytest

from device.face.interpreter import Settings
from device.face.runtimes import auto
from device.factory.errors import ModelSourceError
from device.factory.one_of_two import one_of_two
from device.factory.tflite_graph import Graph
from device.factory.tflite_writer import write_tflite


def network(pictures: int, answers: int | None = None) -> bytes:
    """Means of 2 x 2 px, in a row a picture; or in so many rows."""
    graph = Graph()
    pooled = graph.pool(graph.input((1, 4, 4, 3)), (2, 2), (2, 2), is_max=False)
    output = graph.reshape(pooled, (1, 12))
    rows = answers or pictures
    for index, tensor in enumerate(graph.tensors):
        if tensor.constant is not None:
            wanted = np.array([rows, 12 * pictures // rows], np.int32)
            graph.tensors[index] = replace(tensor, constant=wanted)
        elif index == output.index:
            graph.tensors[index] = replace(tensor, shape=(rows, 12 * pictures // rows))
        else:
            graph.tensors[index] = replace(tensor, shape=(pictures, *tensor.shape[1:]))
    return write_tflite(graph, [output], "for a test")


def test_one_picture_gets_the_values_it_had_beside_another() -> None:
    two = network(2)
    one = one_of_two(two)
    assert len(one) == len(two)
    runtime = auto.create(Settings())
    pictures = np.random.default_rng(3).uniform(0, 255, (2, 4, 4, 3)).astype(np.float32)
    together = runtime.load(two).run(pictures)
    alone = runtime.load(one)
    for picture, values in zip(pictures, together, strict=True):
        np.testing.assert_allclose(alone.run(picture[None])[0], values, rtol=1e-6)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (network(1), "does not take two pictures"),
        (network(4), "does not take two pictures"),
        (network(2, answers=1), "does not take two pictures"),
        (network(2)[:60], "damaged"),
        (b"\x1c\x00\x00\x00TFL3" + bytes(100), "damaged"),
        (b"PK\x03\x04 an archive", "no TensorFlow Lite"),
    ],
)
def test_another_network_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(ModelSourceError, match=sentence):
        one_of_two(content)
