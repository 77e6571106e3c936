import numpy as np
import pytest

from device.face.interpreter import Settings
from device.face.runtimes import auto
from device.factory.dlib_model import Convolution, DlibModel, Layer, Pool, read_dlib_model
from device.factory.errors import ModelSourceError
from device.factory.resnet_graph import resnet_graph
from device.factory.tflite_writer import write_tflite
from tests.device.factory.tiny_resnet import LENGTH, SIDE, TinyResnet


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_graph_computes_what_the_layers_say(seed: int) -> None:
    tiny = TinyResnet(seed)
    graph, output = resnet_graph(read_dlib_model(tiny.dat()))
    model = auto.create(Settings()).load(write_tflite(graph, [output], "tiny"))
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
    answer = model.run(image[None].astype(np.float32))
    expected = tiny.forward(image)
    assert answer.shape == (1, LENGTH)
    assert np.abs(answer[0] - expected).max() < 4e-3 * np.abs(expected).max()


def test_a_wrong_weight_would_be_noticed() -> None:
    tiny, other = TinyResnet(0), TinyResnet(0)
    other.plain[1][0][0, 0, 0, 0] += 1.0
    image = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
    expected = tiny.forward(image)
    assert np.abs(other.forward(image) - expected).max() > 4e-3 * np.abs(expected).max()


def _without(model: DlibModel, kind: type[Layer], which: int) -> DlibModel:
    places = [i for i, layer in enumerate(model.layers) if isinstance(layer, kind)]
    gone = places[which]
    layers = (*model.layers[:gone], *model.layers[gone + 1 :])
    return DlibModel(model.side_px, model.means, layers)


@pytest.mark.parametrize(("kind", "which"), [(Pool, 0), (Pool, -1), (Convolution, 0)])
def test_a_network_of_another_build_is_refused(kind: type[Layer], which: int) -> None:
    with pytest.raises(ModelSourceError):
        resnet_graph(_without(read_dlib_model(TinyResnet().dat()), kind, which))


def test_layers_after_the_embedding_are_refused() -> None:
    model = read_dlib_model(TinyResnet().dat())
    longer = DlibModel(model.side_px, model.means, (*model.layers, model.layers[-1]))
    with pytest.raises(ModelSourceError, match="after its embedding"):
        resnet_graph(longer)
