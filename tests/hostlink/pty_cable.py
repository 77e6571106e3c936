"""A real cable between two serial ports: two ptys and a thread that carries bytes across.

It can be unplugged and plugged in again; as with USB, the ports then have other names.
"""

import os
import select
import threading
import time
import tty
from dataclasses import dataclass

from hostlink.errors import CableLostError
from hostlink.port import ByteStream
from hostlink.serial_stream import open_serial
from tests.hostlink.wire import Fault, sound


@dataclass(frozen=True)
class _Pty:
    master: int
    slave: int
    path: str

    @classmethod
    def open(cls) -> "_Pty":
        master, slave = os.openpty()
        tty.setraw(slave)
        return cls(master, slave, os.ttyname(slave))

    def close(self) -> None:
        os.close(self.master)
        os.close(self.slave)


class _Run:
    """Two ptys and the thread between them."""

    def __init__(self, bytes_a_second: int | None, fault: Fault) -> None:
        self._bytes_a_second = bytes_a_second
        self._fault = fault
        self.ptys = (_Pty.open(), _Pty.open())
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._stop.set()
        self._thread.join()
        for pty in self.ptys:
            pty.close()

    def _carry(self) -> None:
        device, agent = (pty.master for pty in self.ptys)
        across = {device: agent, agent: device}
        while not self._stop.is_set():
            readable, _, _ = select.select(list(across), [], [], 0.01)
            for source in readable:
                data = os.read(source, 4096)
                if self._bytes_a_second is not None:
                    time.sleep(len(data) / self._bytes_a_second)
                os.write(across[source], self._fault(data))


class PtyCable:
    """Plugged in from the start; `device_port` and `agent_port` open its two ends."""

    def __init__(self, bytes_a_second: int | None = None, fault: Fault = sound) -> None:
        """Carries as fast as it can, or at this pace; all of it, or what the fault makes of it."""
        self._bytes_a_second, self._fault = bytes_a_second, fault
        self._run: _Run | None = _Run(bytes_a_second, fault)

    def plug(self) -> None:
        """New ports are there, and only then the old ones hang up."""
        old, self._run = self._run, _Run(self._bytes_a_second, self._fault)
        if old is not None:
            old.end()

    def unplug(self) -> None:
        """Both ports hang up."""
        old, self._run = self._run, None
        if old is not None:
            old.end()

    def device_port(self) -> ByteStream:
        return self._open(0)

    def agent_port(self) -> ByteStream:
        return self._open(1)

    def path(self, end: int) -> str:
        """Where the device's (0) or the agent's (1) port lies now.

        Raises:
            CableLostError: It is unplugged.
        """
        run = self._run
        if run is None:
            raise CableLostError
        return run.ptys[end].path

    def _open(self, end: int) -> ByteStream:
        return open_serial(self.path(end))
