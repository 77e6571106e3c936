"""What print, wear, light and a camera do to a drawn strip; a batch at a time.

Everything is random and independent of any picture of a card.
"""

import math

import torch
from torch.nn import functional

from training.printed_digits.fonts import CAP_PX, CELL_PX
from training.printed_digits.strips import NO_DIGIT, STRIP_PX

WINDOW = (32, 24)
"""Rows and columns that the network sees."""
WINDOW_EM = 1.3
"""Height of the window in heights of a digit."""
_KERNEL_PX = 9
_OFF_CENTRE = 0.05
"""Share of windows that are laid between two characters: no digit."""

Batch = torch.Tensor


def windows(
    images: Batch, labels: Batch, pitches: Batch, rng: torch.Generator
) -> tuple[Batch, Batch]:
    """Worn windows of clean strips.

    Args:
        images: `float[N, 1, CELL_PX, STRIP_PX]`, 1 is ink.
        labels: `int64[N]`.
        pitches: `float[N]`.
        rng: source of chance.

    Returns:
        `float[N, 1, *WINDOW]`, each of mean 0 and deviation 1; and the labels.
    """
    images = _thickened(images, rng)
    placed, labels = _placed(images, labels, pitches, rng)
    inked = placed * _uneven(len(images), rng)
    inked = _blurred(inked, rng)
    inked = torch.clamp(inked + _ornament(len(images), rng) + _rims(len(images), rng), 0, 1.2)
    seen = _coarse(inked, rng)
    seen = seen + _noise(seen, rng)
    seen = torch.clamp(seen, 0, 1) ** _uniform(rng, len(seen), 0.7, 1.4)
    return standardised(seen), labels


def standardised(pictures: Batch) -> Batch:
    """Mean 0, deviation 1."""
    mean = pictures.mean(dim=(2, 3), keepdim=True)
    deviation = pictures.std(dim=(2, 3), keepdim=True, unbiased=False)
    return (pictures - mean) / (deviation + 0.02)


def _uniform(rng: torch.Generator, count: int, low: float, high: float) -> Batch:
    return low + (high - low) * torch.rand(count, 1, 1, 1, generator=rng)


def _chance(rng: torch.Generator, count: int, share: float) -> Batch:
    return (torch.rand(count, 1, 1, 1, generator=rng) < share).float()


def _thickened(images: Batch, rng: torch.Generator) -> Batch:
    """Ink that ran, or did not reach the rim."""
    kind = torch.rand(len(images), 1, 1, 1, generator=rng)
    amount = _uniform(rng, len(images), 0, 1)
    thick = functional.max_pool2d(images, 3, 1, 1)
    thin = -functional.max_pool2d(-images, 3, 1, 1)
    other = torch.where(kind < 0.25, thick, torch.where(kind < 0.5, thin, images))
    return images + amount * (other - images)


def _placed(
    images: Batch, labels: Batch, pitches: Batch, rng: torch.Generator
) -> tuple[Batch, Batch]:
    """Cuts a window with random size, slant, turn and place."""
    count = len(images)
    size = _uniform(rng, count, 0.86, 1.16).view(-1)
    wide = size * _uniform(rng, count, 0.88, 1.14).view(-1)
    slant = 0.1 * torch.randn(count, generator=rng)
    turn = 0.035 * torch.randn(count, generator=rng)
    right = 0.07 * CAP_PX * torch.randn(count, generator=rng)
    down = 0.05 * CAP_PX * torch.randn(count, generator=rng)
    is_between = torch.rand(count, generator=rng) < _OFF_CENTRE
    right = torch.where(is_between, pitches * _uniform(rng, count, 0.42, 0.58).view(-1), right)
    labels = torch.where(is_between, torch.full_like(labels, NO_DIGIT), labels)
    half_high = WINDOW_EM * CAP_PX / CELL_PX * size
    half_wide = WINDOW_EM * CAP_PX * WINDOW[1] / WINDOW[0] / STRIP_PX * wide
    ratio = CELL_PX / STRIP_PX
    matrix = torch.stack(
        [
            torch.stack([half_wide, (slant + turn) * half_high * ratio, 2 * right / STRIP_PX], -1),
            torch.stack([-turn * half_wide / ratio, half_high, 2 * down / CELL_PX], -1),
        ],
        dim=1,
    )
    grid = functional.affine_grid(matrix, [count, 1, *WINDOW], align_corners=False)
    return functional.grid_sample(images, grid, align_corners=False), labels


