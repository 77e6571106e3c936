"""What a good answer of the grid is: targets for each cell, and the loss."""

import numpy as np
import torch
from torch.nn import functional

from training.detector.grid import GRID, OUTPUTS, STRIDE_PX
from training.detector.scenes import Scene

POINT_UNIT_PX = 32.0
SIZE_UNIT_PX = 64.0
CORE_RADIUS = 0.18
"""Cells within this share of the face's size from its centre must fire."""
RIM_RADIUS = 0.32
"""Cells between core and rim are free to fire or not."""


def targets(scenes: list[Scene]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Lays the faces of each scene onto the grid.

    Returns:
        Values float[N, 15, G, G] (channel 0: 1 where a face is), weight of the score
        float[N, G, G] (0 = do not care), and the face's size in px float[N, G, G].
    """
    count = len(scenes)
    values = np.zeros((count, OUTPUTS, GRID, GRID), np.float32)
    care = np.ones((count, GRID, GRID), np.float32)
    size = np.ones((count, GRID, GRID), np.float32)
    steps = (np.arange(GRID, dtype=np.float32) + 0.5) * STRIDE_PX
    xs, ys = np.meshgrid(steps, steps)
    for n, scene in enumerate(scenes):
        for box, points in zip(scene.boxes, scene.points, strict=True):
            cx, cy = box[:2] + box[2:] / 2
            face_px = float(np.sqrt(box[2] * box[3]))
            distance = np.maximum(np.abs(xs - cx), np.abs(ys - cy))
            core = distance <= max(CORE_RADIUS * face_px, STRIDE_PX / 2)
            care[n][distance <= max(RIM_RADIUS * face_px, STRIDE_PX)] = 0.0
            care[n][core] = 1.0
            size[n][core] = face_px
            cell = np.zeros((OUTPUTS, GRID, GRID), np.float32)
            cell[0] = 1.0
            cell[1], cell[2] = (cx - xs) / POINT_UNIT_PX, (cy - ys) / POINT_UNIT_PX
            cell[3] = np.log(box[2] / SIZE_UNIT_PX)
            cell[4] = np.log(box[3] / SIZE_UNIT_PX)
            cell[5::2] = (points[:, 0, None, None] - xs) / POINT_UNIT_PX
            cell[6::2] = (points[:, 1, None, None] - ys) / POINT_UNIT_PX
            values[n][:, core] = cell[:, core]
    return torch.from_numpy(values), torch.from_numpy(care), torch.from_numpy(size)


def loss(
    answer: torch.Tensor, values: torch.Tensor, care: torch.Tensor, size: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Total loss, score loss and mean point error (share of the face's size)."""
    is_face = values[:, 0]
    probability = torch.sigmoid(answer[:, 0])
    miss = torch.abs(is_face - probability) ** 2
    entropy = functional.binary_cross_entropy_with_logits(answer[:, 0], is_face, reduction="none")
    faces = is_face.sum().clamp(min=1.0)
    score = (miss * entropy * care).sum() / faces
    to_face = POINT_UNIT_PX / size
    difference = torch.abs(answer[:, 5:] - values[:, 5:]) * to_face[:, None]
    point = (difference.mean(1) * is_face).sum() / faces
    centre = (torch.abs(answer[:, 1:3] - values[:, 1:3]) * to_face[:, None]).mean(1)
    side = torch.abs(answer[:, 3:5] - values[:, 3:5]).mean(1)
    box = ((centre + side) * is_face).sum() / faces
    return 2.0 * score + 10.0 * point + 2.0 * box, score, point
