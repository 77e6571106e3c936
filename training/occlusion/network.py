"""The network: three halvings of a small aligned face, a mean, two answers."""

import torch
from torch import nn
from torch.nn import functional

from training.detector.network import Block, SameConv

INPUT_PX = 64
OUTPUTS = 2
"""Logits: the mouth is covered, the eyes are covered."""
INPUT_SCALE = 128.0
CHANNELS = 64


class CoverNetwork(nn.Module):
    """The whole network."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = SameConv(3, 12, 3, 2)
        self.blocks = nn.Sequential(
            Block(12, 24, 2),
            Block(24, 24),
            Block(24, 48, 2),
            Block(48, 48),
            Block(48, CHANNELS, 2),
            Block(CHANNELS, CHANNELS),
        )
        self.head = nn.Conv2d(CHANNELS, OUTPUTS, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps float[N, 3, 64, 64] in 0..255, RGB, to float[N, 2]."""
        x = self.blocks(functional.relu(self.stem(x / INPUT_SCALE)))
        return self.head(x.mean(dim=(2, 3), keepdim=True)).flatten(1)
