"""A button that the kernel reports as a key: a `gpio-keys` button, or any input device.

On a Raspberry Pi a line in `config.txt` makes one of a GPIO pin:
`dtoverlay=gpio-key,gpio=17,active_low=1,gpio_pull=up,keycode=171`.

Source: Linux `Documentation/input/input.rst` (struct input_event), `input-event-codes.h`.
"""

import logging
import os
import select
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from device.pairing.port import PairingButton
from device.tables import Table

_log = logging.getLogger(__name__)

KEY_EVENT = struct.Struct("llHHi")
"""Time (two longs, native), type, code, value."""
EV_KEY = 1
KEY_CONFIG = 171
PRESSED = 1
"""Value 0: let go; 2: held and repeated."""
_LOOK_AGAIN_S = 0.5


class Settings(Table, frozen=True):
    """Settings of this button."""

    device: Path
    """Such as `/dev/input/by-path/platform-button@11-event`."""
    key: int = KEY_CONFIG
    """Its key code."""


def create(settings: Settings) -> PairingButton:
    """The button that the configuration names."""
    return InputEventButton(settings.device, settings.key)


class InputEventButton:
    """One key of one input device, with a thread of its own."""

    def __init__(self, device: Path, key: int = KEY_CONFIG) -> None:
        """Opens nothing yet."""
        self._device = device
        self._key = key
        self._stop_reader, self._stop_writer = os.pipe()
        self._thread: threading.Thread | None = None

    def watch(self, pressed: Callable[[], None]) -> None:
        """As `PairingButton.watch`; goes on when the input device comes back."""
        self._thread = threading.Thread(
            target=self._run, args=(pressed,), name="pairing button", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """As `PairingButton.close`."""
        if self._thread is None:
            return
        os.write(self._stop_writer, b"\0")
        self._thread.join()
        self._thread = None

    def _run(self, pressed: Callable[[], None]) -> None:
        is_told = False
        while not self._is_stopped(0):
            try:
                descriptor = os.open(self._device, os.O_RDONLY | os.O_NONBLOCK)
            except OSError as error:
                if not is_told:
                    _log.error("the pairing button cannot be had: %s", error.strerror)
                is_told = True
            else:
                try:
                    self._listen(descriptor, pressed)
                finally:
                    os.close(descriptor)
            if self._is_stopped(_LOOK_AGAIN_S):
                return

    def _listen(self, descriptor: int, pressed: Callable[[], None]) -> None:
        """Until the device is gone or somebody closes the button."""
        while not self._is_stopped(None, descriptor):
            with suppress(BlockingIOError):
                try:
                    data = os.read(descriptor, KEY_EVENT.size * 64)
                except OSError:
                    return
                if not data:
                    return
                whole = len(data) - len(data) % KEY_EVENT.size
                for _, _, kind, code, value in KEY_EVENT.iter_unpack(data[:whole]):
                    if (kind, code, value) == (EV_KEY, self._key, PRESSED):
                        pressed()

    def _is_stopped(self, wait_s: float | None, *others: int) -> bool:
        ready, _, _ = select.select([self._stop_reader, *others], [], [], wait_s)
        return self._stop_reader in ready
