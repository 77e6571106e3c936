"""Turns the layers of a dlib ResNet into a TensorFlow Lite graph.

Every affine layer and the input's normalisation are folded into the convolutions, exactly: the
graph takes raw 0..255 RGB and gives the embedding.

Source: facts/face.md §6.4.
"""

from collections import deque
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from device.factory.dlib_model import (
    AddShortcut,
    Affine,
    Convolution,
    DlibModel,
    FullyConnected,
    Layer,
    Pool,
    Relu,
)
from device.factory.errors import ModelSourceError
from device.factory.tflite_graph import Graph, Padding, Tensor

L = TypeVar("L", bound=Layer)

PIXEL_SCALE = 256.0
RGB_CHANNELS = 3


def resnet_graph(model: DlibModel, *, is_stored_wide: bool = False) -> tuple[Graph, Tensor]:
    """Builds the graph.

    Args:
        model: the network as read from its file.
        is_stored_wide: see `Graph`.

    Returns:
        The graph, with one input float32[1, side, side, 3], and its output float32[1, length].

    Raises:
        ModelSourceError: if the layers do not form the expected ResNet.

    Source: facts/face.md §6.4.
    """
    layers = deque(model.layers)
    graph = Graph(is_stored_wide=is_stored_wide)
    image = graph.input((1, model.side_px, model.side_px, RGB_CHANNELS))
    x = _stem(graph, image, layers, model.means)
    while layers and isinstance(layers[0], Convolution):
        x = _block(graph, x, layers)
    output = _head(graph, x, layers)
    if layers:
        raise ModelSourceError("the model file holds layers after its embedding")
    return graph, output


def _next(layers: deque[Layer], kind: type[L]) -> L:
    layer = layers.popleft() if layers else None
    if not isinstance(layer, kind):
        raise ModelSourceError(f"the model file lacks a {kind.__name__} where a ResNet has one")
    return layer


def _stem(
    graph: Graph, image: Tensor, layers: deque[Layer], means: tuple[float, float, float]
) -> Tensor:
    convolution = _next(layers, Convolution)
    if convolution.padding != (0, 0) or convolution.weights.shape[1] != RGB_CHANNELS:
        raise ModelSourceError("the first layer must see RGB without padding")
    weights = convolution.weights.astype(np.float64) / PIXEL_SCALE
    shift = np.einsum("oihw,i->o", weights, np.array(means))
    x = _convolve(graph, image, convolution, layers, (weights, convolution.bias - shift))
    return _pool(graph, x, _next(layers, Pool))


def _block(graph: Graph, shortcut: Tensor, layers: deque[Layer]) -> Tensor:
    """Two convolutions beside a shortcut, which a pool shrinks where the block does."""
    first = _next(layers, Convolution)
    x = _convolve(graph, shortcut, first, layers, _plain(first))
    second = _next(layers, Convolution)
    x = _convolve(graph, x, second, layers, _plain(second))
    if layers and isinstance(layers[0], Pool):
        shortcut = _pool(graph, shortcut, _next(layers, Pool))
    _next(layers, AddShortcut)
    _next(layers, Relu)
    shape = tuple(max(sides) for sides in zip(x.shape, shortcut.shape, strict=True))
    return graph.add(_grow(graph, x, shape), _grow(graph, shortcut, shape), has_relu=True)


def _head(graph: Graph, x: Tensor, layers: deque[Layer]) -> Tensor:
    pool = _next(layers, Pool)
    if pool.is_max or pool.size != (0, 0):
        raise ModelSourceError("the model file lacks a mean over the last plane")
    weights = _next(layers, FullyConnected).weights
    if weights.shape[0] != x.shape[3]:
        raise ModelSourceError("the model file's matrix does not fit its last layer")
    length = weights.shape[1]
    x = graph.pool(x, (x.shape[1], x.shape[2]), (1, 1), is_max=False)
    # A 1 x 1 convolution, since old runtimes refuse some FULLY_CONNECTED (facts/face.md 2.2).
    kernel = np.ascontiguousarray(weights.T).reshape(length, 1, 1, -1)
    x = graph.convolution(x, kernel, np.zeros(length, np.float32))
    return graph.reshape(x, (1, length))


def _convolve(
    graph: Graph,
    x: Tensor,
    convolution: Convolution,
    layers: deque[Layer],
    values: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> Tensor:
    """Folds the affine that follows into weights and bias, and a ReLU that follows into the op."""
    weights, bias = values
    affine = _next(layers, Affine)
    has_relu = bool(layers) and isinstance(layers[0], Relu)
    if has_relu:
        layers.popleft()
    if weights.shape[1] != x.shape[3] or affine.gamma.shape != bias.shape:
        raise ModelSourceError("two neighbouring layers of the model file do not fit")
    gamma = affine.gamma.astype(np.float64)
    folded = (weights * gamma[:, None, None, None]).transpose(0, 2, 3, 1)
    return graph.convolution(
        x,
        folded.astype(np.float32),
        (bias * gamma + affine.beta).astype(np.float32),
        stride=_square(convolution.stride),
        padding=_padding(convolution),
        has_relu=has_relu,
    )


def _plain(convolution: Convolution) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return convolution.weights.astype(np.float64), convolution.bias.astype(np.float64)


def _padding(convolution: Convolution) -> Padding:
    rows, columns = convolution.weights.shape[2:]
    if convolution.padding == (0, 0):
        return Padding.VALID
    is_centred = convolution.padding == (rows // 2, columns // 2) and rows % 2 and columns % 2
    if is_centred and convolution.stride == (1, 1):
        return Padding.SAME
    raise ModelSourceError("the model file pads a convolution in an unknown way")


def _square(stride: tuple[int, int]) -> int:
    if stride[0] != stride[1]:
        raise ModelSourceError("the model file has a stride that differs by direction")
    return stride[0]


def _pool(graph: Graph, x: Tensor, pool: Pool) -> Tensor:
    if pool.padding != (0, 0) or not 0 < min(pool.size) <= max(pool.size) <= min(x.shape[1:3]):
        raise ModelSourceError("the model file pools in an unknown way")
    return graph.pool(x, pool.size, pool.stride, is_max=pool.is_max)


def _grow(graph: Graph, x: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Zeros after the end: so does dlib add tensors of different sizes."""
    missing = tuple(wanted - side for wanted, side in zip(shape, x.shape, strict=True))
    return graph.pad(x, after=missing) if any(missing) else x
