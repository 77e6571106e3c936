"""The same reader and agent as in `halves`, with their threads, at the ends of a real pty."""

from collections.abc import Callable
from pathlib import Path

from agent.journal import Journal
from agent.store import Store
from device.clock import Clock
from device.host import FromAgent, Host
from device.intake import HostIntake
from device.outbox import Outbox
from hostlink.ends import AgentEnd, DeviceEnd
from hostlink.link import Link, LinkCounters
from hostlink.messages import (
    AgentHello,
    DeviceHello,
    Message,
    ResultAcknowledged,
    ResultCounts,
    SignedResult,
    VisitRecord,
)
from hostlink.port import ByteStream
from hostlink.reset import ResetReason
from tests.agent.world import AUDIENCE
from tests.device.paired_agents import PairedForGood
from tests.torture.halves import desk_of, jobs_of, reader_end_of

OpenPort = Callable[[], ByteStream]


class PtyReader:
    """One run of the reader's process."""

    def __init__(
        self, folder: Path, open_port: OpenPort, end: DeviceEnd, acknowledged: Callable[[int], None]
    ) -> None:
        self.outbox = Outbox(folder)
        self._tell_acknowledged = acknowledged
        self._host = Host(
            open_port, reader_end_of(end, self.outbox), self, PairedForGood(), AUDIENCE
        )
        clock = Clock()
        self._jobs = jobs_of(self.outbox, clock, self._host.tell)
        self._intake = HostIntake(lambda _: None, clock, lambda _: True, self._jobs)
        self._host.start()

    def keep(self, record: VisitRecord) -> None:
        """A visit has ended."""
        self._jobs.keep(0, record, bytes(32))

    @property
    def counters(self) -> LinkCounters:
        """What happened on the cable."""
        return self._host._link.counters

    def close(self) -> None:
        """What is not sent yet stays on the disk."""
        self._host.close()
        self._jobs.stop()

    def agent_connected(self, hello: AgentHello) -> None:
        self._intake.agent_connected(hello)

    def agent_lost(self) -> None:
        self._intake.agent_lost()

    def agent_said(self, message: FromAgent) -> None:
        self._intake.agent_said(message)
        if isinstance(message, ResultAcknowledged):
            self._tell_acknowledged(message.seq)

    def result_counts(self) -> ResultCounts:
        return self._intake.result_counts()


class PtyAgent:
    """One run of the agent's process; its desk works in the link's thread."""

    def __init__(self, folder: Path, open_port: OpenPort, end: AgentEnd, journal: Journal) -> None:
        self.store = Store(folder / "agent.sqlite3")
        self._link = Link(open_port, end, self)
        self._desk = desk_of(self.store, journal, self._link.send)
        self._link.start()

    @property
    def counters(self) -> LinkCounters:
        """What happened on the cable."""
        return self._link.counters

    def close(self) -> None:
        """What is kept stays on the disk."""
        self._link.close()
        self.store.close()

    def link_up(self, peer: DeviceHello | AgentHello) -> None:
        assert isinstance(peer, DeviceHello)
        self._desk.reader_arrived(peer)

    def link_down(self, reason: ResetReason) -> None:
        """The link comes back by itself."""

    def received(self, message: Message) -> None:
        assert isinstance(message, SignedResult)
        self._desk.result_arrived(message)
