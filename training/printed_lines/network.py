"""The network for one line: convolutions that halve its height until one row of answers is left."""

import torch
from torch import nn

from device.reader.front.line_net import SIGNS

_TALL, _LOW = (3, 3), (1, 5)


class LineNetwork(nn.Module):
    """`float[N, 1, 32, W]` to scores `float[N, 1 + len(SIGNS), 1, W / STEP_PX]`; 0: no sign."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *_layer(1, 16, _TALL),
            nn.MaxPool2d(2),
            *_layer(16, 32, _TALL),
            nn.MaxPool2d(2),
            *_layer(32, 48, _TALL),
            *_layer(48, 64, _TALL),
            nn.MaxPool2d((2, 1)),
            *_layer(64, 64, _TALL),
            nn.MaxPool2d((2, 1)),
            nn.Conv2d(64, 96, (2, 3), padding=(0, 1), bias=False),
            nn.BatchNorm2d(96),
            nn.ReLU(),
            *_layer(96, 96, _LOW),
            nn.Dropout(0.1),
            nn.Conv2d(96, 1 + len(SIGNS), 1),
        )

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Scores before the softmax."""
        scores: torch.Tensor = self.layers(pictures)
        return scores


def _layer(inputs: int, outputs: int, size: tuple[int, int]) -> list[nn.Module]:
    around = (size[0] // 2, size[1] // 2)
    return [
        nn.Conv2d(inputs, outputs, size, padding=around, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    ]
