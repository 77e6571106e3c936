"""Many readers in one process, to put a load on an agent: real ptys, real TLS, signed results.

They share one thread, because fifty links with a thread each would measure the switches between
the load's own threads. What they say is what a reader says: a visit is opened, the card signs the
agent's challenge, the result is signed by the reader's own key.
"""

import os
import pty
import selectors
import tempfile
import time
import tty
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from hostlink.channel import Channel
from hostlink.codec import encode
from hostlink.ends import DeviceEnd
from hostlink.events import LinkDown, LinkUp, Received
from hostlink.messages import (
    DeviceHello,
    Message,
    ResultAcknowledged,
    SignedResult,
    VisitChallenge,
    VisitOpened,
    VisitOptions,
    VisitRefused,
)
from hostlink.terms import CardKind
from tests.agent.world import Card, SigningReader, authority, card, completed, write_pem
from tests.hostlink.paired_ends import device_end_of
from tests.hostlink.pki import FOR_SERVER, IS_LEAF, PLANT, Identity, issue, name_of, usage

PATIENCE_S = 300.0
CARDS = "cards.pem"
"""Who issued the patients' cards."""
_TICK_S = 0.01
_READ_BYTES = 64 * 1024
_FIRST_KEY = 1000
"""Number of the first reader's test key."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One visit as its reader saw it; times in seconds since 1970."""

    visit_id: bytes
    sent_s: float
    """When its result was ready for the cable."""
    acknowledged_s: float


@dataclass(frozen=True, slots=True)
class Pace:
    """A patient at every reader each `every_s`, whether or not the one before was served."""

    seconds: float
    every_s: float


@dataclass(frozen=True, slots=True)
class Burst:
    """Every reader gathers so many results, then all send all they have at once."""

    results: int


@dataclass(frozen=True, slots=True)
class Link:
    """Wait until all are linked."""


Task = Pace | Burst | Link


@dataclass(frozen=True, slots=True)
class Served:
    """What came of a task."""

    visits: list[Seen]
    refused: int
    cpu_s: float
    """Processor time of the readers themselves, of which the agent knows nothing."""


def ueid_of(number: int) -> bytes:
    """Of the reader with this number, from 0."""
    return bytes([1]) + number.to_bytes(16, "big")


def port_of(number: int) -> str:
    """Name of its port."""
    return f"ttyREADER{number}"


def identity_of(number: int) -> Identity:
    """Its key, certified by the maker of the tests."""
    name = name_of("Test reader", ueid_of(number).hex())
    return issue(name, _FIRST_KEY + number, PLANT, IS_LEAF, usage(signs=True), FOR_SERVER)


@dataclass(frozen=True, slots=True)
class _Sent:
    visit_id: bytes
    result: SignedResult
    at_s: float


class _Reader:
    """One reader and its cable; no method waits.

    Where the link ends, as on a machine that is too busy, its visits come to nothing; results are
    sent again when it is back.
    """

    def __init__(self, folder: Path, number: int, patient: Card) -> None:
        self._signer = SigningReader(identity_of(number), ueid=ueid_of(number))
        self._patient = patient
        self._nonces: dict[bytes, bytes] = {}
        """Of visits that have no result yet."""
        self._sent: dict[int, _Sent] = {}
        """Results that are not acknowledged yet."""
        self._held: list[tuple[bytes, SignedResult]] = []
        self._unwritten = bytearray()
        self.is_holding = False
        self.is_up = False
        self.seen: list[Seen] = []
        self.refused = 0
        self.handle, self._far_end = pty.openpty()
        tty.setraw(self._far_end)
        os.set_blocking(self.handle, False)
        (folder / port_of(number)).symlink_to(os.ttyname(self._far_end))
        self._channel = Channel(_device_end(ueid_of(number), lambda: self._signer.next_seq))
        self._channel.cable_opened()

    @property
    def is_idle(self) -> bool:
        """No visit is under way and nothing waits for the agent, but for what is held."""
        return not (self._nonces or self._sent)

    def lay_card(self) -> None:
        """The next patient is here; is sent away where the agent is not there."""
        if not self.is_up:
            self.refused += 1
            return
        visit_id = os.urandom(16)
        self._nonces[visit_id] = b""
        self._say(VisitOpened(visit_id, CardKind.MY_NUMBER))

    def release(self) -> None:
        """Send all that is held."""
        for visit_id, result in self._held:
            self._send(visit_id, result)
        self._held.clear()

    def look(self) -> None:
        """Take in what the agent says and answer it."""
        with suppress(BlockingIOError):
            self._channel.receive(os.read(self.handle, _READ_BYTES))
        self._channel.tick()
        for event in self._channel.take_events():
            match event:
                case Received(message=message):
                    self._hear(message)
                case LinkUp():
                    self.is_up = True
                    for sent in self._sent.values():
                        self._say(sent.result)
                case LinkDown():
                    self.is_up = False
                    self.refused += len(self._nonces)
                    self._nonces.clear()
        self._write()

    def _hear(self, message: Message) -> None:
        match message:
            case VisitChallenge() | VisitOptions() if message.visit_id not in self._nonces:
                pass  # of a visit that the end of the link ended
            case VisitChallenge():
                self._nonces[message.visit_id] = message.nonce
                self._say(self._patient.prove(message))
            case VisitOptions():
                self._finish(message.visit_id)
            case VisitRefused():
                self.refused += self._nonces.pop(message.visit_id, None) is not None
            case ResultAcknowledged() if sent := self._sent.pop(message.seq, None):
                self.seen.append(Seen(sent.visit_id, sent.at_s, time.time()))
            case _:
                pass

    def _finish(self, visit_id: bytes) -> None:
        record = completed(self._nonces.pop(visit_id), visit_id, datetime.now(UTC))
        result = self._signer.sign(record)
        if self.is_holding:
            self._held.append((visit_id, result))
        else:
            self._send(visit_id, result)

    def _send(self, visit_id: bytes, result: SignedResult) -> None:
        self._sent[result.seq] = _Sent(visit_id, result, time.time())
        self._say(result)

    def _say(self, message: Message) -> None:
        # What is refused because the link has just ended is said again when it is back.
        self._channel.send(encode(message))
        self._write()

    def _write(self) -> None:
        while frame := self._channel.take_frame():
            self._unwritten += frame
        with suppress(BlockingIOError):  # the cable is full: the next look goes on
            while self._unwritten:
                del self._unwritten[: os.write(self.handle, self._unwritten)]


