"""The cable as both ends see it: bytes in, bytes out, and it may vanish at any moment."""

from typing import Protocol, runtime_checkable


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


@runtime_checkable
class PromptStream(ByteStream, Protocol):
    """A cable on which nothing has to wait for the end of a `read`.

    The link works with any `ByteStream`; on a plain one a message to send waits until the read
    in progress has ended.
    """

    def read_ready(self, max_bytes: int) -> bytes:
        """The bytes that are already here, at most `max_bytes`, without waiting.

        Raises:
            CableLostError: The other end or the port is gone.
        """
        ...

    def wake(self) -> None:
        """End the read that waits now, or else the next one. May be called from any thread."""
        ...
