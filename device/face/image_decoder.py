"""The child program that decodes one JPEG 2000 photo and ends.

A decoder is the one part of the reader that eats foreign bytes in C. It runs in a process of its
own that can neither grow, nor run on, nor open a file, and that is used for a single photo. Started
by path with `-I`, it knows nothing of the product: bytes in by stdin, `height, width` and raw RGB
out by stdout.
"""

import ctypes
import io
import resource
import struct
import sys

from PIL import Image, Jpeg2KImagePlugin

PR_SET_DUMPABLE = 4
"""linux/prctl.h; without it a core handler behind a pipe would be given the photo."""
MEMORY_BYTES = 256 * 1024 * 1024
CPU_S = 2
MAX_PIXELS = 1200 * 1200


def confine() -> None:
    """Gives up everything that decoding does not need."""
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 3),
    ):
        resource.setrlimit(limit, (value, value))
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def decode(photo: bytes) -> bytes:
    """Decodes a photo to height, width (big-endian, 4 bytes each) and RGB pixels."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    picture = Jpeg2KImagePlugin.Jpeg2KImageFile(io.BytesIO(photo)).convert("RGB")
    return struct.pack(">II", picture.height, picture.width) + picture.tobytes()


def main() -> int:
    """Waits for one photo and answers it."""
    confine()
    photo = sys.stdin.buffer.read()
    try:
        answer = decode(photo)
    except (OSError, ValueError, SyntaxError, MemoryError, EOFError):
        return 1
    sys.stdout.buffer.write(answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
