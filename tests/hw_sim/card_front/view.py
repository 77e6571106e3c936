"""Geometry between the plane in which cards lie and the picture: a pinhole with distortion.

Plane: millimetres from the card's middle, x to its right, y downward, before the card is turned.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.card_front.layout import CARD_WIDTH_MM
from tests.hw_sim.card_front.moment import Moment
from tests.hw_sim.card_front.shot import FRAME_HEIGHT_PX, FRAME_WIDTH_PX, Shot

Points = NDArray[np.float64]
"""`float64[..., 2]`: x, y."""

_MIDDLE = np.array([FRAME_WIDTH_PX / 2, FRAME_HEIGHT_PX / 2])
_CORNER_PX = float(np.hypot(*_MIDDLE))


@dataclass(frozen=True, slots=True)
class View:
    """Where one picture sees the points of the card's plane."""

    shot: Shot
    """The laying."""
    moment: Moment
    """The picture's small movements."""
    homography: NDArray[np.float64] = field(init=False)
    """Plane to picture, before distortion."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "homography", _homography(self.shot, self.moment))

    def to_picture(self, plane_mm: Points) -> Points:
        """Pixels at which points of the plane are seen."""
        straight = _projected(self.homography, plane_mm) - _MIDDLE
        radius2 = (straight**2).sum(axis=-1, keepdims=True) / _CORNER_PX**2
        return np.asarray(straight * (1 + self.shot.distortion * radius2) + _MIDDLE)

    def to_plane(self, picture_px: Points) -> Points:
        """Points of the plane that are seen at pixels."""
        bent = picture_px - _MIDDLE
        straight = bent
        for _ in range(3):
            radius2 = (straight**2).sum(axis=-1, keepdims=True) / _CORNER_PX**2
            straight = bent / (1 + self.shot.distortion * radius2)
        return _projected(np.linalg.inv(self.homography), straight + _MIDDLE)


def turned(points: Points, angle_deg: float) -> Points:
    """Points turned clockwise (y is downward) about the origin."""
    angle = np.deg2rad(angle_deg)
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.asarray(points @ matrix.T)


def _homography(shot: Shot, moment: Moment) -> NDArray[np.float64]:
    angle = np.deg2rad(shot.rotation_deg + moment.turn_deg + 180 * shot.is_upside_down)
    cos, sin = np.cos(angle), np.sin(angle)
    placed = np.array(
        [
            [cos, -sin, shot.shift_right_mm + moment.right_mm],
            [sin, cos, shot.shift_down_mm + moment.down_mm],
            [0.0, 0.0, 1.0],
        ]
    )
    right, down = np.deg2rad(shot.tilt_right_deg), np.deg2rad(shot.tilt_down_deg)
    about_y = np.array(
        [[np.cos(right), 0, np.sin(right)], [0, 1, 0], [-np.sin(right), 0, np.cos(right)]]
    )
    about_x = np.array(
        [[1, 0, 0], [0, np.cos(down), -np.sin(down)], [0, np.sin(down), np.cos(down)]]
    )
    seen = (about_x @ about_y)[:, [0, 1]]
    camera = np.column_stack([seen, [0.0, 0.0, shot.distance_mm]])
    focal_px = shot.width_share * FRAME_WIDTH_PX / CARD_WIDTH_MM * shot.distance_mm
    lens = np.array([[focal_px, 0, _MIDDLE[0]], [0, focal_px, _MIDDLE[1]], [0, 0, 1]])
    return np.asarray(lens @ camera @ placed)


def _projected(homography: NDArray[np.float64], points: Points) -> Points:
    seen = points @ homography[:, :2].T + homography[:, 2]
    return np.asarray(seen[..., :2] / seen[..., 2:])
