"""Where everything stands on the card's front, in millimetres from its upper left corner.

The official positions are in no public source: these are plausible, and all of them are here.

Source: ISO/IEC 7810 (ID-1: size and corners); the rest is our own choice.
"""

from dataclasses import dataclass

CARD_WIDTH_MM = 85.60
CARD_HEIGHT_MM = 53.98
CORNER_RADIUS_MM = 3.18
PX_PER_MM = 16
"""Resolution of every flat picture: 406 dpi."""


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle."""

    left_mm: float
    """Left edge."""
    top_mm: float
    """Upper edge."""
    right_mm: float
    """Right edge."""
    bottom_mm: float
    """Lower edge."""

    @property
    def width_mm(self) -> float:
        """Extent to the right."""
        return self.right_mm - self.left_mm

    @property
    def height_mm(self) -> float:
        """Extent downward."""
        return self.bottom_mm - self.top_mm


@dataclass(frozen=True, slots=True)
class Line:
    """One line of print."""

    left_mm: float
    """Where its first character begins."""
    top_mm: float
    """Upper edge of the characters' em boxes."""
    size_mm: float
    """Em size: a kanji's height and width."""
    width_mm: float
    """Room; a longer text is printed narrower."""


@dataclass(frozen=True, slots=True)
class FrontLayout:
    """The front of a My Number card."""

    heading: Line = Line(59.0, 2.4, 3.1, 23.0)
    name_label: Line = Line(4.0, 4.4, 1.7, 6.0)
    name: Line = Line(10.2, 3.6, 3.3, 46.0)
    address_label: Line = Line(4.0, 9.2, 1.7, 6.0)
    address: tuple[Line, Line] = (Line(10.2, 8.6, 2.5, 62.0), Line(10.2, 11.8, 2.5, 62.0))
    photo: Box = Box(5.2, 16.6, 23.95, 41.6)
    security_code: Line = Line(10.9, 42.4, 2.9, 10.0)
    birth_date: Line = Line(28.0, 18.0, 2.8, 29.0)
    sex_label: Line = Line(60.0, 18.7, 1.8, 5.0)
    sex: Line = Line(65.4, 18.0, 2.8, 4.0)
    expiry: Line = Line(28.0, 22.8, 2.8, 36.0)
    certificate_label: Line = Line(28.0, 27.7, 1.9, 22.0)
    certificate_date: Box = Box(48.0, 26.9, 72.0, 30.3)
    issuer: Line = Line(62.0, 31.6, 2.9, 15.0)
    sign_panel: Box = Box(28.0, 35.4, 82.0, 44.6)
    donor_box: Box = Box(4.0, 46.2, 82.0, 52.0)


FRONT = FrontLayout()
"""The layout every simulated front is printed with, up to its jitter."""


@dataclass(frozen=True, slots=True)
class BackLayout:
    """The back of a My Number card."""

    heading: Line = Line(30.0, 17.0, 2.4, 20.0)
    number: Line = Line(30.0, 20.2, 4.0, 46.0)
    name: Line = Line(30.0, 27.0, 2.4, 46.0)
    birth_date: Line = Line(30.0, 31.0, 2.4, 40.0)
    stripe: Box = Box(0.0, 3.6, CARD_WIDTH_MM, 13.2)
    contacts: Box = Box(9.0, 18.6, 21.4, 29.4)
    code_block: Box = Box(66.0, 34.0, 80.0, 48.0)


BACK = BackLayout()
"""The layout of every simulated back."""


def px(length_mm: float) -> int:
    """A length in pixels of a flat picture."""
    return round(length_mm * PX_PER_MM)


FLAT_SIZE_PX = (px(CARD_WIDTH_MM), px(CARD_HEIGHT_MM))
"""Width and height of a flat card's picture."""
