"""What hides a part of a line: scratches, light too strong for a camera, a finger.

The answers stay what was printed, so that the network learns how little is left to go by.
"""

import math

import torch

from device.reader.front.ink import LIGHTEST
from training.printed_lines.chance import Batch, chance, places, uniform

_EM = 1.5
"""In half heights of a strip, the measure of `places`."""
_INKED = 0.5


def scratched(inked: Batch, rng: torch.Generator) -> Batch:
    """Strokes cut by bare card, which may be lighter than printed card, or crossed by dirt."""
    return _scratched(_scratched(inked, rng, 0.5), rng, 0.2)


def _scratched(inked: Batch, rng: torch.Generator, share: float) -> Batch:
    count = len(inked)
    ys, xs = places()
    left, right = ends(inked)
    angle = 0.5 * torch.randn(count, 1, 1, 1, generator=rng)
    angle = angle + math.pi / 2 * chance(rng, count, 0.2)
    xs = xs - left - (right - left) * uniform(rng, count, 0, 1)
    ys = ys - uniform(rng, count, -0.9, 0.9)
    along = torch.cos(angle) * xs + torch.sin(angle) * ys
    across = torch.cos(angle) * ys - torch.sin(angle) * xs
    across = across + uniform(rng, count, -0.02, 0.02) * along**2
    length = uniform(rng, count, 0.3, 8)
    line = torch.exp(-((across / uniform(rng, count, 0.03, 0.14)) ** 2))
    line = line * torch.sigmoid(20 * (length - along.abs())) * chance(rng, count, share)
    line = line * torch.maximum(uniform(rng, count, 0.2, 1), chance(rng, count, 0.3))
    is_dirt = chance(rng, count, 0.2)
    dark = is_dirt * uniform(rng, count, 0.2, 1)
    light = (1 - is_dirt) * uniform(rng, count, 0, -LIGHTEST)
    return inked * (1 - line) + (dark - light) * line


def highlight(inked: Batch, rng: torch.Generator) -> Batch:
    """Share of everything that light, too strong for a camera, takes away; 1 in its middle."""
    count = len(inked)
    ys, xs = places()
    left, right = ends(inked)
    xs = xs - left + _EM - (right - left + 2 * _EM) * uniform(rng, count, 0, 1)
    ys = ys - uniform(rng, count, -1.5, 1.5)
    radius = uniform(rng, count, 0.3, 3)
    far = torch.sqrt(xs**2 + (ys * uniform(rng, count, 0.5, 2)) ** 2) / radius
    return torch.sigmoid((1 - far) * uniform(rng, count, 3, 15)) * chance(rng, count, 0.12)


def under_finger(seen: Batch, inked: Batch, rng: torch.Generator) -> Batch:
    """A dark round thing over one end of the line, or close to it; a shadow goes before it."""
    count = len(inked)
    ys, xs = places()
    left, right = ends(inked)
    is_left = chance(rng, count, 0.5)
    reach = uniform(rng, count, -1.5, 0.6) * _EM
    # From the end of the line into it, whichever end it is.
    inward = is_left * (xs - left - reach) + (1 - is_left) * (right - reach - xs)
    radius = uniform(rng, count, 3, 12)
    down = ys - uniform(rng, count, -1, 1) * radius * 0.8
    depth = radius - torch.sqrt((inward + radius) ** 2 + down**2)
    covered = torch.sigmoid(depth * uniform(rng, count, 5, 40))
    shadow = uniform(rng, count, 0, 0.5) * torch.sigmoid((depth + 0.5) * uniform(rng, count, 3, 8))
    is_there = chance(rng, count, 0.15)
    shaded = seen + is_there * shadow * (1 - seen)
    return shaded + is_there * covered * (1 - shaded)


def ends(inked: Batch) -> tuple[Batch, Batch]:
    """Where the ink of each line begins and ends, in the measure of `places`."""
    _, xs = places()
    columns = inked.amax(dim=2, keepdim=True) > _INKED
    first = torch.where(columns, xs, xs.max()).amin(dim=3, keepdim=True)
    last = torch.where(columns, xs, xs.min()).amax(dim=3, keepdim=True)
    return torch.minimum(first, last), torch.maximum(first, last)
