"""Paints what covers a mouth: masks of many cuts, scarves, hands; and what only comes near."""

import cv2
import numpy as np

from device.face.quality import GREY_WEIGHTS
from training.occlusion.canvas import Canvas, rounded, wobble
from training.occlusion.cloth import cloth, colour

OVER_NOSE = (0.05, 0.42)
"""Where upper edges of masks lie that cover the nose, in eye distances below the eyes."""
UNDER_NOSE = (0.62, 0.80)
CLINGING_SHARE, SCULPTED_SHARE, STRAPS_SHARE = 0.3, 0.6, 0.5
ON_CHIN = (1.36, 1.6)
"""Below the lower lip: such a mask hides nothing that is compared."""


def mask(canvas: Canvas, tops: tuple[float, float], rng: np.random.Generator) -> None:
    """Paints a face mask whose upper edge lies within `tops`."""
    top = rng.uniform(*tops)
    outline = _cut(top, rng)
    outline[:, 0] += canvas.nose_x * np.clip(1.2 - np.abs(outline[:, 0]), 0, 1)
    outline += rng.normal(0, 0.02, outline.shape)
    outline = rounded(outline, int(rng.integers(1, 4)))
    sheet = cloth(canvas, rng)
    if rng.random() < STRAPS_SHARE:
        _straps(canvas, outline, sheet, rng)
    _shadow(canvas, outline, rng)
    _relief(canvas, sheet, top, rng)
    if rng.random() < SCULPTED_SHARE:
        _sculpt(canvas, sheet, rng)
    if rng.random() < CLINGING_SHARE:
        _cling(canvas, sheet, rng)
    cover = canvas.area(outline, rng.uniform(0.4, 1.4))
    if rng.random() < 0.4:
        inner = cv2.GaussianBlur(cover, (0, 0), float(rng.uniform(1.0, 2.5)))
        sheet *= 1 + rng.uniform(-0.35, 0.2) * (1 - np.clip(2 * inner - 1, 0, 1))[..., None]
    canvas.lay(cover, sheet)


def _cut(top: float, rng: np.random.Generator) -> np.ndarray:
    """Corners of a mask, from the middle of its upper edge over the right side and back."""
    bottom = max(rng.uniform(1.5, 2.0), top + 0.35)
    wide = rng.uniform(0.72, 1.12)
    match int(rng.integers(3)):
        case 0:  # surgical: nearly a rectangle
            side_top, side_bottom = top + rng.uniform(-0.02, 0.35), bottom - rng.uniform(0.1, 0.55)
            cheek = top + rng.uniform(0.0, 0.2)
            jaw = bottom - rng.uniform(0.0, 0.2)
        case 1:  # cup and duckbill: round
            side_top, side_bottom = top + rng.uniform(0.2, 0.5), bottom - rng.uniform(0.3, 0.7)
            cheek = top + rng.uniform(0.08, 0.3)
            jaw = bottom - rng.uniform(0.02, 0.25)
        case _:  # fitted cloth: a peak on the nose, wide behind
            side_top, side_bottom = top + rng.uniform(0.3, 0.6), bottom - rng.uniform(0.2, 0.6)
            cheek = top + rng.uniform(0.15, 0.4)
            jaw = bottom - rng.uniform(0.05, 0.3)
    side_bottom = max(side_bottom, side_top + 0.15)
    right = [
        (0.12, top),
        (0.5 * wide, cheek),
        (wide, side_top),
        (wide * rng.uniform(0.9, 1.05), side_bottom),
        (0.55 * wide, jaw),
        (0.2, bottom),
    ]
    left = [(-x, y) for x, y in reversed(right)]
    return np.array(right + left)


