"""The size that a photo announces, read before any decoder sees it."""

from device.face.errors import PhotoError
from device.face.jpeg2000 import MAX_COMPONENTS, MAX_SIDE_PX, MIN_SIDE_PX, announced_size


def fuzz(data: bytes) -> None:
    """A size that is accepted is within all limits."""
    try:
        size = announced_size(data)
    except PhotoError:
        return
    sides = (size.width_px, size.height_px)
    if not MIN_SIDE_PX <= min(sides) <= max(sides) <= MAX_SIDE_PX:
        raise AssertionError("a photo without limits was accepted")
    if not 1 <= size.components <= MAX_COMPONENTS:
        raise AssertionError("a photo with an impossible number of components was accepted")
