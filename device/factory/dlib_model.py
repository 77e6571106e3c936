"""Reads a dlib face recognition ResNet (`.dat`) into plain layer records.

Only what this kind of file holds is understood: anything else is refused, never guessed.

Source: dlib/dnn/core.h and layers.h; facts/face.md §6.3.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device.factory.dlib_stream import DlibStream
from device.factory.errors import ModelSourceError

Weights = NDArray[np.float32]

MAX_LAYERS = 1000
MAX_SIDE = 4096
"""Most filters, kernel cells or pixels a side that a file may ask for."""


@dataclass(frozen=True, slots=True)
class Convolution:
    """A convolution with bias."""

    weights: Weights
    """float32[out, in, rows, columns]."""
    bias: Weights
    """float32[out]."""
    stride: tuple[int, int]
    """Rows, columns."""
    padding: tuple[int, int]
    """Rows, columns of zeros on each side."""


@dataclass(frozen=True, slots=True)
class Affine:
    """Scale and offset of each channel."""

    gamma: Weights
    """float32[channels]."""
    beta: Weights
    """float32[channels]."""


@dataclass(frozen=True, slots=True)
class Relu:
    """Negative values become zero."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Largest value or mean of a window."""

    is_max: bool
    """Largest value; otherwise mean."""
    size: tuple[int, int]
    """Rows, columns of the window; 0, 0 means the whole plane."""
    stride: tuple[int, int]
    """Rows, columns."""
    padding: tuple[int, int]
    """Rows, columns of padding on each side."""


@dataclass(frozen=True, slots=True)
class AddShortcut:
    """The block's input (or its pooled input) is added."""


@dataclass(frozen=True, slots=True)
class FullyConnected:
    """A matrix product without bias."""

    weights: Weights
    """float32[in, out]."""


Layer = Convolution | Affine | Relu | Pool | AddShortcut | FullyConnected


@dataclass(frozen=True, slots=True)
class DlibModel:
    """A network as its file tells it."""

    side_px: int
    """Side of the square RGB input."""
    means: tuple[float, float, float]
    """Subtracted from R, G, B (0..255) before the division by 256."""
    layers: tuple[Layer, ...]
    """From the image to the embedding."""


def read_dlib_model(content: bytes) -> DlibModel:
    """Reads the whole file.

    Args:
        content: bytes of the `.dat` file.

    Returns:
        Input description and layers.

    Raises:
        ModelSourceError: if the file is damaged or no dlib metric ResNet.

    Source: facts/face.md §6.3.
    """
    stream = DlibStream(content)
    _expect(stream.integer() == 1 and stream.string() == "loss_metric_2", "a dlib metric network")
    stream.real(), stream.real()
    layer_count = _layer_count(stream)
    _expect(stream.string() == "input_rgb_image_sized", "a sized RGB input")
    means = (stream.real(), stream.real(), stream.real())
    rows, columns = stream.integer(), stream.integer()
    _expect(rows == columns and 0 < rows <= MAX_SIDE, "a square input")
    layers: list[Layer] = []
    for index in range(layer_count):
        layers.append(_layer(stream))
        _skip_training_state(stream, is_innermost=index == 0)
    _expect(stream.is_at_end, "the end of the file after the last layer")
    return DlibModel(rows, means, tuple(layers))


def _expect(is_so: bool, what: str) -> None:
    if not is_so:
        raise ModelSourceError(f"the model file does not hold {what}")


def _layer_count(stream: DlibStream) -> int:
    """Counts the layers that have a record; tags and skips have none."""
    count = 0
    for _ in range(MAX_LAYERS):
        match stream.integer():
            case 2:
                count += 1
            case 1:
                pass
            case 3:
                return count + 1
            case _:
                break
    raise ModelSourceError("the model file does not hold a chain of layers")


def _skip_training_state(stream: DlibStream, *, is_innermost: bool) -> None:
    for _ in range(3):
        stream.boolean()
    for _ in range(3):
        stream.tensor()
    if is_innermost:
        stream.integer()


def _layer(stream: DlibStream) -> Layer:
    match stream.string():
        case "con_4" | "con_5" | "con_6" as tag:
            return _convolution(stream, tag)
        case "affine_" | "affine_2" as tag:
            return _affine(stream, tag)
        case "relu_":
            return Relu()
        case "relu_2":
            _expect(not stream.boolean(), "only enabled layers")
            return Relu()
        case "max_pool_2" | "avg_pool_2" as tag:
            return _pool(stream, tag)
        case "add_prev_":
            return AddShortcut()
        case "fc_2" | "fc_3" as tag:
            return _fully_connected(stream, tag)
        case _:
            raise ModelSourceError("the model file holds a layer of an unknown kind")


def _convolution(stream: DlibStream, tag: str) -> Convolution:
    params = stream.tensor().ravel()
    filters, rows, columns, *steps = (stream.integer() for _ in range(7))
    shape, bias_shape = stream.alias(), stream.alias()
    for _ in range(4):
        stream.real()
    has_bias = stream.boolean() if tag in ("con_5", "con_6") else True
    _expect(not (tag == "con_6" and stream.boolean()), "only convolutions without own ReLU")
    _expect(has_bias, "only convolutions with a bias")
    _expect(shape[0] == filters and shape[2:] == (rows, columns), "filters of the announced size")
    _expect(bias_shape == (1, filters, 1, 1), "one bias for each filter")
    _expect(all(0 < side <= MAX_SIDE for side in shape), "filters of a possible size")
    _expect(min(steps[:2]) > 0 and min(steps[2:]) >= 0 and max(steps) <= MAX_SIDE, "real strides")
    weight_count = int(np.prod(shape))
    _expect(params.size == weight_count + filters, "all weights of a convolution")
    weights = params[:weight_count].reshape(shape)
    return Convolution(weights, params[weight_count:], (steps[0], steps[1]), (steps[2], steps[3]))


def _affine(stream: DlibStream, tag: str) -> Affine:
    params = stream.tensor().ravel()
    gamma, beta = stream.alias(), stream.alias()
    _expect(stream.integer() == 0, "only channel-wise affine layers")
    _expect(not (tag == "affine_2" and stream.boolean()), "only enabled layers")
    channels = gamma[1]
    _expect(gamma == beta == (1, channels, 1, 1), "a scale and an offset for each channel")
    _expect(0 < channels <= MAX_SIDE and params.size == 2 * channels, "all values of an affine")
    return Affine(params[:channels], params[channels:])


def _pool(stream: DlibStream, tag: str) -> Pool:
    rows, columns, down, right, pad_rows, pad_columns = (stream.integer() for _ in range(6))
    numbers = (rows, columns, pad_rows, pad_columns)
    _expect(min(numbers) >= 0 and max(numbers) <= MAX_SIDE, "a possible pooling window")
    _expect(min(down, right) > 0 and max(down, right) <= MAX_SIDE, "real strides")
    return Pool(tag == "max_pool_2", (rows, columns), (down, right), (pad_rows, pad_columns))


def _fully_connected(stream: DlibStream, tag: str) -> FullyConnected:
    outputs, inputs = stream.integer(), stream.integer()
    params = stream.tensor().ravel()
    stream.alias(), stream.alias()
    has_no_bias = stream.integer() == 1
    for _ in range(4):
        stream.real()
    if tag == "fc_3":
        stream.boolean()
    _expect(has_no_bias, "only a matrix without a bias")
    _expect(0 < outputs <= MAX_SIDE and 0 < inputs <= MAX_SIDE, "a matrix of a possible size")
    _expect(params.size == inputs * outputs, "all weights of the matrix")
    return FullyConnected(params.reshape(inputs, outputs))
