"""The committed network is the checkpoint from which the next lap begins."""

import numpy as np
import pytest

from device.face.loading import MODELS_FOLDER
from device.factory.tflite_graph import Graph, Tensor
from training.embedder.graph import student_graph, weights_in, weights_of, written

MODEL = MODELS_FOLDER / "uketsuke" / "uketsuke.tflite"


@pytest.fixture(scope="module")
def student() -> tuple[Graph, Tensor]:
    return student_graph()


def test_the_committed_network_holds_every_weight_that_a_lap_begins_with(
    student: tuple[Graph, Tensor],
) -> None:
    graph, output = student
    cc0 = dict(weights_of(graph))
    committed = dict(weights_in(MODEL, graph))
    assert committed.keys() == cc0.keys()
    assert len(committed) > 50
    learnt = [
        index for index, values in committed.items() if not np.array_equal(values, cc0[index])
    ]
    assert len(learnt) > 50, "it is taught on, and not where it began"
    again = written(graph, output, committed, "uketsuke face embedder")
    assert again == MODEL.read_bytes(), "nothing is lost between two laps"


def test_another_network_is_no_checkpoint(student: tuple[Graph, Tensor]) -> None:
    graph, _ = student
    for name in ("detector/detector.tflite", "resnet29/embedder.tflite"):
        with pytest.raises(ValueError, match=r"another graph|out of range"):
            list(weights_in(MODELS_FOLDER / name, graph))
