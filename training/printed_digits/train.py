"""Learns from worn strips, measures on fonts kept out, and writes the weights."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from training.printed_digits.fonts import Typeface, typefaces
from training.printed_digits.network import GlyphNetwork
from training.printed_digits.strips import Strips, draw
from training.printed_digits.wear import windows

BATCH = 256
STRIPS = 40_000
HELD_OUT_STRIPS = 30_000
LEARNING_RATE = 4e-3


@dataclass(frozen=True, slots=True)
class Plan:
    """One training."""

    output: Path
    """`.npz` file to write."""
    steps: int
    """Batches to learn from."""
    seed: int
    """Of everything random."""


def train(plan: Plan) -> None:
    """Draws, learns, measures and writes."""
    torch.manual_seed(plan.seed)
    torch.set_num_threads(1)
    rng = torch.Generator().manual_seed(plan.seed)
    faces = typefaces()
    seen = [face for face in faces if not face.is_held_out]
    kept = [face for face in faces if face.is_held_out]
    print(f"{len(seen)} fonts to learn from, {len(kept)} kept out", flush=True)
    strips = draw(seen, STRIPS, np.random.default_rng(plan.seed))
    network = GlyphNetwork()
    _learn(network, strips, plan, rng)
    measure(network, kept, rng)


def _learn(network: GlyphNetwork, strips: Strips, plan: Plan, rng: torch.Generator) -> None:
    optimiser = torch.optim.AdamW(network.parameters(), LEARNING_RATE, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, plan.steps)
    network.train()
    mean_loss = 0.0
    for step in range(plan.steps):
        chosen = torch.randint(len(strips.labels), (BATCH,), generator=rng).numpy()
        pictures, labels = _worn(strips, chosen, rng)
        loss = functional.cross_entropy(network(pictures), labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        mean_loss += 0.02 * (loss.item() - mean_loss)
        if step % 200 == 199:
            print(f"step {step + 1}: loss {mean_loss:.4f}", flush=True)
            _write(network, plan.output)


def _worn(
    strips: Strips, chosen: np.ndarray, rng: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    images = torch.from_numpy(strips.images[chosen]).float().unsqueeze(1) / 255
    labels, pitches = strips.labels[chosen], strips.pitches[chosen]
    return windows(images, torch.from_numpy(labels), torch.from_numpy(pitches), rng)


def measure(network: GlyphNetwork, faces: list[Typeface], rng: torch.Generator) -> None:
    """Prints how often it is wrong above each probability, in fonts it has not seen."""
    network.eval()
    strips = draw(faces, HELD_OUT_STRIPS, np.random.default_rng(0))
    answers, wanted = [], []
    with torch.no_grad():
        for first in range(0, HELD_OUT_STRIPS, BATCH):
            chosen = np.arange(first, min(first + BATCH, HELD_OUT_STRIPS))
            pictures, labels = _worn(strips, chosen, rng)
            answers.append(torch.softmax(network(pictures), 1).numpy())
            wanted.append(labels.numpy())
    found, right = np.concatenate(answers), np.concatenate(wanted)
    best, share = found.argmax(axis=1), found.max(axis=1)
    for least in (0.0, 0.9, 0.99, 0.999, 0.9999):
        is_sure = (share >= least) & (best < 10)
        wrong = (best != right)[is_sure]
        print(f"above {least}: {is_sure.mean():.4f} answered, {wrong.mean():.6f} of them wrong")


def _write(network: GlyphNetwork, output: Path) -> None:
    weights = {
        name.replace(".", "_"): value.numpy().astype(np.float16)
        for name, value in network.state_dict().items()
    }
    np.savez(output, **weights)
