"""The detector's network: a single-shot grid that gives a score, a box and five points a cell.

Paddings are TFLite's SAME, so that the exported graph needs no PAD operator, and the input is only
scaled, never shifted, so that the scale folds exactly into the padded first convolution.
"""

import torch
from torch import nn
from torch.nn import functional

from training.detector.grid import OUTPUTS


def same_padding(side_px: int, kernel: int, stride: int) -> tuple[int, int]:
    """TFLite's SAME padding before and after, in px."""
    total = max((-(-side_px // stride) - 1) * stride + kernel - side_px, 0)
    return total // 2, total - total // 2


class SameConv(nn.Module):
    """Convolution with TFLite's SAME padding, then batch normalisation."""

    def __init__(self, ins: int, outs: int, kernel: int, stride: int = 1, groups: int = 1):
        super().__init__()
        self.conv = nn.Conv2d(ins, outs, kernel, stride, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outs)
        self.kernel, self.stride = kernel, stride

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Pads, convolves, normalises."""
        before, after = same_padding(x.shape[-1], self.kernel, self.stride)
        if before == after:
            y = functional.conv2d(
                x, self.conv.weight, None, self.stride, before, groups=self.conv.groups
            )
        else:
            y = self.conv(functional.pad(x, (before, after, before, after)))
        return self.norm(y)


class Block(nn.Module):
    """Depthwise 5 x 5 then pointwise; keeps a shortcut where shapes allow."""

    def __init__(self, ins: int, outs: int, stride: int = 1):
        super().__init__()
        self.depthwise = SameConv(ins, ins, 5, stride, groups=ins)
        self.pointwise = SameConv(ins, outs, 1)
        self.has_shortcut = stride == 1 and ins == outs

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Mixes space, then channels."""
        y = self.pointwise(self.depthwise(x))
        return functional.relu(y + x if self.has_shortcut else y)


class Detector(nn.Module):
    """The whole network."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = SameConv(3, 16, 3, 2)
        self.blocks = nn.Sequential(
            Block(16, 32, 2),
            Block(32, 32),
            Block(32, 64, 2),
            Block(64, 64),
            Block(64, 64),
            Block(64, 128, 2),
            Block(128, 128),
            Block(128, 128),
            Block(128, 128),
            Block(128, 128),
        )
        self.head = nn.Conv2d(128, OUTPUTS, 1)
        nn.init.zeros_(self.head.bias)
        with torch.no_grad():
            self.head.bias[0] = -4.0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps float[N, 3, 160, 160] in 0..255, RGB, to float[N, 15, 10, 10]."""
        x = functional.relu(self.stem(x / 128.0))
        return self.head(self.blocks(x))