def _straps(
    canvas: Canvas, outline: np.ndarray, sheet: np.ndarray, rng: np.random.Generator
) -> None:
    right, left = outline[:, 0].argmax(), outline[:, 0].argmin()
    strap = sheet if rng.random() < 0.6 else np.full(3, rng.uniform(120, 250), np.float32)
    for corner, sign in ((outline[right], 1), (outline[left], -1)):
        for rise, reach in ((-0.1, 0.0), (0.35, 0.25)):
            start = corner + np.array([-0.02 * sign, reach])
            ear = [sign * rng.uniform(1.1, 1.35), rng.uniform(-0.05, 0.35) + 0.2 * rise]
            bend = (start + ear) / 2 + rng.normal(0, 0.04, 2)
            cover = canvas.line(np.array([start, bend, ear]), rng.uniform(0.02, 0.06))
            canvas.lay(cover * rng.uniform(0.5, 1.0), strap)


def _shadow(canvas: Canvas, outline: np.ndarray, rng: np.random.Generator) -> None:
    """What the cloth takes of the light beside it."""
    shifted = outline * rng.uniform(1.0, 1.06) + [rng.normal(0, 0.04), rng.uniform(-0.04, 0.06)]
    cover = canvas.area(shifted, rng.uniform(1.0, 3.0)) * rng.uniform(0.0, 0.45)
    canvas.image *= 1 - cover[..., None]


def _relief(canvas: Canvas, sheet: np.ndarray, top: float, rng: np.random.Generator) -> None:
    """Pleats, a seam down the middle, the nose under the cloth, a wire on it."""
    places = canvas.places
    x, y = places[..., 0] - canvas.nose_x, places[..., 1]
    factor = np.ones_like(x)
    if rng.random() < 0.5:
        bow = rng.uniform(-0.1, 0.25)
        width = rng.uniform(0.015, 0.05)
        for middle in np.linspace(top + 0.25, 1.6, int(rng.integers(2, 5))):
            away = (y - middle - rng.normal(0, 0.02) - bow * x**2) / width
            factor -= rng.uniform(0.05, 0.3) * np.exp(-(away**2))
            factor += rng.uniform(0.0, 0.12) * np.exp(-((away + 1.5) ** 2))
    if rng.random() < 0.3:
        factor -= rng.uniform(0.1, 0.35) * np.exp(-((x / rng.uniform(0.015, 0.04)) ** 2))
    if rng.random() < 0.6:
        ridge = np.exp(-((x / rng.uniform(0.12, 0.3)) ** 2)) * np.clip(1.3 - np.abs(y - 0.55), 0, 1)
        factor += rng.uniform(-0.05, 0.22) * ridge
        factor -= rng.uniform(0.0, 0.2) * np.exp(-(((y - 0.75) / 0.1) ** 2 + (x / 0.25) ** 2))
    if rng.random() < 0.35:
        away = np.exp(-(((y - top - 0.1 - 0.3 * x**2) / 0.03) ** 2)) * (np.abs(x) < 0.45)
        factor += rng.uniform(-0.25, 0.25) * away
    sheet *= np.clip(factor, 0.3, 1.5)[..., None]


def _sculpt(canvas: Canvas, sheet: np.ndarray, rng: np.random.Generator) -> None:
    """Gives the cloth the shape of the face below, in light from somewhere: cheeks, nose, lips."""
    x, y = canvas.places[..., 0] - canvas.nose_x * 0.8, canvas.places[..., 1]
    bridge = np.clip((y + 0.2) / 0.75, 0, 1) / (1 + np.exp(np.clip((y - 0.68) / 0.1, -30, 30)))
    height = -rng.uniform(0.1, 0.5) * x**2
    height += rng.uniform(0.05, 0.3) * np.exp(-((x / rng.uniform(0.16, 0.3)) ** 2)) * bridge
    height += rng.uniform(0.0, 0.1) * np.exp(-(((y - 1.5) / 0.22) ** 2) - (x / 0.35) ** 2)
    lips = rng.choice([0.0, rng.uniform(0.2, 1.0)])
    mouth = np.exp(-((x / rng.uniform(0.3, 0.45)) ** 2))
    height += 0.07 * lips * np.exp(-(((y - 1.0) / 0.15) ** 2)) * mouth
    height -= 0.05 * lips * np.exp(-(((y - 1.0) / 0.04) ** 2)) * mouth
    down, across = np.gradient(height * canvas.to_image.scale)
    turn, strength = rng.uniform(0, 2 * np.pi), rng.uniform(0.3, 1.1)
    shade = 1 + strength * (np.cos(turn) * across - abs(np.sin(turn)) * down)
    for side in (-1, 1):
        nostril = ((x - 0.12 * side) / 0.05) ** 2 + ((y - 0.66) / 0.035) ** 2
        shade -= lips * rng.uniform(0.0, 0.4) * np.exp(-nostril)
    sheet *= np.clip(shade, 0.35, 1.4)[..., None]


