"""A PIN for one use: it never prints itself and leaves nothing behind.

Source: facts/security.md §3.5.
"""

from collections.abc import Callable
from types import TracebackType

from device.pinpad.errors import PinStaleError, PinWipedError


class Pin:
    """The digits of a PIN in the one buffer that holds them.

    Use it as a context manager: the buffer is zeroed on the way out, whatever happened inside.
    """

    __slots__ = ("_digits", "_is_fresh", "_is_wiped")

    def __init__(self, digits: bytearray, is_fresh: Callable[[], bool] = lambda: True) -> None:
        """Takes over `digits` (ASCII): the caller keeps no other copy.

        Args:
            digits: What was typed.
            is_fresh: Whether it may still be used: whoever typed it may be gone.
        """
        self._digits = digits
        self._is_fresh = is_fresh
        self._is_wiped = False

    def digits(self) -> bytearray:
        """The ASCII digits themselves, not a copy, to be sent once.

        Raises:
            PinWipedError: The PIN was wiped already.
            PinStaleError: It was typed too long ago.
        """
        if self._is_wiped:
            raise PinWipedError
        if not self._is_fresh():
            raise PinStaleError
        return self._digits

    def wipe(self) -> None:
        """Zeroes the buffer in place; harmless when repeated."""
        self._digits[:] = bytes(len(self._digits))
        self._is_wiped = True

    def __enter__(self) -> "Pin":
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.wipe()

    def __repr__(self) -> str:
        return "Pin(hidden)"

    def __reduce__(self) -> str:
        raise TypeError("a PIN is never copied or stored")
