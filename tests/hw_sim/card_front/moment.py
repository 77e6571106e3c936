"""What differs between two pictures of the same laying."""

from dataclasses import dataclass

import numpy as np

from tests.hw_sim.card_front.shot import Shot


@dataclass(frozen=True, slots=True)
class Moment:
    """One picture's share of the small movements."""

    right_mm: float
    """Card against its place in the laying."""
    down_mm: float
    """Card against its place in the laying."""
    turn_deg: float
    """Card against its place in the laying."""
    light: float
    """Factor on all light."""
    glare_right_px: float
    """Mirrored lights against their place."""
    glare_down_px: float
    """Mirrored lights against their place."""
    motion_px: float
    """Length of this picture's streak."""
    finger_back_mm: float
    """How far the finger has drawn back."""


def moment_of(shot: Shot, seed: int, index: int) -> Moment:
    """The movements in one picture, the same for the same arguments.

    Args:
        shot: how much moves.
        seed: of the laying.
        index: of the picture, 0 for the first.
    """
    drift = np.random.default_rng([seed, 1]).uniform(0, 2 * np.pi)
    rng = np.random.default_rng([seed, 2, index])
    shake = rng.normal(0, shot.vibration_mm, 3)
    wander = shot.glare_drift_px * (index * np.array([np.cos(drift), np.sin(drift)]))
    wander += rng.normal(0, 0.3 * shot.glare_drift_px + 1e-9, 2)
    back_mm = shot.finger.leaving_mm * index if shot.finger else 0.0
    return Moment(
        right_mm=float(shake[0]),
        down_mm=float(shake[1]),
        turn_deg=float(shake[2]),
        light=float(np.clip(rng.normal(1, shot.flicker), 0.7, 1.3)),
        glare_right_px=float(wander[0]),
        glare_down_px=float(wander[1]),
        motion_px=shot.motion_px * float(rng.uniform(0.1, 1.0)),
        finger_back_mm=back_mm,
    )
