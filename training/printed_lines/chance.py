"""What is random in a batch of lines."""

import torch
from torch.nn import functional

from training.printed_lines.lines import SIZE

Batch = torch.Tensor
"""`float[N, 1, H, W]`, drawn lines `uint8`; one value for each line: `float[N, 1, 1, 1]`."""


def uniform(rng: torch.Generator, count: int, low: float, high: float) -> Batch:
    """One value for each line."""
    return low + (high - low) * torch.rand(count, 1, 1, 1, generator=rng)


def chance(rng: torch.Generator, count: int, share: float) -> Batch:
    """1 for a share of the lines, 0 for the others."""
    return (torch.rand(count, 1, 1, 1, generator=rng) < share).float()


def field(rng: torch.Generator, count: int, rows: int, columns: int) -> Batch:
    """Values from 0 to 1 that change smoothly over a line."""
    values = torch.rand(count, 1, rows, columns, generator=rng)
    return functional.interpolate(values, SIZE, mode="bilinear", align_corners=False)


def places() -> tuple[Batch, Batch]:
    """Rows -1 to 1; columns in the same measure."""
    wide = SIZE[1] / SIZE[0]
    ys = torch.linspace(-1, 1, SIZE[0]).view(1, 1, -1, 1)
    return ys, torch.linspace(-wide, wide, SIZE[1]).view(1, 1, 1, -1)
