"""Every way in which bytes are commonly wrapped in text or in a file, undone."""

import base64
import binascii
import re
import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{40,}")
_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2}[ :]?){24,}")
_ESCAPE = re.compile(rb"\\(?:x|u00)([0-9A-Fa-f]{2})|\\([bfnrt\\'\"])")
_PLAIN_ESCAPES = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_NUMBER = re.compile(rb"(?<![\w.])-?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?")
_ZLIB_OR_GZIP = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")
_EITHER_HEADER = 32 + zlib.MAX_WBITS
_BYTE_VALUES = 256


def unwrapped(content: bytes) -> Iterator[bytes]:
    """The content itself, and what it holds as base64, hex, escapes, numbers or compressed."""
    yield content
    yield _ESCAPE.sub(_unescaped, content)
    yield from (zlib_content for zlib_content in _decompressed(content) if zlib_content)
    for text in _BASE64.findall(content):
        standard = text.translate(bytes.maketrans(b"-_", b"+/"))
        for offset in range(4):
            whole = standard[offset : offset + (len(text) - offset) // 4 * 4]
            yield base64.b64decode(whole)
    for text in _HEX.findall(content):
        yield binascii.unhexlify(re.sub(rb"[ :]", b"", text))
    numbers = printed_numbers(content)
    is_byte = (numbers >= 0) & (numbers < _BYTE_VALUES)
    yield np.where(is_byte, numbers, 0).astype(np.uint8).tobytes()


def printed_numbers(content: bytes) -> NDArray[np.float64]:
    """All numbers written in a text, in their order."""
    return np.array([float(each) for each in _NUMBER.findall(content)], np.float64)


def _unescaped(escape: re.Match[bytes]) -> bytes:
    code, letter = escape.groups()
    return bytes.fromhex(code.decode()) if code else _PLAIN_ESCAPES.get(letter, letter)


def _decompressed(content: bytes) -> Iterator[bytes]:
    for start in _ZLIB_OR_GZIP.finditer(content):
        try:
            yield zlib.decompressobj(_EITHER_HEADER).decompress(content[start.start() :])
        except zlib.error:
            continue
