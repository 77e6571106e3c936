"""The product's own reader and agent, as far as results go, each with one end of the link.

Everything is real but the threads and the time: the outbox and who sends what waits in it, the
link, the desk, the inbox and the store. What one process would lose with its end is lost here too.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

from agent.desk import Desk
from agent.desk_terms import DeskDoors, DeskTerms
from agent.inbox import Inbox
from agent.journal import Journal
from agent.store import Store
from agent.trust import CardTrust
from agent.visits import Visits
from device.clock import Clock
from device.host import _Handler
from device.identity import Identity
from device.intake import HostIntake
from device.jobs.record import RecordJobs
from device.outbox import Outbox
from hostlink import codec
from hostlink.channel import Channel
from hostlink.ends import AgentEnd, DeviceEnd
from hostlink.events import LinkDown, LinkUp, Received
from hostlink.messages import DeviceHello, Message, SignedResult, VisitRecord
from tests.agent.desk_bench import at_once
from tests.agent.world import AUDIENCE, INSTITUTION, ROOTS, HeardJournal, ToldClock
from tests.device.paired_agents import PairedForGood
from tests.hostlink.pki import READER, UEID

Now = Callable[[], float]
"""Simulated seconds."""


class ReaderHalf:
    """One run of the reader's process."""

    def __init__(self, folder: Path, end: DeviceEnd, now: Now) -> None:
        self.outbox = Outbox(folder)
        self.channel = Channel(reader_end_of(end, self.outbox), now)
        self._intake = HostIntake(lambda _: None, Clock(), lambda _: True)
        self._handler = _Handler(self._intake, PairedForGood(), AUDIENCE)
        with patch("device.jobs.record.Worker", _AtOnce):
            self._jobs = jobs_of(self.outbox, Clock(), self._tell)
        self._intake.record = self._jobs

    def keep(self, record: VisitRecord) -> None:
        """A visit has ended."""
        self._jobs.keep(0, record, bytes(32))

    def listen(self) -> None:
        """Do what the link's events ask for."""
        for event in self.channel.take_events():
            match event:
                case LinkUp(peer):
                    self._handler.link_up(peer)
                case LinkDown(reason):
                    self._handler.link_down(reason)
                case Received(message):
                    self._handler.received(message)

    def _tell(self, message: Message) -> bool:
        return self._handler.is_ours and self.channel.send(codec.encode(message))


class AgentHalf:
    """One run of the agent's process."""

    def __init__(
        self, folder: Path, end: AgentEnd, now: Now, make_epoch: Callable[[], int]
    ) -> None:
        self.store = Store(folder / "agent.sqlite3")
        self.journal = HeardJournal()
        self.channel = Channel(end, now, make_epoch)
        self._desk = desk_of(
            self.store, self.journal, lambda message: self.channel.send(codec.encode(message))
        )

    def listen(self) -> None:
        """Do what the link's events ask for."""
        for event in self.channel.take_events():
            match event:
                case LinkUp(DeviceHello() as peer):
                    self._desk.reader_arrived(peer)
                case Received(SignedResult() as result):
                    self._desk.result_arrived(result)
                case _:
                    pass


def reader_end_of(end: DeviceEnd, outbox: Outbox) -> DeviceEnd:
    """A reader whose results are in that outbox."""
    return replace(end, make_hello=lambda: DeviceHello(1, 1, UEID, "0.1.0", 7, outbox.next_seq))


def desk_of(store: Store, journal: Journal, send: Callable[[Message], bool]) -> Desk:
    """A desk that asks nobody and delivers nothing."""
    return Desk(
        DeskTerms(AUDIENCE, INSTITUTION, ROOTS, CardTrust([])),
        Visits(store),
        Inbox(store),
        DeskDoors(send, at_once, lambda _: None, lambda _: None),
        journal,
        ToldClock(),
    )


def jobs_of(outbox: Outbox, clock: Clock, tell: Callable[[Message], bool]) -> RecordJobs:
    """Who keeps and sends the results of the reader of `pki`."""
    identity = Identity(_Key(), UEID, 7, AUDIENCE, bytes(32), bytes(32))
    return RecordJobs(outbox, identity, clock, tell, lambda _: None)


class _AtOnce:
    """A worker without a thread."""

    def __init__(self, _: str) -> None:
        """It has no name to bear."""

    def submit(self, job: Callable[[], None], _: object = None) -> None:
        job()


class _Key:
    """The reader's key."""

    chain = READER.chain_der
    sign = staticmethod(READER.sign)
