"""Paints what bare faces have that a network might take for a mask: beards, lips, shadows."""

import cv2
import numpy as np

from device.face.quality import GREY_WEIGHTS
from training.occlusion.canvas import Canvas, rounded, wobble

_BEARD = np.array(
    [(0.95, 0.35), (0.98, 1.0), (0.75, 1.6), (0.3, 1.9), (-0.3, 1.9), (-0.75, 1.6), (-0.98, 1.0),
     (-0.95, 0.35), (-0.8, 0.85), (-0.5, 0.8), (-0.2, 0.68), (0.2, 0.68), (0.5, 0.8), (0.8, 0.85)]
)  # fmt: skip
_MOUSTACHE = np.array(
    [(-0.5, 1.02), (-0.3, 0.72), (0.3, 0.72), (0.5, 1.02), (0.2, 0.9), (-0.2, 0.9)]
)
_GOATEE = np.array([(-0.45, 1.2), (0.45, 1.2), (0.5, 1.6), (0.2, 1.85), (-0.2, 1.85), (-0.5, 1.6)])
_LIPS = np.array(
    [(-0.4, 1.0), (-0.12, 0.9), (0, 0.93), (0.12, 0.9), (0.4, 1.0), (0.15, 1.13), (-0.15, 1.13)]
)


def beard(canvas: Canvas, rng: np.random.Generator) -> None:
    """Paints a beard, a moustache or both; the lips stay free."""
    tone = rng.choice([25, 45, 70, 120, 190, 215, 230]) * rng.uniform(0.8, 1.2)
    hair = np.clip(tone * np.array([1.08, 1.0, 0.9]) + rng.normal(0, 6, 3), 8, 235)
    side = canvas.image.shape[0]
    strands = rng.normal(0, 1, (side, side)).astype(np.float32)
    strands = cv2.GaussianBlur(strands, (0, 0), sigmaX=0.6, sigmaY=1.6)
    strands = strands / max(float(strands.std()), 1e-6)
    shade = 1 + rng.uniform(0.05, 0.35) * strands + wobble(side, 8, 0.15, rng)
    density = rng.uniform(0.35, 1.0)
    lips = canvas.area(_LIPS * [1.0, 1.0] + [canvas.nose_x * 0.7, 0], 1.2)
    kind = rng.random()
    parts = [_BEARD, _GOATEE, _MOUSTACHE][: 1 if kind < 0.45 else 2] if kind < 0.6 else [_MOUSTACHE]
    for part in parts:
        outline = part * [rng.uniform(0.92, 1.08), 1.0] + rng.normal(0, 0.03, part.shape)
        outline[:, 0] += canvas.nose_x * 0.7
        cover = canvas.area(rounded(outline, 2), rng.uniform(1.5, 4.0))
        fluff = np.clip(1 + rng.uniform(0.1, 0.5) * strands, 0, 1)
        canvas.lay(cover * density * fluff * (1 - lips), hair * np.clip(shade, 0.3, 1.8)[..., None])


def lipstick(canvas: Canvas, rng: np.random.Generator) -> None:
    """Tints the lips."""
    outline = _LIPS + np.array([canvas.nose_x * 0.7, 0.0]) + rng.normal(0, 0.02, _LIPS.shape)
    tint = rng.uniform([90, 5, 20], [230, 90, 110])
    grey = (canvas.image @ GREY_WEIGHTS)[..., None] / 128.0
    canvas.lay(canvas.area(rounded(outline, 2), 1.0) * rng.uniform(0.3, 0.9), tint * grey)


def shadow(canvas: Canvas, rng: np.random.Generator) -> None:
    """Darkens or brightens one side of an edge across the face, as a lamp or a sunbeam does."""
    places = canvas.places
    turn = rng.uniform(0, 2 * np.pi)
    along = places[..., 0] * np.cos(turn) + (places[..., 1] - 0.5) * np.sin(turn)
    away = (along - rng.uniform(-0.5, 0.7)) / np.exp(rng.uniform(np.log(0.03), np.log(0.6)))
    canvas.image *= 1 - rng.uniform(0.2, 0.75) / (1 + np.exp(-np.clip(away, -30, 30)))[..., None]
