"""Judges the card's photo before anybody is compared with it.

A damaged or blurred photo makes a weak comparison, and that would be held against the patient:
such a photo counts as one that cannot be read. The limits are a photo's own. It is grey, small and
up to ten years old, and taken under an issuer's rules, so that it fails only where something broke.
"""

import numpy as np

from device.face.detector import Face
from device.face.errors import PhotoError
from device.face.port import Image, Values
from device.face.quality import QualityHint, QualityLimits, grey_chip, halved, judge

PHOTO_LIMITS = QualityLimits(
    min_size_share=0.25,
    max_size_share=1.4,
    min_mean_grey=40.0,
    min_sharpness=0.65,
)
"""A photo may show more of the face than a camera; its smallest face has 60 px, about 24 between
the eyes."""
MAX_GRAIN = 0.50
"""Beyond, noise covers the face (ISO/IEC 29794-5, no compression artefacts): faces reach 0.41, and
no more when a photo laboratory sharpened them."""
BLOCK_PX = 8
EVEN_BELOW = 1.0
"""Standard deviation, 0..255, below which a block of the aligned face shows nothing."""
GRAIN_BLOCK_PX, QUIETEST_PERCENT = 5, 10
MAX_EVEN_SHARE = 0.14
"""Beyond, a part of the face is missing (ISO/IEC 29794-5, face occlusion prevention)."""


def face_of_photo(image: Image, faces: list[Face]) -> Face:
    """The one face of the card's photo, if it is good enough to be compared with.

    Args:
        image: `uint8[H, W, 3], RGB`, the decoded photo.
        faces: the faces in it, largest first.

    Returns:
        The face.

    Raises:
        PhotoError: if the photo shows no face or several, a small, turned, dark or blurred one, or
            if noise covers it or a part of it is missing.
    """
    hint = judge(image, faces, PHOTO_LIMITS)
    if hint is not QualityHint.GOOD:
        raise PhotoError(f"the photo's face is not good enough: {hint.value}")
    face = faces[0]
    grey = grey_chip(image, face.points)
    try:
        is_noisy, is_incomplete = grain(grey) > MAX_GRAIN, even_share(grey) > MAX_EVEN_SHARE
    finally:
        grey.fill(0)
    if is_noisy:
        raise PhotoError("the photo's face is covered by noise")
    if is_incomplete:
        raise PhotoError("a part of the photo's face is missing")
    return face


def even_share(grey: Values) -> float:
    """Share of the face's blocks that show nothing, 0..1.

    Args:
        grey: float32[96, 96], 0..255, as `grey_chip` gives it.
    """
    inner = grey[BLOCK_PX:-BLOCK_PX, BLOCK_PX:-BLOCK_PX]
    return float(np.mean(_blocks(inner, BLOCK_PX).std(axis=(1, 3)) < EVEN_BELOW))


def grain(grey: Values) -> float:
    """Strength of bends where the face is quietest, against its contrast.

    Every face has quiet places, a cheek or the forehead; noise is everywhere.

    Args:
        grey: float32[96, 96], 0..255, as `grey_chip` gives it.
    """
    small = halved(grey)
    down, across = (np.abs(np.diff(small, 2, axis)) for axis in (0, 1))
    bends = (down[:, 1:-1] + across[1:-1])[3:-3, 3:-3]
    quiet = np.percentile(_blocks(bends, GRAIN_BLOCK_PX).mean(axis=(1, 3)), QUIETEST_PERCENT)
    return float(quiet) / max(float(grey.std()), 1.0)


def _blocks(picture: Values, side_px: int) -> Values:
    """float32[H, W] as float32[H / side, side, W / side, side]."""
    height, width = picture.shape
    return picture.reshape(height // side_px, side_px, width // side_px, side_px)
