"""Draws how cards are really laid and seen, in three degrees of difficulty.

EASY is an attended, well built device. ORDINARY is a device on a counter. HARD is everything a
person could still just read: dim, glaring, shaky, sometimes a finger on the print.
"""

from enum import Enum

import numpy as np

from tests.hw_sim.card_front.shot import Edge, Finger, Glare, Shot


class Difficulty(Enum):
    """How unkind the conditions are."""

    EASY = "easy"
    ORDINARY = "ordinary"
    HARD = "hard"


_SHARE = {Difficulty.EASY: 0.25, Difficulty.ORDINARY: 0.6, Difficulty.HARD: 1.0}
"""Share of each effect's whole range."""


def sample_shot(rng: np.random.Generator, difficulty: Difficulty) -> Shot:
    """Draws one laying; the difficulty is how far into each effect's range it may go."""
    share = _SHARE[difficulty]
    tilt_right_deg, tilt_down_deg = _tilt_deg(rng, share)
    darkness = 0.9 * _badness(rng, share)
    return Shot(
        width_share=float(rng.uniform(0.70, 0.85)),
        shift_right_mm=float(rng.uniform(-3, 3)) * share,
        shift_down_mm=float(rng.uniform(-3, 3)) * share,
        rotation_deg=float(np.clip(rng.normal(0, 4 * share), -8, 8)),
        is_upside_down=bool(rng.random() < 0.25),
        tilt_right_deg=tilt_right_deg,
        tilt_down_deg=tilt_down_deg,
        distance_mm=float(rng.uniform(100, 300)),
        distortion=float(rng.uniform(-0.06, 0.02)) * share,
        defocus_px=0.4 + 2.2 * _badness(rng, share),
        motion_px=5 * _badness(rng, share),
        motion_deg=float(rng.uniform(0, 180)),
        exposure=float(rng.uniform(0.55, 1.0)) * (1 - 0.85 * darkness),
        electrons=max(250.0, float(rng.uniform(2000, 12000)) * (1 - darkness) ** 2),
        read_noise_electrons=float(rng.uniform(2, 8)),
        light_fall=0.7 * share * float(rng.random()),
        light_deg=float(rng.uniform(0, 360)),
        vignetting=float(rng.uniform(0, 0.35)),
        red_gain=float(np.exp(rng.normal(0, 0.1 * share))),
        blue_gain=float(np.exp(rng.normal(0, 0.1 * share))),
        glares=_glares(rng, share),
        finger=_finger(rng) if rng.random() < 0.25 * share else None,
        sharpening=float(rng.uniform(0, 0.8)),
        jpeg_quality=int(rng.integers(95 - int(40 * share), 97)),
        tray_level=float(rng.uniform(0.05, 0.5)),
        tray_grain=float(rng.random()),
        tray_seed=int(rng.integers(2**31)),
        vibration_mm=0.3 * _badness(rng, share),
        flicker=0.05 * share * float(rng.random()),
        glare_drift_px=float(rng.exponential(12)) * share,
    )


def _tilt_deg(rng: np.random.Generator, share: float) -> tuple[float, float]:
    tilt_deg = 12 * share * float(np.sqrt(rng.random()))
    towards = rng.uniform(0, 2 * np.pi)
    return tilt_deg * float(np.cos(towards)), tilt_deg * float(np.sin(towards))


def _badness(rng: np.random.Generator, share: float) -> float:
    # Evenly over the whole range when HARD, mostly near nothing when EASY.
    return float(share * rng.random() ** (2 - share))


def _glares(rng: np.random.Generator, share: float) -> tuple[Glare, ...]:
    return tuple(_glare(rng, share) for _ in range(int(rng.poisson(1.6 * share))))


def _glare(rng: np.random.Generator, share: float) -> Glare:
    right, down = float(rng.random()), float(rng.random())
    angle_deg = float(rng.uniform(0, 180))
    match rng.choice(("diode", "tube", "window"), p=(0.4, 0.35, 0.25)):
        case "diode":
            radius_px = float(rng.uniform(12, 45))
            strength = float(rng.uniform(0.5, 4.0))
            return Glare(right, down, radius_px, radius_px * 0.8, angle_deg, strength)
        case "tube":
            strength = 0.1 + float(rng.exponential(0.45)) * share
            width_px = float(rng.uniform(15, 60))
            return Glare(
                right, down, float(rng.uniform(300, 900)), width_px, angle_deg, min(strength, 2.0)
            )
        case _:
            strength = 0.05 + float(rng.exponential(0.25)) * share
            length_px = float(rng.uniform(200, 500))
            return Glare(
                right, down, length_px, float(rng.uniform(100, 250)), angle_deg, min(strength, 0.8)
            )


def _finger(rng: np.random.Generator) -> Finger:
    is_leaving = rng.random() < 0.4
    return Finger(
        edge=tuple(Edge)[int(rng.choice(4, p=(0.3, 0.3, 0.1, 0.3)))],
        along=float(rng.uniform(0.1, 0.9)),
        reach_mm=float(rng.uniform(1, 8) if rng.random() < 0.7 else rng.uniform(8, 14)),
        radius_mm=float(rng.uniform(6, 10)),
        slant_deg=float(rng.uniform(-35, 35)),
        tone=float(rng.random()),
        leaving_mm=float(rng.uniform(0.3, 3)) if is_leaving else 0.0,
    )
