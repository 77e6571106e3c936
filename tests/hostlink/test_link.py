"""Two links with their threads over two real serial ports."""

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest

from hostlink.ends import AgentEnd, DeviceEnd
from hostlink.errors import CableLostError, MalformedMessageError
from hostlink.link import QUEUE_LIMIT, Link
from hostlink.messages import (
    AgentHello,
    DeviceHello,
    Message,
    Ping,
    ResultAcknowledged,
    SignedResult,
    VisitOptions,
    VisitProgressed,
)
from hostlink.port import ByteStream
from hostlink.reset import ResetReason
from hostlink.serial_stream import SerialStream
from hostlink.terms import VisitStep
from tests.hostlink import samples
from tests.hostlink.pty_cable import PtyCable
from tests.hostlink.resets import resets_of

PATIENCE_S = 10.0
"""How long a test waits for what must come; it normally comes within milliseconds."""
LONG_READ_S = 3 * PATIENCE_S

Happening = DeviceHello | AgentHello | ResetReason | Message


@dataclass
class Owner:
    """Notes what happens; the agent's also acknowledges results."""

    link: Link | None = None
    happened: "queue.Queue[Happening]" = field(default_factory=queue.Queue)

    def link_up(self, peer: DeviceHello | AgentHello) -> None:
        self.happened.put(samples.as_written(peer))

    def link_down(self, reason: ResetReason) -> None:
        self.happened.put(reason)

    def received(self, message: Message) -> None:
        self.happened.put(message)
        if isinstance(message, SignedResult) and self.link is not None:
            self.link.send(ResultAcknowledged(message.seq))

    def next(self, patience_s: float = PATIENCE_S) -> Happening:
        return self.happened.get(timeout=patience_s)


@dataclass
class Pair:
    cable: PtyCable
    device: Link
    agent: Link
    at_device: Owner
    at_agent: Owner

    def await_up(self) -> None:
        # A hello sent before the other port is open is lost; the next comes when a read has ended.
        assert self.at_device.next(3 * LONG_READ_S) == samples.AGENT_HELLO
        assert self.at_agent.next(3 * LONG_READ_S) == samples.DEVICE_HELLO


