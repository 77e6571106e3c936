import numpy as np
import pytest

from device.factory.dlib_model import (
    AddShortcut,
    Affine,
    Convolution,
    FullyConnected,
    Pool,
    Relu,
    read_dlib_model,
)
from device.factory.errors import ModelSourceError
from tests.device.factory import dat_writer as dat
from tests.device.factory.tiny_resnet import LENGTH, SIDE, TinyResnet


def test_the_layers_come_in_the_order_of_the_image() -> None:
    tiny = TinyResnet()
    model = read_dlib_model(tiny.dat())
    assert model.side_px == SIDE
    assert model.means == pytest.approx(tiny.means)
    kinds = [type(layer) for layer in model.layers]
    plain = [Convolution, Affine, Relu, Convolution, Affine]
    assert kinds == [
        *(Convolution, Affine, Relu, Pool),
        *(*plain, AddShortcut, Relu),
        *(*plain, Pool, AddShortcut, Relu),
        *(Pool, FullyConnected),
    ]


def test_the_weights_come_back_exactly() -> None:
    tiny = TinyResnet()
    model = read_dlib_model(tiny.dat())
    first, second = model.layers[0], model.layers[1]
    last = model.layers[-1]
    assert isinstance(first, Convolution)
    assert isinstance(second, Affine)
    assert isinstance(last, FullyConnected)
    assert (first.weights == tiny.stem[0]).all()
    assert (first.bias == tiny.stem[1]).all()
    assert first.stride == (2, 2)
    assert first.padding == (0, 0)
    assert (second.gamma == tiny.stem[2]).all()
    assert (second.beta == tiny.stem[3]).all()
    assert last.weights.shape == (6, LENGTH)
    assert (last.weights == tiny.matrix).all()


def test_a_file_cut_anywhere_is_refused() -> None:
    content = TinyResnet().dat()
    for end in range(0, len(content), 7):
        with pytest.raises(ModelSourceError):
            read_dlib_model(content[:end])


def test_bytes_after_the_last_layer_are_refused() -> None:
    with pytest.raises(ModelSourceError, match="end of the file"):
        read_dlib_model(TinyResnet().dat() + b"\x00")


def test_any_damaged_byte_reads_or_is_refused_but_never_breaks() -> None:
    content = TinyResnet().dat()
    rng = np.random.default_rng(1)
    refused = 0
    for at in rng.integers(0, len(content), 400):
        try:
            read_dlib_model(dat.damaged(content, int(at), int(rng.integers(0, 256))))
        except ModelSourceError:
            refused += 1
    assert refused > 20


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (b"relu_", b"gelu_", "unknown kind"),
        (b"loss_metric_2", b"loss_medusa_2", "metric network"),
        (b"input_rgb_image_sized", b"input_bgr_image_sized", "RGB input"),
    ],
)
def test_another_kind_of_file_is_refused(old: bytes, new: bytes, sentence: str) -> None:
    content = TinyResnet().dat().replace(old, new, 1)
    with pytest.raises(ModelSourceError, match=sentence):
        read_dlib_model(content)


def test_a_chain_of_layers_without_an_end_is_refused() -> None:
    start = dat.integer(1) + dat.string("loss_metric_2") + dat.real(0.04) + dat.real(0.6)
    with pytest.raises(ModelSourceError, match="chain"):
        read_dlib_model(start + dat.integer(2) * 5000)
