"""Sizes in millimetres: a button is as wide as a fingertip on every display.

Source: facts/screens_and_agent.md §6.2.
"""

from dataclasses import dataclass

from device.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class ScreenProfile:
    """The display in front of the patient."""

    width_px: int
    """Width of the picture (px)."""
    width_mm: float
    """Width of the lit area (mm)."""

    @property
    def px_per_mm(self) -> float:
        """How many pixels a millimetre has on this display.

        Raises:
            ConfigurationError: No display has such sizes.
        """
        if self.width_px <= 0 or self.width_mm <= 0:
            raise ConfigurationError("screen: set width_px and width_mm to the size of the display")
        return self.width_px / self.width_mm


SEVEN_INCH = ScreenProfile(width_px=1024, width_mm=154.2)
"""The common 7-inch display with 1024 x 600 pixels."""


def theme_css(profile: ScreenProfile) -> str:
    """The style sheet that tells the page how long a millimetre is."""
    return f":root {{ --mm: {profile.px_per_mm:.3f}px; }}\n"
