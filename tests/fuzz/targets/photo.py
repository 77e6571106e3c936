"""A photo's decoder, in the search's own process: what would end it in its child ends the search.

The child that the reader uses starts too slowly to be searched; its limits have tests of their own.
"""

import struct

from device.face.errors import PhotoError
from device.face.image_decoder import decode
from device.face.jpeg2000 import announced_size


def fuzz(data: bytes) -> None:
    """What passes the size's check is decoded to whole pixels, or refused as the child would."""
    try:
        announced_size(data)
        answer = decode(data)
    except (PhotoError, OSError, ValueError, SyntaxError, MemoryError, EOFError):
        return
    height, width = struct.unpack_from(">II", answer)
    if len(answer) != 8 + height * width * 3:
        raise AssertionError("the decoder's answer has not the size it announces")
