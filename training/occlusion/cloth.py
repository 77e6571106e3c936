"""What cloth looks like: colour, pattern, folds, and the light that falls on a face."""

import colorsys

import cv2
import numpy as np

from device.face.quality import GREY_WEIGHTS
from training.occlusion.canvas import Canvas, wobble

USUAL = np.array(
    [
        [236, 238, 240], [225, 226, 224], [205, 210, 214], [150, 190, 220], [120, 175, 205],
        [165, 205, 215], [150, 200, 185], [245, 205, 215], [230, 180, 190], [35, 35, 38],
        [22, 22, 26], [60, 62, 66], [110, 112, 116], [160, 160, 160], [40, 50, 90],
        [215, 190, 165], [190, 155, 130], [150, 115, 90],
    ],
    np.float32,
)  # fmt: skip
"""Of face masks: white, blue, green, pink, black, grey, navy, beige; RGB."""


def colour(canvas: Canvas, rng: np.random.Generator) -> np.ndarray:
    """float32[3], RGB: a usual one, one like the skin, or any."""
    kind = rng.random()
    if kind < 0.62:
        drawn = USUAL[rng.integers(len(USUAL))]
    elif kind < 0.76:
        drawn = canvas.skin()
    else:
        hue, saturation, value = rng.random(), rng.beta(1.2, 2.0), rng.uniform(0.08, 1.0)
        drawn = 255 * np.array(colorsys.hsv_to_rgb(hue, saturation, value), np.float32)
    return np.clip(drawn * rng.uniform(0.8, 1.1) + rng.normal(0, 6, 3), 5, 250).astype(np.float32)


def cloth(canvas: Canvas, rng: np.random.Generator) -> np.ndarray:
    """A sheet of cloth over the whole picture, float32[S, S, 3], lit as this face is."""
    side = canvas.image.shape[0]
    sheet = np.broadcast_to(colour(canvas, rng), canvas.image.shape).copy()
    if rng.random() < 0.22:
        pattern = _pattern(canvas, rng)[..., None]
        sheet += pattern * (colour(canvas, rng) - sheet)
    places = canvas.places
    shade = np.ones((side, side), np.float32)
    shade -= rng.uniform(0.0, 0.35) * np.clip(np.abs(places[..., 0] - canvas.nose_x), 0, 1.2) ** 2
    shade -= rng.uniform(-0.05, 0.25) * np.clip(places[..., 1] - 0.9, -0.5, 1.2)
    shade += rng.uniform(-0.25, 0.25) * places[..., 0]
    shade += wobble(side, int(rng.integers(3, 9)), rng.uniform(0, 0.06), rng)
    shade += wobble(side, int(rng.integers(9, 30)), rng.uniform(0, 0.03), rng)
    lit = sheet * np.clip(shade, 0.25, 1.4)[..., None]
    return lit * _face_light(canvas, rng)[..., None]


def _pattern(canvas: Canvas, rng: np.random.Generator) -> np.ndarray:
    """Stripes, checks, dots or print, float32[S, S], 0..1."""
    places = canvas.places * rng.uniform(2.5, 9.0)
    turn = rng.uniform(0, np.pi)
    along = places[..., 0] * np.cos(turn) + places[..., 1] * np.sin(turn)
    across = places[..., 1] * np.cos(turn) - places[..., 0] * np.sin(turn)
    match int(rng.integers(4)):
        case 0:
            waves = np.sin(2 * np.pi * along)
        case 1:
            waves = np.maximum(np.sin(2 * np.pi * along), np.sin(2 * np.pi * across))
        case 2:
            waves = np.sin(2 * np.pi * along) * np.sin(2 * np.pi * across) * 2 - 0.6
        case _:
            waves = wobble(places.shape[0], int(rng.integers(10, 40)), 1.0, rng)
    return (rng.uniform(0.3, 1.0) * np.clip(2 * waves + 0.5, 0, 1)).astype(np.float32)


def _face_light(canvas: Canvas, rng: np.random.Generator) -> np.ndarray:
    """How the light falls on this face, float32[S, S]: its brightness without any detail."""
    side = canvas.image.shape[0]
    coarse = cv2.resize(canvas.image, (side // 8, side // 8), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(coarse @ GREY_WEIGHTS, (0, 0), float(rng.uniform(0.8, 2.0)))
    blurred = cv2.resize(soft, (side, side), interpolation=cv2.INTER_LINEAR)
    level = max(float(canvas.skin().mean()), 20.0)
    exposure = np.clip(level / 165.0, 0.35, 1.25) ** rng.uniform(0.3, 1.0)
    return exposure * np.clip(blurred / level, 0.4, 1.5) ** rng.uniform(0.0, 1.0)
