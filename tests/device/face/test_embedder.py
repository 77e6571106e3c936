from dataclasses import replace

import numpy as np
import pytest

from device.face.bundle import PixelScale
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


def test_a_network_gets_pixels_as_it_wants_them() -> None:
    scaled = replace(embedder_bundle(), pixels=PixelScale((127.5, 127.5, 55.0), 100.0))
    face = np.full((EMBEDDER_PX, EMBEDDER_PX, 3), 255, np.uint8)
    seen = 255 * Embedder(scaled, ColourEmbedder()).embed(face).values[:3]
    assert seen.tolist() == pytest.approx([1.275, 1.275, 2.0], rel=1e-4)


def test_a_face_and_its_mirror_image_are_averaged() -> None:
    face = np.zeros((EMBEDDER_PX, EMBEDDER_PX, 3), np.uint8)
    face[:, : EMBEDDER_PX // 2] = 255
    mirrored = replace(embedder_bundle(), is_mirrored=True)
    both = Embedder(mirrored, ColourEmbedder()).embed(face).values
    assert both[:12].tolist() == [0.5] * 12
    one = Embedder(embedder_bundle(), ColourEmbedder()).embed(face).values
    assert one[:12].tolist() != both[:12].tolist()


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