def _cling(canvas: Canvas, sheet: np.ndarray, rng: np.random.Generator) -> None:
    """Lets nose and lips show through, as under thin cloth that is drawn tight."""
    grey = canvas.image @ GREY_WEIGHTS
    around = cv2.GaussianBlur(grey, (0, 0), float(rng.uniform(3, 9)))
    detail = np.clip((grey + 8) / (around + 8), 0.4, 1.5)
    sheet *= (detail ** rng.uniform(0.1, 0.6))[..., None]


def scarf(canvas: Canvas, top: float, rng: np.random.Generator) -> None:
    """Paints cloth from `top` down, over the whole width: a scarf, or a collar where it is low."""
    sag = rng.uniform(-0.15, 0.35)
    xs = np.linspace(-2.2, 2.2, 9)
    edge = top - sag * np.clip(np.abs(xs), 0, 1) ** 2 + rng.normal(0, 0.03, len(xs))
    outline = np.concatenate([np.stack([xs, edge], 1), [[2.2, 4.0], [-2.2, 4.0]]])
    sheet = cloth(canvas, rng)
    places = canvas.places
    folds = np.ones(places.shape[:2], np.float32)
    for _ in range(int(rng.integers(0, 5))):
        middle = rng.uniform(top, 2.4) + rng.normal(0, 0.3) * places[..., 0]
        middle = middle + rng.uniform(-0.3, 0.1) * places[..., 0] ** 2
        folds -= rng.uniform(0.05, 0.4) * np.exp(
            -(((places[..., 1] - middle) / rng.uniform(0.03, 0.15)) ** 2)
        )
    sheet *= np.clip(folds, 0.3, 1.3)[..., None]
    _shadow(canvas, outline, rng)
    canvas.lay(canvas.area(outline, rng.uniform(0.5, 1.6)), sheet)


def hand(canvas: Canvas, centre: np.ndarray, rng: np.random.Generator) -> None:
    """Paints four fingers about a centre, in the colour of the face."""
    skin = canvas.skin() * rng.uniform(0.75, 1.15) + rng.normal(0, 4, 3)
    turn = rng.uniform(-0.5, 0.5) + (0 if rng.random() < 0.5 else np.pi / 2 * rng.choice([-1, 1]))
    along, across = np.array([np.sin(turn), -np.cos(turn)]), np.array([np.cos(turn), np.sin(turn)])
    width = rng.uniform(0.2, 0.3)
    shade = 1 + wobble(canvas.image.shape[0], 8, 0.06, rng)
    for finger in range(4):
        middle = centre + across * (finger - 1.5) * width * rng.uniform(0.9, 1.05)
        tip = middle + along * rng.uniform(0.45, 0.75)
        root = middle - along * rng.uniform(0.8, 2.2)
        path = np.array([tip, middle + rng.normal(0, 0.02, 2), root])
        canvas.image *= 1 - (0.5 * canvas.line(path, width * 1.1, 1.2))[..., None]
        canvas.lay(canvas.line(path, width * 0.92, 0.8), skin * shade[..., None])
        canvas.lay(0.25 * canvas.line(path, width * 0.4, 1.5), skin * 1.25)


