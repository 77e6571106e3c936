"""A PIN pad on a serial line that sends one ASCII character for each key.

`0` to `9` are the digits, BS (08) or DEL (7F) erases, CR (0D) or `#` confirms, ESC (1B) or `*`
cancels; anything else is ignored. The pad may be unplugged and come back at any time.
"""

import threading

import serial

from device.pinpad.port import Key, Keypad, KeypadListener
from device.tables import Table

_READ_WAIT_S = 0.2
_REOPEN_WAIT_S = 1.0

_KEY_OF_BYTE = {
    **{str(digit).encode(): Key(digit) for digit in range(10)},
    b"\x08": Key.ERASE,
    b"\x7f": Key.ERASE,
    b"\r": Key.CONFIRM,
    b"#": Key.CONFIRM,
    b"\x1b": Key.CANCEL,
    b"*": Key.CANCEL,
}


class Settings(Table, frozen=True):
    """Settings of this PIN pad."""

    port: str
    """Serial port of the pad, such as `/dev/ttyUSB0`."""
    baud_rate: int = 9600
    """Bit/s."""


def create(settings: Settings) -> Keypad:
    """The pad that the configuration names; it need not be plugged in yet."""
    return SerialKeypad(settings.port, settings.baud_rate)


class SerialKeypad:
    """One serial pad with a thread of its own."""

    def __init__(
        self, port: str, baud_rate: int = 9600, *, reopen_wait_s: float = _REOPEN_WAIT_S
    ) -> None:
        """Opens nothing yet: the pad may be plugged in later."""
        self._port = port
        self._baud_rate = baud_rate
        self._reopen_wait_s = reopen_wait_s
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def watch(self, listener: KeypadListener) -> None:
        """As `Keypad.watch`."""
        self._thread = threading.Thread(
            target=self._run, args=(listener,), name="keypad", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """As `Keypad.close`."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self, listener: KeypadListener) -> None:
        while not self._closed.is_set():
            try:
                with serial.Serial(self._port, self._baud_rate, timeout=_READ_WAIT_S) as line:
                    self._report_keys(line, listener)
            except (serial.SerialException, OSError):
                self._closed.wait(self._reopen_wait_s)

    def _report_keys(self, line: serial.Serial, listener: KeypadListener) -> None:
        while not self._closed.is_set():
            key = _KEY_OF_BYTE.get(line.read(1))
            if key is not None:
                listener.key_pressed(key)
