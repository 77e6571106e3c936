"""How much the link costs: bytes a second, and milliseconds until a result is on the agent's disk.

`python -m benchmarks.link [--results N] [--rounds N]` sends signed results of one size from the
reader's end of a real pty to the agent's end, and measures until the last one is there:

* plain: a length and the bytes, through pyserial;
* SMP: the framing of MCUmgr on a serial console (base64 lines, CRC-16);
* ours: CBOR, TLS 1.3 with both ends certified, frames with CRC-32; by the product's own `Link`.

Then one result at a time, from the moment at which the reader has signed it: kept in the reader's
outbox (synced), sent, verified and kept in the agent's inbox (synced). Its bound is the same bytes
through the plain port with one synced file at each end.

A pty carries as fast as memory; USB does not. So the bytes are also sent at the pace of a
full-speed USB port, where what counts is how many bytes go over the cable for each one of a result.
All take turns round by round in one process, both ends in it, so that they see the same load; of
all rounds the median counts. Only ratios of one run say something.
"""

import argparse
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from typing import Protocol

import numpy as np

from agent.clock import SystemClock
from agent.inbox import Inbox
from agent.store import Store
from benchmarks.link_peers import PlainPort, SmpConsole
from device.disk import keep_file
from device.outbox import Outbox
from hostlink.link import Link
from hostlink.messages import AgentHello, DeviceHello, Message, ResultAcknowledged, SignedResult
from hostlink.port import ByteStream
from hostlink.reset import ResetReason
from hostlink.signing import verify_result
from tests.agent.world import ROOTS, SigningReader, completed
from tests.hostlink.paired_ends import agent_end_of, device_end_of
from tests.hostlink.pty_cable import PtyCable

FULL_SPEED_USB = 1_000_000
"""Bytes a second that a full-speed USB serial port carries in practice."""
_PATIENCE_S = 120.0
_OURS, _PLAIN, _SMP = "ours", "plain", "SMP"


class Peer(Protocol):
    """One end of another way to send messages."""

    def send(self, message: bytes) -> None:
        """Writes one."""
        ...

    def receive(self) -> Iterator[bytes]:
        """Those that one read completes."""
        ...


@dataclass(slots=True)
class Figures:
    """What was measured, round by round."""

    of: dict[str, list[float]] = field(default_factory=dict)

    def note(self, name: str, value: float) -> None:
        """Adds one figure."""
        self.of.setdefault(name, []).append(value)

    def median(self, name: str) -> float:
        """Of all rounds."""
        return statistics.median(self.of[name])


class Ends:
    """Both ends of our link over one cable; what arrives at the agent goes to `arrived`."""

    def __init__(self, cable: PtyCable, arrived: Callable[[SignedResult], None]) -> None:
        self._arrived = arrived
        self._is_up = threading.Event()
        self._acknowledged: Queue[int] = Queue()
        with tempfile.TemporaryDirectory() as folder:
            device_end, agent_end = device_end_of(Path(folder)), agent_end_of(Path(folder))
        self._device = Link(cable.device_port, device_end, self)
        self._agent = Link(cable.agent_port, agent_end, self)

    def __enter__(self) -> "Ends":
        self._device.start()
        self._agent.start()
        if not self._is_up.wait(_PATIENCE_S):
            raise TimeoutError("the link does not come up")
        return self

    def __exit__(self, *_: object) -> None:
        self._device.close()
        self._agent.close()

    def link_up(self, peer: DeviceHello | AgentHello) -> None:
        """The device is the last to know."""
        if isinstance(peer, AgentHello):
            self._is_up.set()

    def link_down(self, reason: ResetReason) -> None:
        """A fault would show in the figures as nothing that ever arrives."""

    def received(self, message: Message) -> None:
        """At either end."""
        match message:
            case SignedResult():
                self._arrived(message)
                self._agent.send(ResultAcknowledged(message.seq))
            case ResultAcknowledged():
                self._acknowledged.put(message.seq)
            case _:
                pass

    def send(self, result: SignedResult) -> None:
        """From the device; waits while the link's queue is full."""
        while not self._device.send(result):
            time.sleep(0.0005)

    def wait_acknowledged(self) -> None:
        """For the next one."""
        self._acknowledged.get(timeout=_PATIENCE_S)


def seconds_of_ours(cable: PtyCable, results: Sequence[SignedResult]) -> float:
    """Until the agent has read the last one."""
    last = threading.Event()
    with Ends(cable, lambda r: last.set() if r.seq == results[-1].seq else None) as ends:
        begun_s = time.perf_counter()
        for result in results:
            ends.send(result)
        if not last.wait(_PATIENCE_S):
            raise TimeoutError("the last result does not arrive")
        return time.perf_counter() - begun_s


