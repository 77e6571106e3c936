"""The camera behind its lens: photons, a colour mosaic, its processor, compression."""

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.card_front.shot import Shot

Picture = NDArray[np.integer[Any] | np.floating[Any]]
"""As the stubs of the picture library call an array."""
_STEPS = 4095
"""The converter's full scale."""


def _srgb(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


_TONE = (255 * _srgb(np.arange(_STEPS + 1) / _STEPS)).round().astype(np.uint8)


def exposed(linear: NDArray[np.float32], shot: Shot, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The picture the camera delivers.

    Args:
        linear: `float32[H, W]`, light on each pixel behind its own colour filter (red, green /
            green, blue), in units of full scale; may exceed 1.
        shot: gain, noise, white balance, sharpening, compression.
        rng: photons.

    Returns:
        `uint8[H, W, 3], RGB`.
    """
    share = 1.0 / shot.electrons
    spread = np.sqrt(linear * share + (shot.read_noise_electrons * share) ** 2)
    raw = linear + _noise(linear.shape, rng) * spread
    # Clipped before the white balance, as the converter does, and again after it.
    raw = np.clip(raw, 0, 1) * np.float32(_STEPS)
    raw[0::2, 0::2] *= np.float32(shot.red_gain)
    raw[1::2, 1::2] *= np.float32(shot.blue_gain)
    toned = _TONE[np.minimum(raw, _STEPS).astype(np.uint16)]
    picture = cv2.cvtColor(toned, cv2.COLOR_BayerRGGB2RGB)
    if shot.sharpening > 0:
        soft = cv2.GaussianBlur(picture, (3, 3), 0)
        picture = cv2.addWeighted(picture, 1 + shot.sharpening, soft, -shot.sharpening, 0)
    return _compressed(picture, shot.jpeg_quality)


@lru_cache(maxsize=1)
def _noise_bank() -> NDArray[np.float32]:
    return np.random.default_rng(0).standard_normal(3_000_000, dtype=np.float32)


def _noise(shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.float32]:
    # Drawing 1.2 million numbers for each picture would take as long as all else together.
    bank, count = _noise_bank(), int(np.prod(shape))
    start = int(rng.integers(bank.size - count))
    return bank[start : start + count].reshape(shape)


def _compressed(picture: Picture, quality: int) -> NDArray[np.uint8]:
    swapped = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    _, stored = cv2.imencode(".jpg", swapped, [cv2.IMWRITE_JPEG_QUALITY, quality])
    seen = cv2.imdecode(stored, cv2.IMREAD_COLOR)
    return np.asarray(cv2.cvtColor(seen, cv2.COLOR_BGR2RGB), dtype=np.uint8)
