"""The cable as a serial port: USB CDC-ACM, USB-serial adapter or pty, through pyserial.

Source: facts/platform.md §3 (what pyserial raises when, and why a port is found by its ids).
"""

import threading
from typing import Final

import serial
from serial.tools import list_ports

from hostlink.errors import CableLostError

READ_WAIT_S: Final = 0.05
"""How long a read waits: also the pace at which the link looks at its clock."""
WRITE_LIMIT_S: Final = 1.0
"""A write that takes longer means that nobody reads."""


def _port_faults() -> tuple[type[Exception], ...]:
    """What pyserial raises: OSErrors, and termios.error for a port that goes while set up."""
    try:
        import termios
    except ImportError:  # Windows has none
        return (OSError,)
    return (OSError, termios.error)


_PORT_FAULTS: Final = _port_faults()


class SerialStream:
    """An open serial port. One thread reads, writes and closes; any thread may wake it."""

    def __init__(self, port: serial.Serial) -> None:
        """Take over a port that was opened with `open_serial`'s settings."""
        self._port = port
        self._closing = threading.Lock()

    def read(self, max_bytes: int) -> bytes:
        """See `ByteStream.read`; the wait is `READ_WAIT_S`."""
        try:
            if self._waiting_bytes():
                return self.read_ready(max_bytes)
            data: bytes = self._port.read(1)
        except _PORT_FAULTS:
            raise CableLostError from None
        return data

    def read_ready(self, max_bytes: int) -> bytes:
        """See `PromptStream.read_ready`."""
        try:
            size = min(self._waiting_bytes(), max_bytes)
            # A wake() that found nobody waiting ends the first of these reads empty.
            data: bytes = self._port.read(size) or self._port.read(size)
        except _PORT_FAULTS:
            raise CableLostError from None
        return data

    def write(self, data: bytes) -> None:
        """See `ByteStream.write`; the limit is `WRITE_LIMIT_S`."""
        try:
            self._port.write(data)
        except _PORT_FAULTS:
            raise CableLostError from None

    def wake(self) -> None:
        """See `PromptStream.wake`; on Windows only a read in progress ends."""
        with self._closing:
            if self._port.is_open:
                self._port.cancel_read()

    def close(self) -> None:
        """See `ByteStream.close`."""
        with self._closing:
            self._port.close()

    def _waiting_bytes(self) -> int:
        if not self._port.is_open:
            raise CableLostError
        return self._port.in_waiting


def open_serial(path: str) -> SerialStream:
    """Open a serial port for this process alone and forget what lies in its input.

    Args:
        path: `/dev/ttyACM0`, `COM3` …

    Raises:
        CableLostError: The port is not there, in use, or cannot be set up.
    """
    try:
        port = serial.Serial(path, exclusive=True, timeout=READ_WAIT_S, write_timeout=WRITE_LIMIT_S)
    except _PORT_FAULTS:
        raise CableLostError from None
    return SerialStream(port)


def find_serial(vid: int, pid: int, serial_number: str) -> str | None:
    """Where the reader with these USB ids is plugged in now; its name changes with every plug.

    Args:
        vid: USB vendor id, u16.
        pid: USB product id, u16.
        serial_number: USB serial number, exactly.

    Returns:
        The path to open, or none while it is not plugged in.
    """
    wanted = (vid, pid, serial_number)
    for port in list_ports.comports():
        if (port.vid, port.pid, port.serial_number) == wanted:
            path: str = port.device
            return path
    return None
