"""The network for one digit: three convolutions and two dense layers."""

import torch
from torch import nn

from training.printed_digits.wear import WINDOW

CHANNELS = (16, 32, 64)
HIDDEN = 64
ANSWERS = 11
"""Ten digits, and: not one digit."""


class GlyphNetwork(nn.Module):
    """`float[N, 1, 32, 24]` to scores `float[N, 11]`."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential()
        inputs = 1
        for outputs in CHANNELS:
            self.layers.append(nn.Conv2d(inputs, outputs, 3, padding=1))
            self.layers.append(nn.ReLU())
            self.layers.append(nn.MaxPool2d(2))
            inputs = outputs
        self.layers.append(nn.Flatten())
        self.layers.append(nn.Dropout(0.2))
        self.layers.append(nn.Linear(inputs * (WINDOW[0] // 8) * (WINDOW[1] // 8), HIDDEN))
        self.layers.append(nn.ReLU())
        self.layers.append(nn.Linear(HIDDEN, ANSWERS))

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Scores before the softmax."""
        scores: torch.Tensor = self.layers(pictures)
        return scores
