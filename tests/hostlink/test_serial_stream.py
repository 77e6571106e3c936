"""What a serial port does when it works, when nobody reads, and when it goes."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from hostlink.errors import CableLostError
from hostlink.port import PromptStream
from hostlink.serial_stream import READ_WAIT_S, SerialStream, find_serial, open_serial


@dataclass
class Pty:
    """The far side of a serial port."""

    master: int
    slave: int
    stream: SerialStream

    def send(self, data: bytes) -> None:
        """Write and wait until it has arrived."""
        os.write(self.master, data)
        while self.stream._port.in_waiting < len(data):
            os.sched_yield()

    def hang_up(self) -> None:
        os.close(self.slave)
        os.close(self.master)
        self.master = self.slave = -1


@pytest.fixture
def pty() -> Iterator[Pty]:
    master, slave = os.openpty()
    made = Pty(master, slave, open_serial(os.ttyname(slave)))
    yield made
    made.stream.close()
    if made.master >= 0:
        made.hang_up()


def test_all_bytes_pass_unchanged(pty: Pty) -> None:
    everything = bytes(range(256))
    os.write(pty.master, everything)
    arrived = b""
    while len(arrived) < len(everything):
        arrived += pty.stream.read(100)
    assert arrived == everything
    pty.stream.write(everything)
    assert os.read(pty.master, 1000) == everything


def test_read_ends_without_bytes(pty: Pty) -> None:
    assert pty.stream.read(10) == b""


def test_read_takes_no_more_than_asked(pty: Pty) -> None:
    pty.send(b"abcdef")
    assert pty.stream.read(4) == b"abcd"
    assert pty.stream.read_ready(4) == b"ef"
    assert pty.stream.read_ready(4) == b""


def test_wake_ends_the_next_read(pty: Pty) -> None:
    pty.stream._port.timeout = 30
    pty.stream.wake()
    start_s = time.monotonic()
    assert pty.stream.read(10) == b""
    assert time.monotonic() - start_s < 10


def test_wake_loses_no_bytes(pty: Pty) -> None:
    pty.send(b"abc")
    pty.stream.wake()
    assert pty.stream.read_ready(10) == b"abc"


def test_is_prompt(pty: Pty) -> None:
    assert isinstance(pty.stream, PromptStream)


def test_other_end_gone(pty: Pty) -> None:
    pty.hang_up()
    for act in (
        lambda: pty.stream.read(1),
        lambda: pty.stream.read_ready(1) or pty.stream.read(1),
        lambda: pty.stream.write(b"x"),
    ):
        with pytest.raises(CableLostError):
            act()


def test_nobody_reads(pty: Pty) -> None:
    pty.stream._port.write_timeout = 0.05
    with pytest.raises(CableLostError):
        pty.stream.write(bytes(1 << 20))


def test_second_opener_is_refused(pty: Pty) -> None:
    with pytest.raises(CableLostError):
        open_serial(os.ttyname(pty.slave))


def test_close_is_harmless_when_repeated(pty: Pty) -> None:
    pty.stream.close()
    pty.stream.close()
    pty.stream.wake()
    with pytest.raises(CableLostError):
        pty.stream.read(1)


def test_missing_port() -> None:
    with pytest.raises(CableLostError):
        open_serial("/nonexistent")


def test_file_that_is_no_port() -> None:
    with pytest.raises(CableLostError):
        open_serial("/dev/null")


def test_clock_is_looked_at_often_enough() -> None:
    assert READ_WAIT_S <= 0.05


@dataclass(frozen=True)
class Port:
    device: str
    vid: int | None = None
    pid: int | None = None
    serial_number: str | None = None


def test_found_by_all_three_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    ports = [
        Port("/dev/ttyS0"),
        Port("/dev/ttyACM0", 0x1209, 0x0001, "OTHER"),
        Port("/dev/ttyACM3", 0x1209, 0x0001, "READER1"),
    ]
    monkeypatch.setattr("hostlink.serial_stream.list_ports.comports", lambda: ports)
    assert find_serial(0x1209, 0x0001, "READER1") == "/dev/ttyACM3"
    assert find_serial(0x1209, 0x0002, "READER1") is None
