"""One lap of training: one process, one thread, seeded, able to go on after an interruption.

A lap begins with the committed network, if there is one, and ends with a better one; so hours add
up over laps, on whatever machine.
"""

import math
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch

from training.embedder.augment import Sampler
from training.embedder.graph import student_graph
from training.embedder.losses import loss
from training.embedder.network import GraphNetwork
from training.embedder.teacher import Projection, Teachers, as_batch

BATCH = 48
SAVE_EVERY_STEPS = 100
WARM_UP = 0.08
"""Share of the lap."""
_LEAST_SIZE = 1e-3
"""Of a layer's weights, for those that begin at zero."""
_RIDGE = 1e-2
"""Of the mean variance of the pooled features."""


@dataclass(frozen=True, slots=True)
class Lap:
    """What one lap does."""

    checkpoint: Path
    """File in the working folder, for going on."""
    steps: int
    """Optimiser steps."""
    seed: int
    """Everything random follows from it; another one for each lap."""
    peak_rate: float
    """Largest learning rate, as a share of a layer's own weights."""


@dataclass(frozen=True, slots=True)
class School:
    """What is learnt from."""

    sampler: Sampler
    teachers: Teachers
    projection: Projection
    bank: torch.Tensor
    """float[M, 256]: the targets of the portraits as they are."""


def open_student(path: Path, school: School) -> GraphNetwork:
    """The committed network, or a new one.

    Its last matrix is solved for (facts/face.md §7.1), since a lap may have other teachers.
    """
    student = GraphNetwork(*student_graph()).to(memory_format=torch.channels_last)
    if path.exists():
        student.take(path)
    _solve_head(student, school)
    return student


def train(lap: Lap, student: GraphNetwork, school: School) -> None:
    """Trains, or goes on training."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    optimiser = torch.optim.AdamW(_groups(student, lap.peak_rate), weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step / lap.steps))
    first = 0
    kept = torch.load(lap.checkpoint, weights_only=True) if lap.checkpoint.exists() else None
    # A checkpoint of another lap is over: that lap's network is the exported one.
    if kept is not None and kept["seed"] == lap.seed:
        student.load_state_dict(kept["student"])
        optimiser.load_state_dict(kept["optimiser"])
        schedule.load_state_dict(kept["schedule"])
        first = kept["step"]
    started, recent = time.monotonic(), []
    for step in range(first, lap.steps):
        samples = school.sampler.batch(lap.seed, step, BATCH)
        target = torch.from_numpy(school.projection.apply(school.teachers.embed(samples))).float()
        with torch.autocast("cpu", torch.bfloat16):
            answer = student(as_batch([sample.student for sample in samples]))
        total, cosine = loss(answer.float(), target, school.bank)
        optimiser.zero_grad()
        total.backward()
        torch.nn.utils.clip_grad_norm_(student.parameters(), 2.0)
        optimiser.step()
        schedule.step()
        recent.append((total.item(), cosine.item()))
        if (step + 1) % 25 == 0:
            pace = (step + 1 - first) * BATCH / (time.monotonic() - started)
            mean_loss, mean_cosine = np.mean(recent, axis=0)
            print(
                f"{step + 1} loss {mean_loss:.4f} cosine {mean_cosine:.4f} {pace:.0f} img/s",
                flush=True,
            )
            recent.clear()
        if (step + 1) % SAVE_EVERY_STEPS == 0 or step + 1 == lap.steps:
            _save(lap, student, optimiser, schedule, step + 1)


def _groups(student: GraphNetwork, peak_rate: float) -> list[dict[str, object]]:
    """A rate for each layer in proportion to its weights.

    The first layer's are 1/256 of the others', since it takes raw pixels: one rate for all would
    move it by a tenth of itself in every step.
    """
    return [
        {
            "params": [values],
            "lr": peak_rate * max(float(values.detach().square().mean().sqrt()), _LEAST_SIZE),
        }
        for values in student.parameters()
    ]


def _rate(share: float) -> float:
    """Share of the peak rate: up, then down along a cosine."""
    if share < WARM_UP:
        return share / WARM_UP + 1e-3
    return 0.5 + 0.5 * math.cos(math.pi * (share - WARM_UP) / (1 - WARM_UP)) + 1e-3


@torch.inference_mode()
def _solve_head(student: GraphNetwork, school: School) -> None:
    """Ridge regression from the pooled features to the targets."""
    pooled = []
    for at in range(0, len(school.bank), BATCH):
        indices = range(at, min(at + BATCH, len(school.bank)))
        images = as_batch([school.sampler.plain(index).student for index in indices])
        pooled.append(student.features(images)[student.pooled_index].flatten(1))
    x = torch.cat(pooled)
    gram = x.T @ x
    ridge = _RIDGE * gram.diagonal().mean() * torch.eye(len(gram))
    student.head.data = torch.linalg.solve(gram + ridge, x.T @ school.bank).T[:, :, None, None]


def _save(
    lap: Lap,
    student: GraphNetwork,
    optimiser: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    step: int,
) -> None:
    """Replaces the checkpoint in one rename, so an interruption leaves the old one."""
    fresh = lap.checkpoint.with_suffix(".new")
    states = {
        "seed": lap.seed,
        "student": student.state_dict(),
        "optimiser": optimiser.state_dict(),
        "schedule": schedule.state_dict(),
        "step": step,
    }
    torch.save(states, fresh)
    fresh.replace(lap.checkpoint)
