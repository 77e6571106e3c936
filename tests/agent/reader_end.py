"""The reader's end of a real pty with a real link: can be unplugged and plugged in again."""

import os
import pty
import select
import tty
from collections.abc import Callable
from pathlib import Path
from queue import Queue
from typing import TypeVar

from hostlink.ends import DeviceEnd
from hostlink.errors import CableLostError
from hostlink.link import Link, ResetReason
from hostlink.messages import AgentHello, DeviceHello, Message
from hostlink.port import ByteStream
from tests.hostlink.paired_ends import device_end_of
from tests.hostlink.pki import UEID

Kind = TypeVar("Kind")

PATIENCE_S = 30.0


class Cable:
    """A pty whose PC side always lies under the same path, like a udev link."""

    def __init__(self, port: Path) -> None:
        self.port = port
        self._handle: int | None = None

    def plug(self) -> None:
        """Lay the cable; the PC sees a new device under the old path."""
        self._handle, far_end = pty.openpty()
        tty.setraw(far_end)
        new = self.port.with_suffix(".new")
        new.symlink_to(os.ttyname(far_end))
        new.replace(self.port)
        os.close(far_end)

    def unplug(self) -> None:
        """Pull the cable; both sides notice."""
        handle, self._handle = self._handle, None
        self.port.unlink(missing_ok=True)
        if handle is not None:
            os.close(handle)

    def read(self, max_bytes: int) -> bytes:
        """See `ByteStream.read`."""
        try:
            is_ready, _, _ = select.select([self._require()], [], [], 0.02)
            return os.read(self._require(), max_bytes) if is_ready else b""
        except OSError as error:
            if error.errno == 5:  # EIO: the PC has not opened its side yet
                select.select([], [], [], 0.02)
                return b""
            raise CableLostError from error

    def write(self, data: bytes) -> None:
        """See `ByteStream.write`."""
        try:
            while data:
                data = data[os.write(self._require(), data) :]
        except OSError as error:
            raise CableLostError from error

    def close(self) -> None:
        """Only `unplug` takes the cable away."""

    def open(self) -> ByteStream:
        """The reader's side of the cable."""
        self._require()
        return self

    def _require(self) -> int:
        if self._handle is None:
            raise CableLostError
        return self._handle


class ReaderEnd:
    """A reader that says what the test wants and hears what the agent says."""

    def __init__(
        self,
        folder: Path,
        next_seq: Callable[[], int],
        versions: tuple[int, int] = (1, 1),
        cable: Cable | None = None,
        ueid: bytes = UEID,
        make_end: Callable[..., DeviceEnd] = device_end_of,
    ) -> None:
        self.cable = cable or Cable(folder / "ttyREADER")
        self.ups: Queue[AgentHello | DeviceHello] = Queue()
        self.downs: Queue[ResetReason] = Queue()
        self.heard: Queue[Message] = Queue()
        end = make_end(
            folder, make_hello=lambda: DeviceHello(*versions, ueid, "0.1.0", 7, next_seq())
        )
        self.link = Link(self.cable.open, end, self)

    def __enter__(self) -> "ReaderEnd":
        self.cable.plug()
        self.link.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.link.close()
        self.cable.unplug()

    def link_up(self, peer: DeviceHello | AgentHello) -> None:
        self.ups.put(peer)

    def link_down(self, reason: ResetReason) -> None:
        self.downs.put(reason)

    def received(self, message: Message) -> None:
        self.heard.put(message)

    def wait_up(self) -> AgentHello:
        hello = self.ups.get(timeout=PATIENCE_S)
        assert isinstance(hello, AgentHello)
        return hello

    def ask(self, message: Message, kind: type[Kind]) -> Kind:
        """Say something and wait for an answer of one kind."""
        assert self.link.send(message)
        return self.hear(kind)

    def hear(self, kind: type[Kind]) -> Kind:
        answer = self.heard.get(timeout=PATIENCE_S)
        assert isinstance(answer, kind), answer
        return answer
