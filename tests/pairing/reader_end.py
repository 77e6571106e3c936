"""The reader's end of a real cable while it is paired, and the person before it."""

import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from device.pairing.ceremony import ReaderCeremony
from hostlink.link import Link, ResetReason
from hostlink.messages import AgentHello, DeviceHello, Message
from hostlink.tls import pairing_device_context
from tests.agent.reader_end import PATIENCE_S, Cable
from tests.hostlink.paired_ends import pairing_device_end
from tests.hostlink.pki import READER, Identity


class PairingReader:
    """One attempt."""

    def __init__(self, folder: Path, ceremony: ReaderCeremony, shown: Identity = READER) -> None:
        self.ceremony = ceremony
        self.cable = Cable(folder / "ttyREADER")
        self.ups = 0
        self.downs: list[ResetReason] = []
        self._changed = threading.Condition()
        context = pairing_device_context(*shown.write(folder, "a_reader"))
        self.link = Link(self.cable.open, pairing_device_end(context), self)

    def __enter__(self) -> Self:
        self.cable.plug()
        self.link.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.link.close()
        self.cable.unplug()

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Wait for something that a message or the link brings about."""
        with self._changed:
            assert self._changed.wait_for(is_so, PATIENCE_S)

    def read_code(self) -> str:
        """Wait for the six digits."""
        self.wait_until(lambda: self.ceremony.comparison is not None)
        comparison = self.ceremony.comparison
        assert comparison is not None
        return comparison.code

    def answer(self, *, is_same: bool) -> None:
        """Say whether the digits are the same."""
        self.read_code()
        with self._changed:
            self._say(self.ceremony.answered(is_same=is_same))

    def link_up(self, peer: DeviceHello | AgentHello) -> None:
        """As `LinkHandler.link_up`."""
        with self._changed:
            self.ups += 1
            self._changed.notify_all()

    def link_down(self, reason: ResetReason) -> None:
        """As `LinkHandler.link_down`."""
        with self._changed:
            self.downs.append(reason)
            self._changed.notify_all()

    def received(self, message: Message) -> None:
        """As `LinkHandler.received`."""
        with self._changed:
            self._say(self.ceremony.received(message))
            self._changed.notify_all()

    def _say(self, message: Message | None) -> None:
        if message is not None:
            self.link.send(message)
