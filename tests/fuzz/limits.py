"""How long the inputs of a search may be: as long as what the parser can be given.

The engine cuts what is longer, also in the corpus, and begins with short ones all the same.
"""

from collections.abc import Mapping

from device.face.jpeg2000 import MAX_FILE_BYTES
from tests.fuzz.surface_card import LARGEST_CERTIFICATE_BYTES

USUAL_BYTES = 8192
"""Longer than every certificate, description and record, and than a network of a few values."""
_FACE_FILE_BYTES = 32 * 1024
"""Whatever READ BINARY reaches with its 15 bits of offset (facts/card.md §1.4): a photo of 24 KiB,
the most that the reader takes, may lie anywhere in it."""
_BOTH_FILES_BYTES = _FACE_FILE_BYTES + LARGEST_CERTIFICATE_BYTES
_TOO_LARGE_PHOTO_BYTES = MAX_FILE_BYTES + 1
"""The first size that is refused."""
_LONGER: Mapping[str, int] = {
    "face_record": _FACE_FILE_BYTES,
    "card_surface": _BOTH_FILES_BYTES,
    "authenticity": _BOTH_FILES_BYTES,
    "photo_size": _TOO_LARGE_PHOTO_BYTES,
    "photo": _TOO_LARGE_PHOTO_BYTES,
}


def longest_input_bytes(target: str) -> int:
    """The longest input of a target, in bytes."""
    return _LONGER.get(target, USUAL_BYTES)
