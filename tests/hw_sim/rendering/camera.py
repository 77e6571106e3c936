"""The camera: where points land on the picture, and what the sensor makes of light."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.rendering.meshes import unit


@dataclass(frozen=True, slots=True)
class Camera:
    """A pinhole camera in front of the person, level and facing them."""

    width_px: int = 640
    height_px: int = 480
    distance_dm: float = 7.5
    """From the lens to the plane of the face (z = 1)."""
    eye_level_dm: float = 6.98
    """Height of the lens, on the same scale as the base mesh."""
    scale_px: float = 116.0
    """Picture pixels for one decimetre in the plane of the face."""
    noise: float = 0.9
    """Standard deviation of the sensor noise on mid grey, in grey levels."""
    vignette: float = 0.08
    supersampling: int = 2
    """Points of light to a side of a pixel; 1 takes a third of the time and has ragged edges."""

    @property
    def position(self) -> NDArray[np.float64]:
        """The lens, float64[3]."""
        return np.array([0.0, self.eye_level_dm, 1.0 + self.distance_dm])

    def project(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Supersampled pixel x, pixel y and depth of points, float64[n, 3]."""
        x, y, depth = (points - self.position).T * np.array([[1], [-1], [-1]])
        zoom = self.scale_px * self.distance_dm * self.supersampling / depth
        middle_x, middle_y = (
            (self.supersampling * size - 1) / 2 for size in (self.width_px, self.height_px)
        )
        return np.stack([middle_x + x * zoom, middle_y + y * zoom, depth], axis=1)

    def towards(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Unit vectors from points to the lens, float64[n, 3]."""
        return unit(self.position - points)


def develop(
    light: NDArray[np.float32], camera: Camera, exposure: float, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Supersampled linear light (float32[S H, S W, 3]) as a picture, uint8[H, W, 3], RGB."""
    step = camera.supersampling
    shape = (camera.height_px, step, camera.width_px, step, 3)
    linear = _shoulder(light * np.float32(exposure)).reshape(shape).mean(axis=(1, 3))
    linear *= _vignette(camera)[..., None]
    grey = 255 * _srgb(_soften(linear))
    spread = camera.noise * (0.6 + 0.8 * np.sqrt(np.clip(1 - grey / 255, 0, 1)))
    luma = rng.standard_normal((*grey.shape[:2], 1), np.float32)
    chroma = rng.standard_normal(grey.shape, np.float32)
    noisy = grey + spread * (0.95 * luma + 0.2 * chroma)
    return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)


def _shoulder(light: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rolls off highlights instead of clipping them; 2.5 becomes white."""
    result: NDArray[np.float32] = light * (1 + light / 6.25) / (1 + light)
    return result


def _srgb(linear: NDArray[np.float32]) -> NDArray[np.float32]:
    clipped = np.clip(linear, 0, 1)
    curve = np.float32(1.055) * clipped ** np.float32(1 / 2.4) - np.float32(0.055)
    return np.where(clipped < 0.0031308, 12.92 * clipped, curve)


def _soften(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """The slight blur of a small lens."""
    padded = np.pad(image, ((1, 1), (1, 1), (0, 0)), mode="edge")
    rows = 0.1 * padded[:-2] + 0.8 * padded[1:-1] + 0.1 * padded[2:]
    result: NDArray[np.float32] = 0.1 * rows[:, :-2] + 0.8 * rows[:, 1:-1] + 0.1 * rows[:, 2:]
    return result


def _vignette(camera: Camera) -> NDArray[np.float32]:
    y, x = np.mgrid[-1 : 1 : camera.height_px * 1j, -1 : 1 : camera.width_px * 1j]
    result: NDArray[np.float32] = (1 - camera.vignette * (x * x + y * y) / 2).astype(np.float32)
    return result
