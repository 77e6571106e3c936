"""What print, wear, light and a camera do to drawn lines; a batch at a time.

Everything is random and independent of any picture of a card.
"""

import math
from collections.abc import Callable

import torch
from torch.nn import functional

from device.reader.front.ink import LIGHTEST
from training.printed_lines.chance import Batch, chance, field, places, uniform
from training.printed_lines.hidden import highlight, scratched, under_finger
from training.printed_lines.lines import SIZE

_KERNEL_PX = 9


def worn(images: Batch, rng: torch.Generator) -> Batch:
    """Worn lines as the network sees them.

    Args:
        images: `uint8[N, 1, 64, 704]`, 255 is ink.
        rng: source of chance.

    Returns:
        `float[N, 1, 32, 352]`, each of mean 0 and deviation 1.
    """
    count = len(images)
    care = uniform(rng, count, 0.1, 1)
    whole = _placed(_thickened(images, rng), rng)
    inked = scratched(whole * _uneven(count, rng), rng)
    inked = _blurred(inked, rng, care)
    around = _ornament(count, rng) + _rims(count, rng) + _shadow(count, rng)
    seen = _coarse(torch.clamp(inked + care * around, LIGHTEST, 1.2), rng)
    seen = seen * (1 - care * _glare(count, rng)) * (1 - highlight(whole, rng))
    seen = under_finger(seen, whole, rng)
    seen = seen + care * _noise(count, rng)
    seen = torch.clamp(seen, LIGHTEST, 1)
    return standardised(seen.sign() * seen.abs() ** uniform(rng, count, 0.7, 1.4))


def standardised(pictures: Batch) -> Batch:
    """Mean 0, deviation 1."""
    mean = pictures.mean(dim=(2, 3), keepdim=True)
    deviation = pictures.std(dim=(2, 3), keepdim=True, unbiased=False)
    return (pictures - mean) / (deviation + 0.02)


def _thickened(images: Batch, rng: torch.Generator) -> Batch:
    """Ink that ran, or did not reach the rim; 1 is ink."""
    kind = torch.rand(len(images), 1, 1, 1, generator=rng)
    amount = uniform(rng, len(images), 0, 1)
    thick, thin = _of_neighbours(images, torch.maximum), _of_neighbours(images, torch.minimum)
    other = torch.where(kind < 0.3, thick, torch.where(kind < 0.45, thin, images))
    return torch.lerp(images.float(), other.float(), amount) / 255


def _of_neighbours(images: Batch, chosen: Callable[[Batch, Batch], Batch]) -> Batch:
    """Of each pixel and the four around it; far faster than pooling."""
    rows = images.clone()
    rows[:, :, 1:] = chosen(rows[:, :, 1:], images[:, :, :-1])
    rows[:, :, :-1] = chosen(rows[:, :, :-1], images[:, :, 1:])
    both = rows.clone()
    both[..., 1:] = chosen(both[..., 1:], images[..., :-1])
    both[..., :-1] = chosen(both[..., :-1], images[..., 1:])
    return both


def _placed(images: Batch, rng: torch.Generator) -> Batch:
    """Seen at half the size, with a random slant, turn and height."""
    count = len(images)
    slant = 0.08 * torch.randn(count, generator=rng)
    turn = 0.006 * torch.randn(count, generator=rng)
    down = 0.04 * torch.randn(count, generator=rng)
    one, ratio = torch.ones(count), SIZE[0] / SIZE[1]
    matrix = torch.stack(
        [
            torch.stack([one, slant * ratio, torch.zeros(count)], -1),
            torch.stack([turn / ratio, one, down], -1),
        ],
        dim=1,
    )
    half = functional.avg_pool2d(images, 2)
    grid = functional.affine_grid(matrix, [count, 1, *SIZE], align_corners=False)
    return functional.grid_sample(half, grid, align_corners=False)


def _uneven(count: int, rng: torch.Generator) -> Batch:
    """Rubbed print, in large and in small."""
    spots = torch.clamp(field(rng, count, 4, 30) * 2 - 0.9, 0, 1)
    wide = field(rng, count, 2, 6)
    rubbed = uniform(rng, count, 0, 0.85) * chance(rng, count, 0.35) * spots
    pale = uniform(rng, count, 0, 0.7) * chance(rng, count, 0.35) * wide
    grain = uniform(rng, count, 0, 0.5) * chance(rng, count, 0.4)
    fine = 1 - grain * torch.rand(count, 1, *SIZE, generator=rng)
    return torch.clamp((1 - rubbed) * (1 - pale), 0.1, 1) * fine


