"""A PIN pad with a serial plug: a pty that sends one character for each key.

The plug is a name in the file system that is there while the pad is plugged in, as with
`/dev/serial/by-id`.
"""

import fcntl
import os
import select
import struct
import termios
import time
import tty
from pathlib import Path

CODE_OF_KEY = {
    **{str(digit): str(digit).encode() for digit in range(10)},
    "erase": b"\x08",
    "confirm": b"\r",
    "cancel": b"\x1b",
}


class SimulatedKeypad:
    """A pad whose plug appears at `port`."""

    def __init__(self, port: Path) -> None:
        self.port = port
        self._line = -1
        self.plug_in()

    def plug_in(self) -> None:
        """The pad appears."""
        self._line, far_end = os.openpty()
        tty.setraw(far_end)
        # Packet mode tells this end when the far end throws away what it has not read.
        fcntl.ioctl(self._line, termios.TIOCPKT, struct.pack("i", 1))
        self.port.symlink_to(os.ttyname(far_end))
        # Held open by nobody else than the reader, as a real port.
        os.close(far_end)

    def wait_until_opened(self, timeout_s: float = 5.0) -> None:
        """Waits until someone opened the port, and so drops no key any more."""
        deadline_s = time.monotonic() + timeout_s
        while time.monotonic() < deadline_s:
            if self._hears_a_flush():
                return
            time.sleep(0.002)
        raise TimeoutError("nobody opened the keypad's port")

    def _hears_a_flush(self) -> bool:
        if not select.select([self._line], [], [], 0)[0]:
            return False
        try:
            packet = os.read(self._line, 64)
        except OSError:
            # Nobody holds the far end.
            return False
        return bool(packet[0] & termios.TIOCPKT_FLUSHREAD)

    def unplug(self) -> None:
        """The pad is gone in the middle of whatever happens."""
        self.port.unlink(missing_ok=True)
        os.close(self._line)
        self._line = -1

    def press(self, *keys: str) -> None:
        """Presses keys one after the other: "0" to "9", "erase", "confirm", "cancel"."""
        for key in keys:
            self.send(CODE_OF_KEY[key])

    def send(self, data: bytes) -> None:
        """Sends raw bytes, as a broken pad might."""
        os.write(self._line, data)

    def close(self) -> None:
        if self._line >= 0:
            self.unplug()
