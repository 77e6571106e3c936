"""The cable: carries bytes unchanged, vanishes when pulled, leads to new ports afterwards."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.hw_sim.cable import Cable


@pytest.fixture
def cable(tmp_path: Path) -> Iterator[Cable]:
    cable = Cable(tmp_path / "cable")
    yield cable
    cable.close()


def open_port(port: Path) -> int:
    return os.open(port, os.O_RDWR | os.O_NOCTTY)


def read_all(descriptor: int, count: int) -> bytes:
    received = b""
    while len(received) < count:
        received += os.read(descriptor, count - len(received))
    return received


def wait_until(is_so: Callable[[], bool]) -> None:
    ends_at_s = time.monotonic() + 5.0
    while not is_so():
        assert time.monotonic() < ends_at_s
        time.sleep(0.005)


def test_every_byte_passes_in_both_directions(cable: Cable) -> None:
    reader, pc = open_port(cable.device_port), open_port(cable.agent_port)
    everything = bytes(range(256)) * 20
    for source, target in ((reader, pc), (pc, reader)):
        os.write(source, everything[:3000])
        assert read_all(target, 3000) == everything[:3000]
    assert cable.carried_bytes == 6000
    os.close(reader)
    os.close(pc)


def test_a_pulled_cable_takes_both_ports_away(cable: Cable) -> None:
    reader = open_port(cable.device_port)
    cable.unplug()
    assert not cable.is_plugged
    assert not cable.device_port.exists()
    assert not cable.agent_port.exists()
    with pytest.raises(OSError, match="Errno 5"):
        os.write(reader, b"into the void")
    os.close(reader)


def test_after_a_replug_the_same_path_leads_to_a_working_port(cable: Cable) -> None:
    cable.unplug()
    cable.unplug()
    assert cable.pulls == 1
    cable.plug_in()
    reader, pc = open_port(cable.device_port), open_port(cable.agent_port)
    os.write(reader, b"again")
    assert read_all(pc, 5) == b"again"
    os.close(reader)
    os.close(pc)


def test_it_can_be_pulled_at_a_byte_and_comes_back_by_itself(cable: Cable) -> None:
    reader, pc = open_port(cable.device_port), open_port(cable.agent_port)
    cable.unplug_after(3, for_s=0.05)
    os.write(reader, b"abcdef")
    wait_until(lambda: not cable.is_plugged)
    assert cable.carried_bytes == 3
    wait_until(lambda: cable.is_plugged)
    assert cable.pulls == 1
    os.close(reader)
    os.close(pc)


def test_noise_on_the_line(cable: Cable) -> None:
    cable.fault = lambda data: data.replace(b"x", b"y")
    reader, pc = open_port(cable.device_port), open_port(cable.agent_port)
    os.write(reader, b"axbx")
    assert read_all(pc, 4) == b"ayby"
    os.close(reader)
    os.close(pc)
