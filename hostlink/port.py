"""The cable as both ends see it: bytes in, bytes out, and it may vanish at any moment."""

from typing import Protocol


class ByteStream(Protocol):
    """A serial line: USB CDC-ACM, USB-serial adapter or pty."""

    def read(self, max_bytes: int) -> bytes:
        """Wait a short, fixed time for bytes.

        Returns:
            1 to `max_bytes` bytes, or none when the wait ended without any.

        Raises:
            CableLostError: The other end or the port is gone.
        """
        ...

    def write(self, data: bytes) -> None:
        """Send all of `data`.

        Raises:
            CableLostError: The other end or the port is gone, or nobody reads.
        """
        ...

    def close(self) -> None:
        """Give the port back; harmless when already closed."""
        ...
