import numpy as np
import pytest

from device.face.embedder import Embedder, Embedding
from device.face.errors import ModelError
from device.face.port import Values
from tests.device.face.paper_people import EMBEDDER_PX, LENGTH, ColourEmbedder, embedder_bundle


class Answering:
    def __init__(self, answer: Values) -> None:
        self._answer = answer

    def run(self, values: Values) -> Values:
        return self._answer


def test_an_embedding_does_not_print_and_can_be_wiped() -> None:
    embedding = Embedding(np.array([0.123, 0.456], np.float32))
    assert "0.123" not in repr(embedding)
    embedding.wipe()
    assert not embedding.values.any()


def test_the_network_sees_raw_pixels() -> None:
    network = ColourEmbedder()
    face = np.full((EMBEDDER_PX, EMBEDDER_PX, 3), 255, np.uint8)
    embedding = Embedder(embedder_bundle(), network).embed(face)
    assert embedding.values.shape == (LENGTH,)
    assert network.seen[0].shape == (1, EMBEDDER_PX, EMBEDDER_PX, 3)
    assert embedding.values[:12].tolist() == [1.0] * 12


@pytest.mark.parametrize(
    "answer", [np.zeros((1, 5), np.float32), np.full((1, LENGTH), np.nan, np.float32)]
)
def test_an_answer_of_another_kind_is_refused(answer: Values) -> None:
    face = np.zeros((EMBEDDER_PX, EMBEDDER_PX, 3), np.uint8)
    with pytest.raises(ModelError):
        Embedder(embedder_bundle(), Answering(answer)).embed(face)


def test_forgetting_shows_the_network_an_empty_picture() -> None:
    network = ColourEmbedder()
    Embedder(embedder_bundle(), network).forget()
    assert not network.seen[0].any()