def _device_end(ueid: bytes, next_seq: Callable[[], int]) -> DeviceEnd:
    with tempfile.TemporaryDirectory() as folder:
        return device_end_of(
            Path(folder), make_hello=lambda: DeviceHello(1, 1, ueid, "0.1.0", 7, next_seq())
        )


class _Readers:
    """All of them, one after the other in one thread."""

    def __init__(self, folder: Path, number: int) -> None:
        write_pem(folder / CARDS, authority().certificate)
        patient = card(datetime.now(UTC).date() + timedelta(days=900))
        self._all = [_Reader(folder, each, patient) for each in range(number)]
        self._selector = selectors.DefaultSelector()
        for reader in self._all:
            self._selector.register(reader.handle, selectors.EVENT_READ, reader)
        self._looked_s = 0.0

    def serve(self, task: Task) -> Served:
        """Do what is wanted until the last result is acknowledged."""
        begun_s = time.process_time()
        match task:
            case Pace():
                self._keep_pace(task)
            case Burst():
                self._burst(task)
            case Link():
                self._wait(lambda reader: reader.is_up)
        self._wait(lambda reader: reader.is_idle)
        visits = [visit for reader in self._all for visit in reader.seen]
        refused = sum(reader.refused for reader in self._all)
        for reader in self._all:
            reader.seen, reader.refused = [], 0
        return Served(visits, refused, time.process_time() - begun_s)

    def _wait(self, is_so: Callable[[_Reader], bool]) -> None:
        """Go on until this holds for every reader."""
        ends_s = time.monotonic() + PATIENCE_S
        while not all(map(is_so, self._all)):
            if time.monotonic() > ends_s:
                raise TimeoutError("the agent does not answer")
            self.look()

    def _keep_pace(self, pace: Pace) -> None:
        begun_s, laid = time.monotonic(), 0
        while (passed_s := time.monotonic() - begun_s) < pace.seconds:
            while laid * pace.every_s < passed_s * len(self._all):
                self._all[laid % len(self._all)].lay_card()
                laid += 1
            self.look()

    def _burst(self, burst: Burst) -> None:
        for reader in self._all:
            reader.is_holding = True
        for _ in range(burst.results):
            for reader in self._all:
                reader.lay_card()
            self._wait(lambda reader: reader.is_idle)
        for reader in self._all:
            reader.is_holding = False
            reader.release()

    def look(self) -> None:
        """Serve who has something, and now and then all: links must be kept alive."""
        for key, _ in self._selector.select(_TICK_S / 10):
            key.data.look()
        if time.monotonic() - self._looked_s > _TICK_S:
            for reader in self._all:
                reader.look()
            self._looked_s = time.monotonic()


def run_readers(folder: Path, number: int, parent: Connection) -> None:
    """The readers' process: says something when their ports are there, then does as it is told.

    Args:
        folder: Where their ports lie, and the issuer of their patients' cards.
        number: How many.
        parent: Gives tasks and gets a `Served` for each.
    """
    readers = _Readers(folder, number)
    parent.send("ready")
    while True:
        while not parent.poll():
            readers.look()
        parent.send(readers.serve(parent.recv()))
