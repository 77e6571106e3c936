"""The primitives of dlib's serialisation format, each read with its bounds checked.

Source: dlib/serialize.h; facts/face.md §6.3.
"""

import math

import numpy as np
from numpy.typing import NDArray

from device.factory.errors import ModelSourceError

MAX_DIMENSION = 1 << 22
"""Largest side of any tensor, flat parameter vectors included."""
MAX_STRING_BYTES = 256
MAX_MANTISSA_BITS = 53
MAX_EXPONENT = 1023 - MAX_MANTISSA_BITS
"""Exponents from 32000 on stand for infinities and NaN, which no model holds."""
TENSOR_VERSION = 2
ALIAS_VERSION = 1


class DlibStream:
    """Reads integers, floats, strings and tensors one after the other."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    @property
    def is_at_end(self) -> bool:
        """Whether every byte has been read."""
        return self._at == len(self._content)

    def take(self, count: int) -> bytes:
        """Reads the next `count` bytes.

        Raises:
            ModelSourceError: if fewer bytes are left.
        """
        if count > len(self._content) - self._at:
            raise ModelSourceError(f"the model file ends too early, at byte {self._at}")
        taken = self._content[self._at : self._at + count]
        self._at += count
        return taken

    def integer(self) -> int:
        """Reads a control byte (sign, length) and a little-endian magnitude.

        Raises:
            ModelSourceError: if the control byte is none.
        """
        control = self.take(1)[0]
        length = control & 0x0F
        if control & 0x70 or not 1 <= length <= 8:
            raise ModelSourceError(f"no integer at byte {self._at - 1} of the model file")
        magnitude = int.from_bytes(self.take(length), "little")
        return -magnitude if control & 0x80 else magnitude

    def real(self) -> float:
        """Reads a float: mantissa, then exponent of two.

        Raises:
            ModelSourceError: if it is not finite.
        """
        mantissa, exponent = self.integer(), self.integer()
        if abs(exponent) > MAX_EXPONENT or abs(mantissa) >> MAX_MANTISSA_BITS:
            raise ModelSourceError(f"no finite number before byte {self._at} of the model file")
        return math.ldexp(mantissa, exponent)

    def boolean(self) -> bool:
        """Reads ASCII `1` or `0`.

        Raises:
            ModelSourceError: if it is another byte.
        """
        match self.take(1):
            case b"1":
                return True
            case b"0":
                return False
            case _:
                raise ModelSourceError(f"no boolean at byte {self._at - 1} of the model file")

    def string(self) -> str:
        """Reads a short ASCII string.

        Raises:
            ModelSourceError: if it is too long or not ASCII.
        """
        length = self.integer()
        if not 0 <= length <= MAX_STRING_BYTES:
            raise ModelSourceError(f"no name before byte {self._at} of the model file")
        text = self.take(length)
        if not text.isascii():
            raise ModelSourceError(f"no name before byte {self._at} of the model file")
        return text.decode("ascii")

    def tensor(self) -> NDArray[np.float32]:
        """Reads a tensor: version, four dimensions, raw little-endian float32.

        Returns:
            float32[samples, k, rows, columns].

        Raises:
            ModelSourceError: if a dimension is impossible, data are missing or not finite.
        """
        shape = self._shape(TENSOR_VERSION)
        values = np.frombuffer(self.take(4 * math.prod(shape)), "<f4").reshape(shape)
        if not np.isfinite(values).all():
            raise ModelSourceError(f"weights before byte {self._at} are not finite")
        return values.astype(np.float32)

    def alias(self) -> tuple[int, int, int, int]:
        """Reads the shape of a part of a tensor.

        Raises:
            ModelSourceError: if a dimension is impossible.
        """
        return self._shape(ALIAS_VERSION)

    def _shape(self, version: int) -> tuple[int, int, int, int]:
        if self.integer() != version:
            raise ModelSourceError(f"unknown tensor version before byte {self._at}")
        a, b, c, d = (self.integer() for _ in range(4))
        if not all(0 <= side <= MAX_DIMENSION for side in (a, b, c, d)):
            raise ModelSourceError(f"impossible tensor size before byte {self._at}")
        return a, b, c, d
