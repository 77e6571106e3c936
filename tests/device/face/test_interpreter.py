import numpy as np
import pytest

from device.face.errors import ModelError
from device.face.interpreter import InterpretedModel, Settings
from device.face.runtimes import auto
from device.factory.tflite_graph import Graph
from device.factory.tflite_writer import write_tflite


def _sums() -> bytes:
    graph = Graph()
    x = graph.input((1, 2, 2, 3))
    total = graph.convolution(x, np.ones((1, 2, 2, 3), np.float32), np.zeros(1, np.float32))
    return write_tflite(graph, [total], "test")


def test_a_model_runs_and_its_answer_belongs_to_the_caller() -> None:
    model = auto.create(Settings()).load(_sums())
    first = model.run(np.ones((1, 2, 2, 3), np.float32))
    second = model.run(np.zeros((1, 2, 2, 3), np.float32))
    assert first.ravel().tolist() == [12]
    assert second.ravel().tolist() == [0]
    first.fill(0)


def test_an_input_of_another_shape_is_refused() -> None:
    model = auto.create(Settings()).load(_sums())
    with pytest.raises(ModelError, match="refuses this input"):
        model.run(np.ones((1, 3, 2, 3), np.float32))


@pytest.mark.parametrize("content", [b"", b"no model, but of some length"])
def test_a_file_of_another_kind_is_refused(content: bytes) -> None:
    with pytest.raises(ModelError, match="no TensorFlow Lite model"):
        auto.create(Settings()).load(content)


class TwoInputs:
    """An interpreter of a model with two inputs."""

    def get_input_details(self) -> list[dict[str, object]]:
        return [{"index": 0}, {"index": 1}]

    def get_output_details(self) -> list[dict[str, object]]:
        return [{"index": 2}]

    def allocate_tensors(self) -> None: ...
    def set_tensor(self, index: object, values: object) -> None: ...
    def invoke(self) -> None: ...
    def get_tensor(self, index: object) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
        return np.zeros(1, np.float32)


def test_a_model_of_another_build_is_refused() -> None:
    with pytest.raises(ModelError, match="one input"):
        InterpretedModel(TwoInputs())
