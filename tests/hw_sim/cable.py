"""The USB cable: two ptys and a thread that carries bytes between them, until it is pulled.

Both ends open a path as they would open a USB serial port; after a replug the path leads to a
new port, as a real host gives a new device node.
"""

import contextlib
import os
import select
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path

_CHUNK_BYTES = 4096

Fault = Callable[[bytes], bytes]
"""What the line does to the bytes that pass: an empty result loses them."""


class Cable:
    """One cable between reader and reception PC; plugged in from the start."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.device_port = folder / "reader-side"
        """What the reader opens."""
        self.agent_port = folder / "pc-side"
        """What the agent opens."""
        self.carried_bytes = 0
        """Bytes carried in both directions since the cable was made."""
        self.pulls = 0
        """How often the cable was pulled out while it was plugged in."""
        self.fault: Fault = bytes
        self._unplug_at: int | None = None
        self._out_for_s = 0.0
        self._lock = threading.Lock()
        self._plugged: _Plugged | None = None
        self.plug_in()

    @property
    def is_plugged(self) -> bool:
        """Whether bytes can pass."""
        return self._plugged is not None

    def plug_in(self) -> None:
        """Connect both ends through fresh ports."""
        with self._lock:
            if self._plugged is None:
                self._plugged = _Plugged((self.device_port, self.agent_port), self._carry)

    def unplug(self) -> None:
        """Pull the cable: both ports vanish, bytes under way are lost."""
        with self._lock:
            plugged, self._plugged = self._plugged, None
            self.pulls += plugged is not None
        if plugged:
            plugged.end()

    def unplug_after(self, more_bytes: int, for_s: float) -> None:
        """Pull the cable by itself after so many more bytes, and plug it in again after `for_s`."""
        self._out_for_s = for_s
        self._unplug_at = self.carried_bytes + more_bytes

    def _pull_and_plug_in(self) -> None:
        self.unplug()
        time.sleep(self._out_for_s)
        self.plug_in()

    def close(self) -> None:
        """Put the cable away."""
        self.unplug()

    def _carry(self, data: bytes) -> bytes:
        """What of these bytes arrives."""
        left = None if self._unplug_at is None else self._unplug_at - self.carried_bytes
        is_last = left is not None and len(data) >= left
        data = data[:left]
        self.carried_bytes += len(data)
        if is_last:
            # Only now: whoever sees it pulled finds the count complete.
            self._unplug_at = None
            threading.Thread(target=self._pull_and_plug_in, daemon=True).start()
        return self.fault(data)


class _Plugged:
    """The time between plugging in and pulling."""

    def __init__(self, ports: tuple[Path, Path], carry: Callable[[bytes], bytes]) -> None:
        self._ports = ports
        self._carry = carry
        ptys = [_open_port(port) for port in ports]
        self._near = tuple(near for near, _ in ptys)
        self._far = tuple(far for _, far in ptys)
        self._wake, self._waker = os.pipe()
        self._thread = threading.Thread(target=self._run, name="cable", daemon=True)
        self._thread.start()

    def end(self) -> None:
        os.write(self._waker, b"x")
        self._thread.join()
        for port in self._ports:
            port.unlink(missing_ok=True)
        for descriptor in (*self._near, *self._far, self._wake, self._waker):
            os.close(descriptor)

    def _run(self) -> None:
        other = dict(zip(self._near, reversed(self._near), strict=True))
        while True:
            ready = select.select([*self._near, self._wake], [], [])[0]
            if self._wake in ready:
                return
            for near in ready:
                with contextlib.suppress(OSError):
                    self._move(near, other[near])

    def _move(self, source: int, target: int) -> None:
        data = self._carry(os.read(source, _CHUNK_BYTES))
        while data:
            # Nobody reads at the other end: the bytes would wait in the USB driver and be lost.
            if not select.select([], [target, self._wake], [], 1.0)[1]:
                return
            data = data[os.write(target, data) :]


def _open_port(port: Path) -> tuple[int, int]:
    """A raw pty whose far end is found at `port`.

    The far end is kept open here too: otherwise reading the near end would fail whenever no
    program has the port open.
    """
    near, far = os.openpty()
    tty.setraw(far)
    os.set_blocking(near, False)
    port.unlink(missing_ok=True)
    port.symlink_to(os.ttyname(far))
    return near, far
