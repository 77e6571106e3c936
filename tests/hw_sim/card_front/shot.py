"""Everything that decides how one laying of a card looks to the camera."""

from dataclasses import dataclass
from enum import Enum

FRAME_WIDTH_PX = 1280
FRAME_HEIGHT_PX = 960


class Edge(Enum):
    """An edge of the card, as its own front names it."""

    LEFT = "left"
    RIGHT = "right"
    TOP = "top"
    BOTTOM = "bottom"


@dataclass(frozen=True, slots=True)
class Glare:
    """One light that the card's gloss mirrors into the camera."""

    right: float
    """Place in the picture, 0 to 1 from its left."""
    down: float
    """Place in the picture, 0 to 1 from its top."""
    length_px: float
    """Half length: 15 (a light-emitting diode) to 900 (a tube)."""
    width_px: float
    """Half width, 12 to 70."""
    angle_deg: float
    """Direction of the length, 0 to 180."""
    strength: float
    """Light added in its middle, in units of the sensor's full scale, 0.1 (veil) to 4."""


@dataclass(frozen=True, slots=True)
class Finger:
    """A fingertip that still holds the card."""

    edge: Edge
    """Over which edge it comes."""
    along: float
    """Where on that edge, 0 to 1."""
    reach_mm: float
    """How far its tip lies on the card in the first picture, 0 to 14; seldom above 8."""
    radius_mm: float
    """Half its width, 6 to 10."""
    slant_deg: float
    """From the perpendicular, -35 to 35."""
    tone: float
    """Skin, 0 (dark) to 1 (light)."""
    leaving_mm: float
    """How far it draws back from picture to picture, 0 (stays) to 3."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One laying: where the card lies, the light, the lens, the sensor."""

    width_share: float = 0.78
    """Width of the card in widths of the picture, 0.70 to 0.85."""
    shift_right_mm: float = 0.0
    """Card's middle against the picture's, -3 to 3."""
    shift_down_mm: float = 0.0
    """Card's middle against the picture's, -3 to 3."""
    rotation_deg: float = 0.0
    """Clockwise in the picture, -8 to 8."""
    is_upside_down: bool = False
    """Another half turn."""
    tilt_right_deg: float = 0.0
    """The camera looks from the right, -12 to 12."""
    tilt_down_deg: float = 0.0
    """The camera looks from below, -12 to 12."""
    distance_mm: float = 180.0
    """Lens to card, 100 (strong perspective) to 300."""
    distortion: float = 0.0
    """Radial, at the picture's corner: -0.06 (barrel) to 0.02 (cushion)."""
    defocus_px: float = 0.5
    """Radius of the disc a point becomes, 0.3 to 2.8."""
    motion_px: float = 0.0
    """Length of the streak a point becomes in the worst picture, 0 to 5."""
    motion_deg: float = 0.0
    """Direction of that streak, 0 to 180."""
    exposure: float = 0.7
    """White paper in units of the sensor's full scale, 0.06 (dark) to 1.05 (burnt out)."""
    electrons: float = 8000.0
    """Of a pixel at full scale: fewer where the gain was raised, 250 to 12000."""
    read_noise_electrons: float = 4.0
    """Of a pixel, 2 to 8."""
    light_fall: float = 0.1
    """Relative difference of light between the two sides of the picture, 0 to 0.7."""
    light_deg: float = 0.0
    """Direction in which the light falls off, 0 to 360."""
    vignetting: float = 0.15
    """Loss of light in the corners, 0 to 0.35."""
    red_gain: float = 1.0
    """Error of the white balance, 0.8 to 1.25."""
    blue_gain: float = 1.0
    """Error of the white balance, 0.8 to 1.25."""
    glares: tuple[Glare, ...] = ()
    """Mirrored lights."""
    finger: Finger | None = None
    """A finger on the card."""
    sharpening: float = 0.3
    """What the camera's own processor adds at edges, 0 to 0.8."""
    jpeg_quality: int = 90
    """Of the camera's compression, 55 to 96."""
    tray_level: float = 0.25
    """Brightness of the tray's grey, 0.05 to 0.5 in sRGB."""
    tray_grain: float = 0.5
    """Roughness of the tray's surface, 0 to 1."""
    tray_seed: int = 0
    """Draws the tray's texture."""
    vibration_mm: float = 0.02
    """Standard deviation of the card's place from picture to picture, 0 to 0.4."""
    flicker: float = 0.01
    """Relative standard deviation of the light from picture to picture, 0 to 0.06."""
    glare_drift_px: float = 4.0
    """How far mirrored lights wander from picture to picture, 0 to 40."""
