"""What cameras and light do to a scene: exposure, back light, grey, blur, noise, compression."""

import cv2
import numpy as np


def disturb(image: np.ndarray, boxes: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Applies a random set of disturbances to uint8[H, W, 3], RGB."""
    if boxes and rng.random() < 0.08:
        image = _cover(image, boxes[0], rng)
    image = _light(image, rng)
    if rng.random() < 0.25:
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        image = cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB)
    image = _sharpness(image, rng)
    if rng.random() < 0.4:
        strength = rng.uniform(1, 14)
        channels = 1 if rng.random() < 0.5 else 3
        noise = rng.normal(0, strength, (*image.shape[:2], channels))
        image = np.clip(image + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.25:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 90))]
        image = cv2.imdecode(cv2.imencode(".jpg", image, quality)[1], cv2.IMREAD_COLOR)
    return np.ascontiguousarray(image)


def _light(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Exposure, white balance, and a ramp of light across the picture."""
    lit = image.astype(np.float32) / 255.0
    lit = lit ** np.float32(np.exp(rng.normal(0, 0.25)))
    gain = np.exp(rng.normal(0, 0.3)) * np.exp(rng.normal(0, 0.06, 3))
    lit = lit * gain.astype(np.float32)
    if rng.random() < 0.35:
        angle, strength = rng.uniform(0, 2 * np.pi), rng.uniform(0.3, 1.4)
        across = np.linspace(-0.5, 0.5, image.shape[1], dtype=np.float32)[None, :] * np.cos(angle)
        down = np.linspace(-0.5, 0.5, image.shape[0], dtype=np.float32)[:, None] * np.sin(angle)
        lit = lit * np.exp(strength * (across + down)).astype(np.float32)[..., None]
    if rng.random() < 0.15:
        floor = np.float32(rng.uniform(0.05, 0.4))
        lit = floor + lit * (1 - floor)
    return (np.clip(lit, 0, 1) * 255.0).astype(np.uint8)


def _sharpness(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Blur of focus, of motion, or of a coarse sensor."""
    kind = rng.random()
    if kind < 0.15:
        return cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.5, 2.2)))
    if kind < 0.22:
        length = int(rng.integers(3, 9))
        kernel = np.zeros((length, length), np.float32)
        if rng.random() < 0.5:
            kernel[length // 2] = 1.0 / length
        else:
            kernel[:, length // 2] = 1.0 / length
        return cv2.filter2D(image, -1, kernel)
    if kind < 0.32:
        height, width = image.shape[:2]
        share = rng.uniform(0.4, 0.8)
        small = cv2.resize(image, (int(width * share), int(height * share)))
        return cv2.resize(small, (width, height))
    return image


def _cover(image: np.ndarray, box: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A hand or mask: a patch of one colour over a part of the face."""
    image = image.copy()
    left, top, width, height = box
    x, y = left + width * rng.uniform(0, 0.7), top + height * rng.uniform(0.2, 0.7)
    a, b = width * rng.uniform(0.15, 0.5), height * rng.uniform(0.1, 0.35)
    colour = tuple(int(c) for c in rng.integers(0, 256, 3))
    cv2.rectangle(image, (int(x), int(y)), (int(x + a), int(y + b)), colour, -1)
    return image
