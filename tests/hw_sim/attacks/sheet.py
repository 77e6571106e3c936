"""Draws a sheet, flat or bent, held before the camera: each pixel's ray meets the sheet somewhere.

Lengths are in decimetres, as in `tests/hw_sim/rendering`: the camera looks along +z, y goes down,
and a sheet of unit scale at the distance of a face shows it in life size.
"""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.attacks.presentation import Picture

FOCAL_PX = 870.0
DISTANCE_DM = 7.5
PX_PER_DM = 116.0
"""Of the sheet's own picture, so that it shows a face in life size."""

Light = NDArray[np.float32]
Rays = tuple[Light, Light, NDArray[np.bool_]]
"""x and y along the sheet from its centre, dm, and whether the pixel's ray meets it."""


@dataclass(frozen=True, slots=True)
class Held:
    """How a sheet is held at one moment."""

    yaw_deg: float = 0.0
    """Positive turns the right edge of the sheet, as the camera sees it, away from the camera."""
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    shift_dm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Right, down, away."""
    bend_per_dm: float = 0.0
    """One over the radius of a cylinder; its middle is next to the camera."""
    bend_axis_deg: float = 0.0
    """Lean of the cylinder's axis in the picture, which stays upright; 0: the axis is upright."""


def hold(sheet: Light, centre: tuple[float, float], held: Held, room: Picture) -> Picture:
    """Draws a sheet in front of a room.

    Args:
        sheet: float32[H, W, 3 or 4]; a fourth channel is its opacity, 0..1.
        centre: the point of the sheet that is held before the camera, x, y, px.
        held: how it is held.
        room: what is behind it.
    """
    x, y, is_met = _met(held, room.shape[:2])
    lean = np.radians(held.bend_axis_deg)
    x, y = x * np.cos(lean) - y * np.sin(lean), x * np.sin(lean) + y * np.cos(lean)
    x, y = x * PX_PER_DM + centre[0], y * PX_PER_DM + centre[1]
    height, width = sheet.shape[:2]
    is_seen = is_met & (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    seen = cv2.remap(sheet, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR)
    if sheet.shape[2] > 3:
        seen = room + seen[..., 3:] * (seen[..., :3] - room)
    return np.asarray(cv2.copyTo(cv2.convertScaleAbs(seen), is_seen.view(np.uint8), room.copy()))


def _met(held: Held, shape: tuple[int, ...]) -> Rays:
    """Where each pixel's ray meets the sheet."""
    turned = _rotation(held).astype(np.float32)
    rays = _rays(shape[0], shape[1]) @ turned
    right, down, away = held.shift_dm
    eye = -np.array([right, down, DISTANCE_DM + away], np.float32) @ turned
    if held.bend_per_dm == 0:
        far = -eye[2] / rays[..., 2]
        return eye[0] + far * rays[..., 0], eye[1] + far * rays[..., 1], far > 0
    return _met_cylinder(rays, eye, 1 / held.bend_per_dm)


@cache
def _rays(height: int, width: int) -> Light:
    """Where each pixel looks to, float32[H, W, 3]."""
    columns, rows = np.meshgrid(
        (np.arange(width, dtype=np.float32) - (width - 1) / 2) / FOCAL_PX,
        (np.arange(height, dtype=np.float32) - (height - 1) / 2) / FOCAL_PX,
    )
    return np.asarray(np.stack([columns, rows, np.ones_like(columns)], axis=-1), np.float32)


def _met_cylinder(rays: Light, eye: Light, radius_dm: float) -> Rays:
    behind = eye[2] - radius_dm
    a = rays[..., 0] ** 2 + rays[..., 2] ** 2
    b = eye[0] * rays[..., 0] + behind * rays[..., 2]
    root = b * b - a * (eye[0] ** 2 + behind**2 - radius_dm**2)
    far = (-b - np.sqrt(np.maximum(root, 0))) / a
    angle = np.arctan2(eye[0] + far * rays[..., 0], -(behind + far * rays[..., 2]))
    is_met = np.asarray(root > 0, np.bool_)
    return radius_dm * angle, eye[1] + far * rays[..., 1], is_met


def _rotation(held: Held) -> NDArray[np.float64]:
    lean_deg = held.roll_deg + held.bend_axis_deg
    yaw, pitch, roll = np.radians([held.yaw_deg, held.pitch_deg, lean_deg])
    about_y = [[np.cos(yaw), 0, -np.sin(yaw)], [0, 1, 0], [np.sin(yaw), 0, np.cos(yaw)]]
    about_x = [[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]]
    about_z = [[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]]
    y, x, z = (np.array(turn, np.float64) for turn in (about_y, about_x, about_z))
    return y @ x @ z