def _uneven(count: int, rng: torch.Generator) -> Batch:
    """Rubbed print, and the pale edge of mirrored light."""
    field = torch.rand(count, 1, 4, 3, generator=rng)
    field = functional.interpolate(field, WINDOW, mode="bicubic", align_corners=False)
    depth = _uniform(rng, count, 0, 0.8) * _chance(rng, count, 0.4)
    ys, xs = _places()
    angle = _uniform(rng, count, 0, 2 * math.pi)
    edge = torch.cos(angle) * xs + torch.sin(angle) * ys - _uniform(rng, count, -0.8, 0.8)
    glare = torch.sigmoid(edge * _uniform(rng, count, 2, 30))
    glared = 1 - glare * _uniform(rng, count, 0, 0.75) * _chance(rng, count, 0.15)
    return torch.clamp(1 - depth * field, 0.1, 1) * glared


def _places() -> tuple[Batch, Batch]:
    ys = torch.linspace(-1, 1, WINDOW[0]).view(1, 1, -1, 1)
    return ys, torch.linspace(-1, 1, WINDOW[1]).view(1, 1, 1, -1)


def _blurred(images: Batch, rng: torch.Generator) -> Batch:
    """Out of focus, or moved in one direction."""
    count = len(images)
    focus = 0.3 + 1.5 * _uniform(rng, count, 0, 1) ** 1.6
    motion = focus + 2.2 * _uniform(rng, count, 0, 1) * _chance(rng, count, 0.25)
    angle = _uniform(rng, count, 0, math.pi)
    steps = torch.arange(_KERNEL_PX, dtype=torch.float32) - _KERNEL_PX // 2
    ys, xs = steps.view(1, 1, -1, 1), steps.view(1, 1, 1, -1)
    along = torch.cos(angle) * xs + torch.sin(angle) * ys
    across = torch.cos(angle) * ys - torch.sin(angle) * xs
    kernel = torch.exp(-0.5 * ((along / motion) ** 2 + (across / focus) ** 2))
    kernel = kernel / kernel.sum(dim=(2, 3), keepdim=True)
    stacked = images.view(1, count, *WINDOW)
    return functional.conv2d(stacked, kernel, padding="same", groups=count).view_as(images)


def _ornament(count: int, rng: torch.Generator) -> Batch:
    """Fine wavy lines, as on valuable paper."""
    ys, xs = _places()
    angle = _uniform(rng, count, 0, math.pi)
    along = torch.cos(angle) * xs + 1.3 * torch.sin(angle) * ys
    across = 1.3 * torch.cos(angle) * ys - torch.sin(angle) * xs
    wave = _uniform(rng, count, 0, 0.3) * torch.sin(
        _uniform(rng, count, 2, 9) * along + _uniform(rng, count, 0, 6.3)
    )
    lines = torch.cos(_uniform(rng, count, 6, 30) * (across + wave) + _uniform(rng, count, 0, 6.3))
    lines = torch.clamp(lines, 0, 1) ** 3
    return lines * _uniform(rng, count, 0, 0.4) * _chance(rng, count, 0.6)


def _rims(count: int, rng: torch.Generator) -> Batch:
    """The edge of a picture or another line of print, above or below."""
    ys, _ = _places()
    side = torch.sign(_uniform(rng, count, -1, 1))
    rim = torch.sigmoid(40 * (side * ys - _uniform(rng, count, 0.84, 1.1)))
    return rim * _uniform(rng, count, 0.1, 1) * _chance(rng, count, 0.15)


def _coarse(images: Batch, rng: torch.Generator) -> Batch:
    """A camera with fewer pixels."""
    coarse = functional.avg_pool2d(images, 2)
    coarse = functional.interpolate(coarse, WINDOW, mode="bilinear", align_corners=False)
    is_coarse = _chance(rng, len(images), 0.2)
    return coarse * is_coarse + images * (1 - is_coarse)


def _noise(images: Batch, rng: torch.Generator) -> Batch:
    count = len(images)
    strength = 0.01 + 0.35 * _uniform(rng, count, 0, 1) ** 3
    fine = torch.randn(images.shape, generator=rng)
    wide = torch.randn(count, 1, WINDOW[0] // 2, WINDOW[1] // 2, generator=rng)
    wide = functional.interpolate(wide, WINDOW, mode="bilinear", align_corners=False)
    paper = _uniform(rng, count, 0, 0.15)
    return strength * (fine + 0.5 * wide) + paper
