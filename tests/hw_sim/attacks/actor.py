"""Somebody rendered in poses, who can stand before the camera turned or with the eyes shut.

Between the poses within a small sway the pictures are led into each other; beyond it the nearest
rendered pose is shown. Shifts, tilts and changes of distance are drawn by the plane, as they are so
small, and each picture gets its own noise.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.hw_sim.attacks.poses import BLINKS, YAWS_DEG, blink_file, yaw_file
from tests.hw_sim.attacks.presentation import Picture

WIDTH_PX, HEIGHT_PX = 640, 480
LARGEST_SWAY_DEG = 4
SHUT_STEPS = (0.25, 0.75)
"""Up to the first the eyes are drawn open, from the second on shut, and half shut between."""
NOISE = 1.0
Flow = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Moment:
    """What somebody does in one picture."""

    yaw_deg: float = 0.0
    """Positive turns the nose to the person's left."""
    closure: float = 0.0
    """Of the eyes, 0 open to 1 shut; only while the head looks ahead."""
    roll_deg: float = 0.0
    shift_px: tuple[float, float] = (0.0, 0.0)
    zoom: float = 1.0


class Actor:
    """One person's poses."""

    def __init__(self, folder: Path) -> None:
        self._turned = {yaw: _opened(folder / yaw_file(yaw)) for yaw in YAWS_DEG}
        self._blinking = {closure: _opened(folder / blink_file(closure)) for closure in BLINKS}
        ahead = self._turned[0]
        self._sways = {
            side: _flow(ahead, self._turned[side]) for side in (-LARGEST_SWAY_DEG, LARGEST_SWAY_DEG)
        }

    def picture(self, moment: Moment, rng: np.random.Generator) -> Picture:
        """What the camera sees, `uint8[480, 640, 3], RGB`."""
        head = self._head(moment)
        height, width = head.shape[:2]
        middle = (width / 2, height / 2)
        place = np.asarray(cv2.getRotationMatrix2D(middle, moment.roll_deg, moment.zoom))
        margin = np.array(((WIDTH_PX - width) / 2, (HEIGHT_PX - height) / 2))
        place[:, 2] = place[:, 2] + margin + moment.shift_px
        seen = cv2.warpAffine(
            head,
            place,
            (WIDTH_PX, HEIGHT_PX),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        noise = cv2.merge([NOISE * rng.standard_normal((HEIGHT_PX, WIDTH_PX), np.float32)] * 3)
        return np.asarray(cv2.add(seen, noise, dtype=cv2.CV_8U), np.uint8)

    def _head(self, moment: Moment) -> Picture:
        if moment.closure >= SHUT_STEPS[0]:
            return self._blinking[BLINKS[moment.closure >= SHUT_STEPS[1]]]
        if abs(moment.yaw_deg) < LARGEST_SWAY_DEG:
            return self._swaying(moment.yaw_deg)
        return self._turned[min(YAWS_DEG, key=lambda yaw: abs(yaw - moment.yaw_deg))]

    def _swaying(self, yaw_deg: float) -> Picture:
        """The straight pose, led towards the next one by what lies between them."""
        flow = self._sways[LARGEST_SWAY_DEG if yaw_deg > 0 else -LARGEST_SWAY_DEG]
        height, width = flow.shape[:2]
        columns, rows = np.meshgrid(np.arange(width), np.arange(height))
        way = flow * np.float32(abs(yaw_deg) / LARGEST_SWAY_DEG)
        return np.asarray(
            cv2.remap(
                self._turned[0],
                (columns - way[..., 0]).astype(np.float32),
                (rows - way[..., 1]).astype(np.float32),
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            ),
            np.uint8,
        )


def _opened(path: Path) -> Picture:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"), np.uint8)


def _flow(before: Picture, after: Picture) -> Flow:
    """Where each pixel went, smoothed, float32[H, W, 2]."""
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    first, second = (cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in (before, after))
    flow = search.calc(first, second, np.zeros((*first.shape, 2), np.float32))
    return np.asarray(cv2.GaussianBlur(flow, (0, 0), 4.0), np.float32)
