"""What a cable can do to one frame."""

from collections.abc import Callable

Harm = Callable[[int, bytes], bytes]
"""At a place in a frame."""


def drop(_: int, __: bytes) -> bytes:
    return b""


def repeat(_: int, frame: bytes) -> bytes:
    return frame + frame


def flip(at: int, frame: bytes) -> bytes:
    byte, bit = divmod(at % (8 * len(frame)), 8)
    return frame[:byte] + bytes([frame[byte] ^ 1 << bit]) + frame[byte + 1 :]


HARMS: tuple[Harm, ...] = (drop, repeat, flip)
