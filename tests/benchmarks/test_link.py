"""What the link's benchmark measures is really carried; no time is judged here."""

import base64
import binascii
import struct
from collections.abc import Iterator
from contextlib import closing

import pytest

from benchmarks.link import measure_delay, measure_goodput
from benchmarks.link_peers import PlainPort, SmpConsole
from hostlink.port import ByteStream
from tests.agent.world import SigningReader, completed
from tests.hostlink.pty_cable import PtyCable

MESSAGES = [b"", b"\x06\x09\n", bytes(range(256)) * 5]


@pytest.fixture
def ends() -> Iterator[tuple[ByteStream, ByteStream]]:
    cable = PtyCable()
    with closing(cable.device_port()) as near, closing(cable.agent_port()) as far:
        yield near, far
    cable.unplug()


def received(port: PlainPort | SmpConsole, count: int) -> list[bytes]:
    messages: list[bytes] = []
    while len(messages) < count:
        messages += port.receive()
    return messages


@pytest.mark.parametrize("peer", [PlainPort, SmpConsole])
def test_peers_carry_what_they_are_given(
    ends: tuple[ByteStream, ByteStream], peer: type[PlainPort] | type[SmpConsole]
) -> None:
    near, far = (peer(end) for end in ends)
    for message in MESSAGES:
        near.send(message)
    assert received(far, len(MESSAGES)) == MESSAGES


def smp_line(message: bytes, checksum: int) -> bytes:
    checked = message + struct.pack(">H", checksum)
    return b"\x06\x09" + base64.b64encode(struct.pack(">H", len(checked)) + checked) + b"\n"


def test_damaged_smp_message_is_left_out(ends: tuple[ByteStream, ByteStream]) -> None:
    """Negative control: the peer is no weaker than it claims to be."""
    near, far = ends
    checksum = binascii.crc_hqx(b"sound", 0)
    near.write(smp_line(b"sounD", checksum) + smp_line(b"sound", checksum))
    assert received(SmpConsole(far), 1) == [b"sound"]


def test_all_ways_are_measured_on_the_same_results() -> None:
    reader = SigningReader()
    results = [reader.sign(completed(bytes(16))) for _ in range(20)]
    figures = measure_goodput(results, 1, None)
    assert set(figures.of) == {"ours", "plain", "SMP"}
    assert all(rate > 0 for rates in figures.of.values() for rate in rates)


def test_every_result_reaches_the_disk() -> None:
    figures = measure_delay(5)
    assert [len(delays) for delays in figures.of.values()] == [5, 5]
