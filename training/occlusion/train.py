"""The training loop: one process, one thread, seeded, and able to go on after an interruption."""

import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch.nn import functional

from training.occlusion.faces import Faces, Part
from training.occlusion.network import CoverNetwork
from training.occlusion.pictures import VIEWS, examples

BATCH = 96
SAVE_EVERY_STEPS = 200
EYES_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class Plan:
    """What one training run does."""

    work: Path
    """Folder of faces and checkpoint, outside of the repository."""
    steps: int
    """Number of optimiser steps in all."""
    seed: int
    """Everything random follows from it."""
    rate: float
    """Of learning, where it is largest."""
    begin_with: Path | None
    """Checkpoint of an earlier lap whose network goes on learning; None: it starts as a newborn."""


def batch(
    faces: Faces, teachers: np.ndarray, seed: int, step: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """The pictures of one step and their answers; the same again after a resumption."""
    rng = np.random.default_rng((seed, step))
    chosen = rng.choice(teachers, BATCH // VIEWS)
    drawn = [each for index in chosen for each in examples(faces, int(index), rng)]
    chips = np.stack([each.chip for each in drawn]).transpose(0, 3, 1, 2)
    answers = [(each.is_mouth_covered, each.are_eyes_covered) for each in drawn]
    pictures = torch.from_numpy(chips).float().contiguous(memory_format=torch.channels_last)
    return pictures, torch.tensor(answers, dtype=torch.float32)


def train(plan: Plan) -> None:
    """Trains, or goes on training."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.manual_seed(plan.seed)
    faces = Faces.load(plan.work / "faces.npz")
    teachers = faces.of(Part.TEACHES)
    network = CoverNetwork().to(memory_format=torch.channels_last)
    if plan.begin_with is not None:
        network.load_state_dict(torch.load(plan.begin_with, weights_only=True)["network"])
    optimiser = torch.optim.AdamW(network.parameters(), plan.rate, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, plan.rate, plan.steps, pct_start=0.1)
    checkpoint = plan.work / "checkpoint.pt"
    first = 0
    if checkpoint.exists():
        kept = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(kept["network"])
        optimiser.load_state_dict(kept["optimiser"])
        schedule.load_state_dict(kept["schedule"])
        first = kept["step"]
    started, recent = time.monotonic(), []
    network.train()
    for step in range(first, plan.steps):
        pictures, answers = batch(faces, teachers, plan.seed, step)
        said = network(pictures)
        mouth, eyes = functional.binary_cross_entropy_with_logits(
            said, answers, reduction="none"
        ).mean(dim=0)
        loss = mouth + EYES_WEIGHT * eyes
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        recent.append((mouth.item(), eyes.item()))
        if (step + 1) % 50 == 0:
            pace = (step + 1 - first) * BATCH / (time.monotonic() - started)
            losses = np.mean(recent[-50:], axis=0)
            print(
                f"{step + 1} mouth {losses[0]:.4f} eyes {losses[1]:.4f} {pace:.0f} img/s",
                flush=True,
            )
        if (step + 1) % SAVE_EVERY_STEPS == 0 or step + 1 == plan.steps:
            _save(checkpoint, network, optimiser, schedule, step + 1)


def _save(
    path: Path,
    network: CoverNetwork,
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
