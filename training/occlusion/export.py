"""Writes the trained network as a `.tflite` file, with batch normalisation folded in."""

from pathlib import Path

import torch

from device.factory.tflite_graph import Graph, Padding
from device.factory.tflite_writer import write_tflite
from training.detector.export import block, folded
from training.occlusion.network import INPUT_PX, INPUT_SCALE, OUTPUTS, CoverNetwork


def export_tflite(checkpoint: Path, output: Path) -> None:
    """Exports a checkpoint.

    Args:
        checkpoint: file written by training.
        output: `.tflite` file to write; input float32[1, 64, 64, 3] in 0..255, RGB; output
            float32[1, 2], the logits of a covered mouth and of covered eyes.
    """
    network = CoverNetwork().eval()
    network.load_state_dict(torch.load(checkpoint, weights_only=True)["network"])
    graph = Graph()
    image = graph.input((1, INPUT_PX, INPUT_PX, 3))
    weights, bias = folded(network.stem)
    x = graph.convolution(
        image, weights / INPUT_SCALE, bias, stride=2, padding=Padding.SAME, has_relu=True
    )
    for each in network.blocks:
        x = block(graph, x, each)
    side = x.shape[1]
    mean = graph.pool(x, (side, side), (1, 1), is_max=False)
    head = network.head.weight.detach().numpy().transpose(0, 2, 3, 1)
    said = graph.convolution(mean, head, network.head.bias.detach().numpy())
    answer = graph.reshape(said, (1, OUTPUTS))
    output.write_bytes(write_tflite(graph, [answer], "uketsuke covered face"))