def patch(canvas: Canvas, rng: np.random.Generator) -> None:
    """Paints cloth where it hides neither mouth nor nose: a cap, hair band, plaster, strap."""
    match int(rng.integers(3)):
        case 0:
            top, low = rng.uniform(-1.6, -0.9), rng.uniform(-0.75, -0.4)
            outline = np.array([[-1.3, top], [1.3, top], [1.3, low], [-1.3, low]])
        case 1:
            middle = np.array([rng.choice([-1, 1]) * rng.uniform(0.75, 1.2), rng.uniform(0.2, 1.5)])
            around = np.linspace(0, 2 * np.pi, 7)[:-1]
            spread = rng.uniform(0.08, 0.3, (6, 1))
            outline = middle + spread * np.stack([np.cos(around), np.sin(around)], 1)
        case _:
            x = rng.choice([-1, 1]) * rng.uniform(0.85, 1.1)
            outline = np.array([[x, -1.6], [2.0, -1.6], [2.0, 2.6], [x, 2.6]])
            if x < 0:
                outline[1:3, 0] = -2.0
    outline = rounded(outline + rng.normal(0, 0.03, outline.shape), 2)
    _shadow(canvas, outline, rng)
    canvas.lay(canvas.area(outline, rng.uniform(0.5, 1.5)), cloth(canvas, rng))


def headscarf(canvas: Canvas, rng: np.random.Generator) -> None:
    """Paints cloth around the whole face, which stays free, as a hijab or a hood does."""
    around = np.linspace(0, 2 * np.pi, 25)[:-1]
    wide, up, low = rng.uniform(0.88, 1.15), rng.uniform(0.55, 0.95), rng.uniform(1.55, 1.9)
    height = np.where(np.sin(around) < 0, up, low)
    face = np.stack([wide * np.cos(around), height * np.sin(around)], 1)
    face[:, 0] += canvas.nose_x * 0.5
    free = canvas.area(face, rng.uniform(0.6, 1.6))
    around_face = canvas.area(face * rng.uniform(1.35, 2.2) + [0, rng.uniform(0, 0.4)], 2.0)
    canvas.image *= 1 - 0.3 * rng.random() * (1 - canvas.area(face * 0.95, 3.0))[..., None]
    canvas.lay(np.clip(around_face - free, 0, 1), cloth(canvas, rng))


def sunglasses(canvas: Canvas, rng: np.random.Generator, *, are_dark: bool) -> None:
    """Paints glasses; dark ones cover the eyes."""
    wide, high = rng.uniform(0.32, 0.46), rng.uniform(0.2, 0.36)
    frame = colour(canvas, rng) * rng.uniform(0.1, 0.8)
    glass = np.array([20, 20, 22]) + rng.uniform(0, 50) * rng.uniform(0.4, 1.2, 3)
    around = np.linspace(0, 2 * np.pi, 17)
    power = rng.uniform(0.5, 1.0)
    for x in (-0.5, 0.5):
        cos, sin = np.cos(around), np.sin(around)
        across = wide * np.sign(cos) * np.abs(cos) ** power
        down = high * np.sign(sin) * np.abs(sin) ** power
        ring = np.stack([across, down], 1) + np.array([x, rng.uniform(0, 0.08)])
        if are_dark:
            canvas.lay(canvas.area(ring, 0.8) * rng.uniform(0.82, 1.0), glass)
        else:
            canvas.lay(canvas.area(ring, 0.8) * rng.uniform(0.0, 0.15), np.full(3, 230.0))
        canvas.lay(canvas.line(ring, rng.uniform(0.02, 0.08)) * rng.uniform(0.5, 1.0), frame)
    bridge = np.array([[-0.5 + wide, -0.02], [0.0, -0.06], [0.5 - wide, -0.02]])
    canvas.lay(canvas.line(bridge, rng.uniform(0.03, 0.06)), frame)
