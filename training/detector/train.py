"""The training loop: one process, one thread, seeded, and able to go on after an interruption."""

import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch

from training.detector.labels import Portraits
from training.detector.losses import loss, targets
from training.detector.network import Detector
from training.detector.scenes import Scene, Stage

BATCH = 40
SAVE_EVERY_STEPS = 200
PEAK_RATE = 3e-3


@dataclass(frozen=True, slots=True)
class Plan:
    """What one training run does."""

    work: Path
    """Folder of labels and checkpoint, outside of the repository."""
    steps: int
    """Number of optimiser steps in all."""
    seed: int
    """Everything random follows from it."""


def as_batch(scenes: list[Scene]) -> torch.Tensor:
    """Turns `uint8[160, 160, 3]` pictures into float[N, 3, 160, 160]."""
    images = np.stack([scene.image for scene in scenes]).transpose(0, 3, 1, 2)
    return torch.from_numpy(images).float().contiguous(memory_format=torch.channels_last)


def train(plan: Plan) -> Detector:
    """Trains (or goes on training) and returns the network."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.manual_seed(plan.seed)
    sets = [Portraits.load(path) for path in sorted(plan.work.glob("labels_*.npz"), reverse=True)]
    stage = Stage(sets, [0.65, 0.35][: len(sets)], is_held_out=False)
    network = Detector().to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(network.parameters(), PEAK_RATE, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, PEAK_RATE, plan.steps, pct_start=0.1)
    checkpoint = plan.work / "checkpoint.pt"
    first = 0
    if checkpoint.exists():
        kept = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(kept["network"])
        optimiser.load_state_dict(kept["optimiser"])
        schedule.load_state_dict(kept["schedule"])
        first = kept["step"]
    started = time.monotonic()
    network.train()
    for step in range(first, plan.steps):
        scenes = stage.scenes(plan.seed, step, BATCH)
        total, score, point = loss(network(as_batch(scenes)), *targets(scenes))
        optimiser.zero_grad()
        total.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        if (step + 1) % 50 == 0:
            pace = (step + 1 - first) * BATCH / (time.monotonic() - started)
            print(f"{step + 1} score {score:.3f} point {point:.4f} {pace:.0f} img/s", flush=True)
        if (step + 1) % SAVE_EVERY_STEPS == 0 or step + 1 == plan.steps:
            _save(checkpoint, network, optimiser, schedule, step + 1)
    return network.eval()


def _save(
    path: Path,
    network: Detector,
    optimiser: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    step: int,
) -> None:
    """Replaces the checkpoint in one rename, so an interruption leaves the old one."""
    fresh = path.with_suffix(".new")
    torch.save(
        {
            "network": network.state_dict(),
            "optimiser": optimiser.state_dict(),
            "schedule": schedule.state_dict(),
            "step": step,
        },
        fresh,
    )
    fresh.replace(path)
