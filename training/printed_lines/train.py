"""Learns, measures on fonts kept out, and writes the network."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional
from torch.utils.data import DataLoader, IterableDataset

from device.reader.front.line_net import STEP_PX
from training.printed_lines.fonts import Typeface, typefaces
from training.printed_lines.lines import SIZE, Lines, draw
from training.printed_lines.network import LineNetwork
from training.printed_lines.wear import worn

BATCH = 64
LINES = 60_000
HELD_OUT_LINES = 6_000
LEARNING_RATE = 3e-3
_SAVED_EVERY = 500
_WARM_UP = 900
"""Steps."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One training."""

    output: Path
    """`.onnx` file to write."""
    checkpoint: Path
    """Where an interrupted training goes on."""
    steps: int
    """Batches to learn from."""
    seed: int
    """Of everything random."""


def train(plan: Plan) -> None:
    """Draws, learns, measures and writes."""
    torch.manual_seed(plan.seed)
    torch.set_num_threads(1)
    faces = typefaces()
    seen = [face for face in faces if not face.is_held_out]
    kept = [face for face in faces if face.is_held_out]
    print(f"{len(seen)} fonts to learn from, {len(kept)} kept out", flush=True)
    network = LineNetwork().to(memory_format=torch.channels_last)
    _learn(network, draw(seen, LINES, np.random.default_rng(plan.seed)), plan)
    measure(network, kept)
    export(network, plan.output)


def _learn(network: LineNetwork, lines: Lines, plan: Plan) -> None:
    optimiser = torch.optim.AdamW(network.parameters(), LEARNING_RATE, weight_decay=1e-2)
    parts = {"network": network, "optimiser": optimiser}
    first = _resume(plan.checkpoint, parts)
    # One process wears the next lines while another learns from these.
    batches = iter(DataLoader(_Batches(lines, plan.seed + first), batch_size=None, num_workers=1))
    network.train()
    mean_loss = 0.0
    for step in range(first, plan.steps):
        for group in optimiser.param_groups:
            group["lr"] = LEARNING_RATE * _share_of_rate(step, plan.steps)
        loss = _loss(network, *next(batches))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        mean_loss += 0.02 * (loss.item() - mean_loss)
        if step % 100 == 99:
            print(f"step {step + 1}: loss {mean_loss:.4f}", flush=True)
        if step % _SAVED_EVERY == _SAVED_EVERY - 1:
            states = {name: part.state_dict() for name, part in parts.items()}
            torch.save({"step": step + 1, **states}, plan.checkpoint)


def _share_of_rate(step: int, steps: int) -> float:
    """Rises at first, then falls; a training that goes on with more steps falls more slowly."""
    return min(1.0, (step + 1) / _WARM_UP) * 0.5 * (1 + math.cos(math.pi * step / steps))


def _resume(checkpoint: Path, parts: dict[str, torch.nn.Module]) -> int:
    if not checkpoint.exists():
        return 0
    stored = torch.load(checkpoint)
    for name, part in parts.items():
        part.load_state_dict(stored[name])
    return int(stored["step"])


class _Batches(IterableDataset[tuple[torch.Tensor, ...]]):
    """Worn lines, their signs and how many these are, for ever."""

    def __init__(self, lines: Lines, seed: int) -> None:
        super().__init__()
        self._lines = lines
        self._seed = seed

    def __iter__(self) -> Iterator[tuple[torch.Tensor, ...]]:
        rng = torch.Generator().manual_seed(self._seed)
        lines = self._lines
        while True:
            chosen = torch.randint(len(lines.lengths), (BATCH,), generator=rng).numpy()
            images, signs, lengths = (
                torch.from_numpy(values[chosen])
                for values in (lines.images, lines.signs, lines.lengths)
            )
            yield worn(images.unsqueeze(1), rng), signs.long(), lengths


def _loss(
    network: LineNetwork, pictures: torch.Tensor, signs: torch.Tensor, lengths: torch.Tensor
) -> torch.Tensor:
    with torch.autocast("cpu", torch.bfloat16):
        scores = network(pictures.to(memory_format=torch.channels_last))
    shares = scores.float().squeeze(2).permute(2, 0, 1).log_softmax(2)
    widths = torch.full_like(lengths, SIZE[1] // STEP_PX)
    return functional.ctc_loss(shares, signs, widths, lengths, zero_infinity=True)


def measure(network: LineNetwork, faces: list[Typeface]) -> None:
    """Prints how often lines are read wrongly above each certainty, in fonts it has not seen."""
    network.eval()
    rng = torch.Generator().manual_seed(0)
    lines = draw(faces, HELD_OUT_LINES, np.random.default_rng(0))
    certainties, wrong = [], []
    for first in range(0, HELD_OUT_LINES, BATCH):
        images = torch.from_numpy(lines.images[first : first + BATCH]).unsqueeze(1)
        with torch.no_grad():
            shares = torch.softmax(network(worn(images, rng)).squeeze(2), 1)
        certainty, best = shares.max(dim=1)
        for n in range(len(best)):
            row = torch.unique_consecutive(best[n])
            wanted = lines.signs[first + n, : lines.lengths[first + n]]
            wrong.append(row[row > 0].tolist() != wanted.tolist())
            certainties.append(float(certainty[n].min()))
    certain, is_wrong = np.array(certainties), np.array(wrong)
    for least in (0.0, 0.5, 0.9, 0.99, 0.999):
        sure = certain >= least
        print(f"above {least}: {sure.mean():.4f} answered, {is_wrong[sure].mean():.6f} wrong")


def export(network: LineNetwork, output: Path) -> None:
    """Writes the network for any count and width of pictures that the reader uses."""
    network.eval()
    torch.onnx.export(
        network,
        (torch.zeros(1, 1, *SIZE),),
        str(output),
        input_names=["line"],
        output_names=["scores"],
        dynamo=False,
    )