def seconds_of_peer(
    cable: PtyCable, results: Sequence[SignedResult], make: Callable[[ByteStream], Peer]
) -> float:
    """Until the other end has read the last one."""
    with closing(cable.device_port()) as near, closing(cable.agent_port()) as far:
        sender, receiver = make(near), make(far)
        thread = threading.Thread(target=_send_all, args=(sender, results))
        begun_s = time.perf_counter()
        thread.start()
        missing = len(results)
        while missing:
            missing -= len(list(receiver.receive()))
        took_s = time.perf_counter() - begun_s
        thread.join()
        return took_s


def _send_all(sender: Peer, results: Sequence[SignedResult]) -> None:
    for result in results:
        sender.send(result.cose)


def measure_goodput(
    results: Sequence[SignedResult], rounds: int, bytes_a_second: int | None
) -> Figures:
    """Bytes of results a second."""
    figures = Figures()
    content = sum(len(result.cose) for result in results)
    ways: dict[str, Callable[[PtyCable], float]] = {
        _OURS: lambda cable: seconds_of_ours(cable, results),
        _PLAIN: lambda cable: seconds_of_peer(cable, results, PlainPort),
        _SMP: lambda cable: seconds_of_peer(cable, results, SmpConsole),
    }
    for _ in range(rounds):
        for name, seconds_of in ways.items():
            cable = PtyCable(bytes_a_second)
            figures.note(name, content / seconds_of(cable))
            cable.unplug()
    return figures


def measure_delay(count: int) -> Figures:
    """Milliseconds from the signature to the disk of the agent, one result at a time."""
    figures = Figures()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for take in (_delays_of_ours, _delays_of_plain):
            for way, delay_ms in take(folder, count):
                figures.note(way, delay_ms)
    return figures


def _delays_of_ours(folder: Path, count: int) -> Iterator[tuple[str, float]]:
    reader, outbox = SigningReader(), Outbox(folder / "outbox")
    inbox = Inbox(Store(folder / "agent.db"))
    kept_s: Queue[float] = Queue()

    def keep(result: SignedResult) -> None:
        inbox.keep(result.cose, verify_result(result.cose, ROOTS), SystemClock().now())
        kept_s.put(time.perf_counter())

    cable = PtyCable()
    with Ends(cable, keep) as ends:
        for _ in range(count):
            signed = reader.sign(completed(bytes(16)))
            signed_s = time.perf_counter()
            ends.send(outbox.append(lambda *_, cose=signed.cose: cose))
            yield _OURS, 1000 * (kept_s.get(timeout=_PATIENCE_S) - signed_s)
            ends.wait_acknowledged()
            outbox.acknowledge(signed.seq)
    cable.unplug()


def _delays_of_plain(folder: Path, count: int) -> Iterator[tuple[str, float]]:
    """The same bytes, one synced file at each end."""
    content = SigningReader().sign(completed(bytes(16))).cose
    cable = PtyCable()
    with closing(cable.device_port()) as near, closing(cable.agent_port()) as far:
        sender, receiver = PlainPort(near), PlainPort(far)
        for _ in range(count):
            begun_s = time.perf_counter()
            keep_file(folder / "near", content)
            sender.send(content)
            while not list(receiver.receive()):
                pass
            keep_file(folder / "far", content)
            yield _PLAIN, 1000 * (time.perf_counter() - begun_s)
    cable.unplug()


def _report_goodput(title: str, figures: Figures) -> None:
    plain = figures.median(_PLAIN)
    print(title)
    for name in (_PLAIN, _SMP, _OURS):
        rate = figures.median(name)
        print(f"  {name:<6} {rate / 1e6:9.2f} MB/s   {100 * rate / plain:5.1f} % of plain")


def _report_delay(figures: Figures) -> None:
    print("from the signature to the agent's disk, ms: p50, p95")
    for name in (_PLAIN, _OURS):
        p50, p95 = np.percentile(figures.of[name], (50, 95))
        ratio = p50 / figures.median(_PLAIN)
        print(f"  {name:<6} {p50:7.2f} {p95:7.2f}   {ratio:5.2f} x plain with two synced files")


def main() -> None:
    """Prints the method and the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.link")
    parser.add_argument("--results", type=int, default=400, help="of each round")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    print(__doc__)
    reader = SigningReader()
    results = [reader.sign(completed(bytes(16))) for _ in range(arguments.results)]
    print(f"{len(results)} results of {len(results[0].cose)} bytes, {arguments.rounds} rounds")
    unpaced = measure_goodput(results, arguments.rounds, None)
    _report_goodput("as fast as a pty carries", unpaced)
    paced = measure_goodput(results, arguments.rounds, FULL_SPEED_USB)
    _report_goodput(f"at {FULL_SPEED_USB / 1e6:.0f} MB/s, full-speed USB", paced)
    _report_delay(measure_delay(arguments.results))


if __name__ == "__main__":
    main()
