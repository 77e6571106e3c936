"""Judges the card's photo before anybody is compared with it.

A damaged or blurred photo makes a weak comparison, and that would be held against the patient:
such a photo counts as one that cannot be read. The limits are a photo's own. It is grey, small and
up to ten years old, and taken under an issuer's rules, so that it fails only where something broke.
"""

import numpy as np

from device.face.detector import Face
from device.face.errors import PhotoError
from device.face.port import Image, Values
from device.face.quality import QualityHint, QualityLimits, grey_chip, judge, sharpness

PHOTO_LIMITS = QualityLimits(
    min_size_share=0.25,
    max_size_share=1.4,
    min_mean_grey=40.0,
    min_sharpness=0.65,
)
"""A photo may show more of the face than a camera; its smallest face has 60 px, about 24 between
the eyes."""
MAX_SHARPNESS = 1.34
"""Beyond, detail is noise (ISO/IEC 29794-5, no compression artefacts): faces reach 1.31."""
BLOCK_PX = 8
EVEN_BELOW = 1.0
"""Standard deviation, 0..255, below which a block of the aligned face shows nothing."""
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
    is_noisy, is_incomplete = sharpness(grey) > MAX_SHARPNESS, even_share(grey) > MAX_EVEN_SHARE
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
    side, count = BLOCK_PX, grey.shape[0] // BLOCK_PX
    blocks = grey.reshape(count, side, count, side).std(axis=(1, 3))
    inner = blocks[1:-1, 1:-1]
    return float(np.mean(inner < EVEN_BELOW))
