"""Writes the trained detector as a `.tflite` file, with batch normalisation folded in."""

from pathlib import Path

import numpy as np
import torch

from device.factory.tflite_graph import Graph, Padding, Tensor
from device.factory.tflite_writer import write_tflite
from training.detector.grid import INPUT_PX
from training.detector.network import Block, Detector, SameConv

INPUT_SCALE = 128.0
"""The network divides its input by this; here the first weights are divided instead."""


def export_tflite(checkpoint: Path, output: Path) -> None:
    """Exports a checkpoint.

    Args:
        checkpoint: file written by training.
        output: `.tflite` file to write; input float32[1, 160, 160, 3] in 0..255, RGB; output
            float32[1, 10, 10, 15].
    """
    network = Detector()
    network.load_state_dict(torch.load(checkpoint, weights_only=True)["network"])
    graph = Graph()
    image = graph.input((1, INPUT_PX, INPUT_PX, 3))
    weights, bias = folded(network.stem)
    x = graph.convolution(
        image, weights / INPUT_SCALE, bias, stride=2, padding=Padding.SAME, has_relu=True
    )
    for layers in network.blocks:
        x = block(graph, x, layers)
    head = network.head.weight.detach().numpy().transpose(0, 2, 3, 1)
    answer = graph.convolution(x, head, network.head.bias.detach().numpy())
    output.write_bytes(write_tflite(graph, [answer], "uketsuke face detector"))


def folded(layer: SameConv) -> tuple[np.ndarray, np.ndarray]:
    """Weights float32[out, rows, columns, in] and bias with the normalisation folded in."""
    norm = layer.norm
    scale = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach().numpy()
    weights = layer.conv.weight.detach().numpy() * scale[:, None, None, None]
    bias = norm.bias.detach().numpy() - norm.running_mean.numpy() * scale
    return weights.transpose(0, 2, 3, 1), bias


def block(graph: Graph, x: Tensor, layers: Block) -> Tensor:
    """Adds one block to the graph."""
    weights, bias = folded(layers.depthwise)
    stride = layers.depthwise.stride
    spread = graph.depthwise(x, weights.transpose(3, 1, 2, 0), bias, stride=stride)
    weights, bias = folded(layers.pointwise)
    mixed = graph.convolution(spread, weights, bias, has_relu=not layers.has_shortcut)
    return graph.add(mixed, x, has_relu=True) if layers.has_shortcut else mixed
