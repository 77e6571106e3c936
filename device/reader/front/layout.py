"""Where things stand on the card, in millimetres from its upper left corner.

The official layout is in no public source: these boxes are generous, what is in them is looked
for, and a maker who knows better changes this file.
"""

from dataclasses import dataclass


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


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of card."""

    dates: Box = Box(26.5, 16.2, 59.2, 27.0)
    """Date of birth, and below it the card's last day."""
    security_code: Box = Box(4.0, 41.0, 25.0, 46.7)
    """Four digits under the photo."""
    dates_em_mm: float = 2.8
    """Size of the dates' print: height of a kanji with its white. A fifth more or less is read as
    well."""
    security_code_em_mm: float = 3.0
    """The same of the security code: what a kanji would measure beside its figures."""
    photo: Box = Box(5.0, 17.0, 24.0, 41.0)
    """The holder's face and shoulders: dark hair and clothes over much of it."""
    above_stripe: Box = Box(0.0, 0.8, 85.6, 2.8)
    """Bare card between the back's upper edge and the magnetic stripe."""
    stripe_top: Box = Box(0.0, 4.4, 85.6, 6.0)
    """Upper part of the stripe."""
    stripe_bottom: Box = Box(0.0, 10.6, 85.6, 12.4)
    """Lower part of the stripe."""
    below_stripe: Box = Box(0.0, 14.2, 85.6, 15.8)
    """Bare card on the back."""
    contacts: Box = Box(10.5, 20.0, 20.0, 28.0)
    """The gilt contact plate on the back."""


MY_NUMBER_CARD = Layout()
"""Individual number card since 2016."""