def _glare(count: int, rng: torch.Generator) -> Batch:
    """A band of mirrored light, in which print is pale."""
    ys, xs = places()
    angle = uniform(rng, count, 0, math.pi)
    across = torch.cos(angle) * (xs - uniform(rng, count, -11, 11)) + torch.sin(angle) * ys
    band = torch.exp(-((across / uniform(rng, count, 0.6, 6)) ** 2))
    return band * uniform(rng, count, 0.2, 0.93) * chance(rng, count, 0.4)


def _shadow(count: int, rng: torch.Generator) -> Batch:
    """Darkness that grows towards an edge: a finger's, or uneven light."""
    ys, xs = places()
    angle = uniform(rng, count, 0, 2 * math.pi)
    edge = torch.cos(angle) * (xs - uniform(rng, count, -11, 11)) + torch.sin(angle) * ys
    edge = torch.sigmoid(edge * uniform(rng, count, 0.3, 4))
    return edge * uniform(rng, count, 0, 0.3) * chance(rng, count, 0.2)


def _blurred(images: Batch, rng: torch.Generator, care: Batch) -> Batch:
    """Out of focus, or moved in one direction."""
    count = len(images)
    focus = 0.3 + 1.6 * care * uniform(rng, count, 0, 1) ** 1.3
    motion = focus + 2.4 * care * uniform(rng, count, 0, 1) * chance(rng, count, 0.35)
    angle = uniform(rng, count, 0, math.pi)
    steps = torch.arange(_KERNEL_PX, dtype=torch.float32) - _KERNEL_PX // 2
    ys, xs = steps.view(1, 1, -1, 1), steps.view(1, 1, 1, -1)
    along = torch.cos(angle) * xs + torch.sin(angle) * ys
    across = torch.cos(angle) * ys - torch.sin(angle) * xs
    kernel = torch.exp(-0.5 * ((along / motion) ** 2 + (across / focus) ** 2))
    kernel = kernel / kernel.sum(dim=(2, 3), keepdim=True)
    stacked = images.view(1, count, *SIZE)
    return functional.conv2d(stacked, kernel, padding="same", groups=count).view_as(images)


def _ornament(count: int, rng: torch.Generator) -> Batch:
    """Fine wavy lines, as on valuable paper."""
    ys, xs = places()
    angle = uniform(rng, count, 0, math.pi)
    along = torch.cos(angle) * xs + torch.sin(angle) * ys
    across = torch.cos(angle) * ys - torch.sin(angle) * xs
    wave = uniform(rng, count, 0, 0.4) * torch.sin(
        uniform(rng, count, 1, 7) * along + uniform(rng, count, 0, 6.3)
    )
    lines = torch.cos(uniform(rng, count, 5, 25) * (across + wave) + uniform(rng, count, 0, 6.3))
    lines = torch.clamp(lines, 0, 1) ** 3
    return lines * uniform(rng, count, 0, 0.45) * chance(rng, count, 0.7)


def _rims(count: int, rng: torch.Generator) -> Batch:
    """The edge of a photo or another line of print, above or below."""
    ys, _ = places()
    side = torch.sign(uniform(rng, count, -1, 1))
    rim = torch.sigmoid(30 * (side * ys - uniform(rng, count, 0.55, 1.1)))
    print_ = torch.clamp(field(rng, count, 1, 40) * 2 - 0.5, 0, 1)
    is_print = chance(rng, count, 0.5)
    return rim * (is_print * print_ + 1 - is_print) * chance(rng, count, 0.3)


def _coarse(images: Batch, rng: torch.Generator) -> Batch:
    """A camera with fewer pixels."""
    coarse = functional.avg_pool2d(images, 2)
    coarse = functional.interpolate(coarse, SIZE, mode="bilinear", align_corners=False)
    is_coarse = chance(rng, len(images), 0.2)
    return coarse * is_coarse + images * (1 - is_coarse)


def _noise(count: int, rng: torch.Generator) -> Batch:
    strength = 0.01 + 0.35 * uniform(rng, count, 0, 1) ** 2.5
    fine = torch.randn(count, 1, *SIZE, generator=rng)
    wide = torch.randn(count, 1, SIZE[0] // 2, SIZE[1] // 2, generator=rng)
    wide = functional.interpolate(wide, SIZE, mode="bilinear", align_corners=False)
    paper = uniform(rng, count, 0, 0.15)
    return strength * (fine + wide) + paper