@pytest.fixture
def reads_that_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sends only when a read has ended by itself comes too late for any test."""
    monkeypatch.setattr("hostlink.serial_stream.READ_WAIT_S", LONG_READ_S)


@pytest.fixture
def pair(device_end: DeviceEnd, agent_end: AgentEnd) -> Iterator[Pair]:
    cable = PtyCable()
    at_device, at_agent = Owner(), Owner()
    device = Link(cable.device_port, device_end, at_device)
    agent = Link(cable.agent_port, agent_end, at_agent)
    at_agent.link = agent
    device.start()
    agent.start()
    yield Pair(cable, device, agent, at_device, at_agent)
    device.close()
    agent.close()
    cable.unplug()


def test_message_and_answer(pair: Pair) -> None:
    pair.await_up()
    assert pair.device.send(SignedResult(1, b"cose"))
    assert pair.at_agent.next() == SignedResult(1, b"cose")
    assert pair.at_device.next() == ResultAcknowledged(1)


@pytest.mark.usefixtures("reads_that_wait")
def test_sending_does_not_wait_for_a_read_to_end(pair: Pair) -> None:
    pair.await_up()
    for seq in range(50):
        pair.device.send(SignedResult(seq, b"cose"))
        assert pair.at_device.next() == ResultAcknowledged(seq)


@pytest.mark.usefixtures("reads_that_wait")
def test_negative_control_a_stream_that_nobody_can_wake(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair.await_up()
    monkeypatch.setattr(SerialStream, "wake", lambda _: None)
    # One may meet a read that ended by itself just then.
    assert any(is_stuck(pair, seq) for seq in range(10))
    monkeypatch.undo()


def is_stuck(pair: Pair, seq: int) -> bool:
    """Whether a message waits for the read of a line on which it is quiet."""
    time.sleep(0.3)
    pair.device.send(SignedResult(seq, b"cose"))
    try:
        pair.at_agent.happened.get(timeout=0.5)
    except queue.Empty:
        return True
    return False


def test_unplugged_and_plugged_in_again(pair: Pair) -> None:
    pair.await_up()
    for seq in range(3):
        pair.cable.unplug()
        assert pair.at_device.next() is ResetReason.CABLE_LOST
        assert pair.at_agent.next() is ResetReason.CABLE_LOST
        assert not pair.device.send(SignedResult(seq, b"lost"))
        pair.cable.plug()
        pair.await_up()
        assert pair.device.send(SignedResult(seq, b"cose"))
        assert pair.at_device.next() == ResultAcknowledged(seq)
        assert pair.at_agent.next() == SignedResult(seq, b"cose")
    assert pair.device.counters.sessions == 4
    assert resets_of(pair.device.counters)[ResetReason.CABLE_LOST] >= 3


def test_many_messages_both_ways_at_once(pair: Pair) -> None:
    # More than all buffers of the cable hold: two ends that only write would stand still.
    pair.await_up()
    resets = pair.agent.counters.resets
    for seq in range(300):
        assert pair.device.send(SignedResult(seq, bytes(1500)))
    for seq in range(300):
        assert pair.at_device.next() == ResultAcknowledged(seq)
    assert pair.agent.counters.resets == resets


@pytest.mark.usefixtures("reads_that_wait")
def test_large_message_does_not_wait_between_frames(pair: Pair) -> None:
    pair.await_up()
    pair.device.send(SignedResult(1, bytes(16_000)))
    assert pair.at_device.next() == ResultAcknowledged(1)


def test_goodbye(pair: Pair) -> None:
    pair.await_up()
    pair.agent.close()
    assert pair.at_agent.next() is ResetReason.CLOSED
    assert pair.at_device.next() is ResetReason.PEER_RESET
    assert not pair.agent.send(ResultAcknowledged(1))
    pair.agent.close()


def test_device_restarts_while_the_agent_keeps_the_port(pair: Pair, device_end: DeviceEnd) -> None:
    pair.await_up()
    pair.device.close()
    assert pair.at_agent.next() is ResetReason.PEER_RESET
    again = Owner()
    device = Link(pair.cable.device_port, device_end, again)
    device.start()
    assert again.next() == samples.AGENT_HELLO
    assert pair.at_agent.next() == samples.DEVICE_HELLO
    device.close()


@pytest.mark.parametrize("version", [1, 2, 3])
def test_whoever_is_older_is_sent_what_it_knows(
    device_end: DeviceEnd, agent_end: AgentEnd, version: int
) -> None:
    """It would end the session on anything else."""
    cable, at_device, at_agent = PtyCable(), Owner(), Owner()
    hello = replace(samples.DEVICE_HELLO, highest_version=version)
    older = replace(device_end, make_hello=lambda: hello)
    device = Link(cable.device_port, older, at_device)
    agent = Link(cable.agent_port, agent_end, at_agent)
    device.start()
    agent.start()
    assert at_device.next(3 * LONG_READ_S)
    assert at_agent.next(3 * LONG_READ_S)
    news = VisitProgressed(samples.VISIT_ID, VisitStep.FACE)
    assert device.send(news) is (version > 1)
    options = VisitOptions(samples.VISIT_ID, "試験 花子", True, (), (), birthdate="19800217")
    assert agent.send(options)
    known = options if version > 2 else replace(options, birthdate=None)
    assert at_device.next() == known
    device.close()
    agent.close()
    cable.unplug()


def test_malformed_message_is_the_senders_error(pair: Pair) -> None:
    with pytest.raises(MalformedMessageError):
        pair.device.send(Ping(b""))


def test_opens_again_and_again_with_growing_pauses(device_end: DeviceEnd) -> None:
    attempts_s: queue.Queue[float] = queue.Queue()

    def not_there() -> ByteStream:
        attempts_s.put(time.monotonic())
        raise CableLostError

    link = Link(not_there, device_end, Owner())
    start_s = time.monotonic()
    link.start()
    times_s = [attempts_s.get(timeout=PATIENCE_S) - start_s for _ in range(6)]
    link.close()
    assert not link.send(SignedResult(1, b"cose"))
    assert times_s[0] < 0.2
    pauses_s = [after - before for before, after in pairwise(times_s)]
    assert pauses_s[0] < 0.2
    assert pauses_s[-1] >= 0.24


def test_cable_that_worked_is_opened_again_at_once(
    device_end: DeviceEnd, agent_end: AgentEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hostlink.link.REOPEN_PAUSES_S", (0.0, 0.0, 60.0))
    cable = PtyCable()
    missing = [CableLostError()]

    def missing_at_first() -> ByteStream:
        if missing:
            raise missing.pop()
        return cable.device_port()

    at_device = Owner()
    device = Link(missing_at_first, device_end, at_device)
    agent = Link(cable.agent_port, agent_end, Owner())
    device.start()
    agent.start()
    assert at_device.next() == samples.AGENT_HELLO
    cable.plug()
    assert at_device.next() is ResetReason.CABLE_LOST
    assert at_device.next() == samples.AGENT_HELLO
    device.close()
    agent.close()
    cable.unplug()


def test_a_fault_that_ends_the_thread_is_told(
    device_end: DeviceEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("threading.excepthook", lambda _: None)
    deaths: queue.Queue[str] = queue.Queue()

    def broken() -> ByteStream:
        raise ZeroDivisionError

    link = Link(broken, device_end, Owner(), died=lambda: deaths.put("died"))
    link.start()
    assert deaths.get(timeout=PATIENCE_S) == "died"
    link.close()
    assert deaths.empty()


def test_an_ordinary_end_is_no_death(device_end: DeviceEnd) -> None:
    deaths: queue.Queue[str] = queue.Queue()
    attempts: queue.Queue[str] = queue.Queue()

    def not_there() -> ByteStream:
        attempts.put("")
        raise CableLostError

    link = Link(not_there, device_end, Owner(), died=lambda: deaths.put("died"))
    link.start()
    attempts.get(timeout=PATIENCE_S)
    link.close()
    assert deaths.empty()


def test_close_without_start(device_end: DeviceEnd) -> None:
    Link(PtyCable, device_end, Owner()).close()  # type: ignore[arg-type]  # never opened


class MemoryStream:
    """A plain `ByteStream`, without the means to be woken."""

    def __init__(self, incoming: deque[bytes], outgoing: deque[bytes]) -> None:
        self._incoming, self._outgoing = incoming, outgoing
        self._pause = threading.Event()

    def read(self, max_bytes: int) -> bytes:
        if not self._incoming:
            self._pause.wait(0.002)
            return b""
        data = self._incoming.popleft()
        if len(data) > max_bytes:
            self._incoming.appendleft(data[max_bytes:])
        return data[:max_bytes]

    def write(self, data: bytes) -> None:
        self._outgoing.append(data)

    def close(self) -> None:
        pass


@pytest.fixture
def streams() -> tuple[Callable[[], ByteStream], Callable[[], ByteStream]]:
    one: deque[bytes] = deque()
    other: deque[bytes] = deque()
    return lambda: MemoryStream(one, other), lambda: MemoryStream(other, one)


def test_any_byte_stream_will_do(
    streams: tuple[Callable[[], ByteStream], Callable[[], ByteStream]],
    device_end: DeviceEnd,
    agent_end: AgentEnd,
) -> None:
    at_device, at_agent = Owner(), Owner()
    device, agent = Link(streams[0], device_end, at_device), Link(streams[1], agent_end, at_agent)
    at_agent.link = agent
    device.start()
    agent.start()
    assert at_device.next() == samples.AGENT_HELLO
    device.send(SignedResult(1, b"cose"))
    assert at_device.next() == ResultAcknowledged(1)
    device.close()
    agent.close()


def test_queue_is_bounded(
    streams: tuple[Callable[[], ByteStream], Callable[[], ByteStream]],
    device_end: DeviceEnd,
    agent_end: AgentEnd,
) -> None:
    may_go_on, is_up = threading.Event(), threading.Event()

    class Slow(Owner):
        def link_up(self, peer: DeviceHello | AgentHello) -> None:
            is_up.set()
            may_go_on.wait(PATIENCE_S)

    device, agent = Link(streams[0], device_end, Slow()), Link(streams[1], agent_end, Owner())
    device.start()
    agent.start()
    assert is_up.wait(PATIENCE_S)
    sent = [device.send(SignedResult(1, b"cose")) for _ in range(QUEUE_LIMIT + 1)]
    assert all(sent[:-1])
    assert not sent[-1]
    may_go_on.set()
    device.close()
    agent.close()
