"""The link comes up again whatever happens to the cable, and what is sent again arrives."""

from collections.abc import Callable, Iterator
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hostlink.channel import Channel
from hostlink.ends import AgentEnd, DeviceEnd
from tests.hostlink.wire import (
    RESTART_S,
    SILENCE_S,
    CutError,
    Fault,
    Wire,
    alternates,
    sound,
)

deterministic = settings(
    derandomize=True,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def test_one_byte_at_a_time(wire: Wire) -> None:
    def trickle(target: Channel) -> Fault:
        def fault(data: bytes) -> bytes:
            for byte in data:
                target.receive(bytes([byte]))
            return b""

        return fault

    wire.to_device, wire.to_agent = trickle(wire.device), trickle(wire.agent)
    wire.plug()
    assert wire.delivers(RESTART_S)


def cut_after(allowed: int) -> Fault:
    """One fault for both directions: unplugged after so many bytes altogether."""
    remaining = allowed

    def fault(data: bytes) -> bytes:
        nonlocal remaining
        if len(data) > remaining:
            raise CutError(data[:remaining])
        remaining -= len(data)
        return data

    return fault


def both_notice(wire: Wire) -> None:
    wire.unplug()
    wire.plug()


def only_device_notices(wire: Wire) -> None:
    wire.device.cable_lost()
    wire.device.cable_opened()


def only_agent_notices(wire: Wire) -> None:
    wire.agent.cable_lost()
    wire.agent.cable_opened()


NOTICED_BY = (both_notice, only_device_notices, only_agent_notices)


def unplug_everywhere(
    wire: Wire, noticed_by: Callable[[int], Callable[[Wire], None]]
) -> Iterator[int]:
    """Unplug after 0, 1, 2 … bytes of a session until a whole one passes uncut."""
    for allowed in count():
        wire.unplug()
        wire.is_acknowledged = False
        wire.now_s += 1
        wire.to_device = wire.to_agent = cut_after(allowed)
        try:
            wire.plug()
            wire.run(0.05, until=lambda: wire.is_acknowledged)
        except CutError:
            wire.to_device = wire.to_agent = sound
            noticed_by(allowed)(wire)
            assert wire.delivers(RESTART_S), allowed
            yield allowed
        else:
            assert wire.is_acknowledged
            return


def test_unplugged_at_every_byte(wire: Wire) -> None:
    cuts = list(unplug_everywhere(wire, lambda cut: NOTICED_BY[cut % len(NOTICED_BY)]))
    assert len(cuts) > 2000
    assert alternates(wire.device_events)
    assert alternates(wire.agent_events)


@deterministic
@given(
    direction=st.sampled_from(["to_device", "to_agent"]),
    at=st.integers(0, 2200),
    bit=st.integers(0, 7),
)
def test_flipped_bit(
    device_end: DeviceEnd, agent_end: AgentEnd, direction: str, at: int, bit: int
) -> None:
    passed = 0

    def flip(data: bytes) -> bytes:
        nonlocal passed
        start, passed = passed, passed + len(data)
        if not start <= at < passed:
            return data
        damaged = bytearray(data)
        damaged[at - start] ^= 1 << bit
        return bytes(damaged)

    wire = Wire(device_end, agent_end)
    setattr(wire, direction, flip)
    wire.plug()
    wire.run(SILENCE_S)
    assert wire.delivers(RESTART_S)
    assert set(wire.arrived) == {wire.outbox}


class Noise:
    """Drops, repeats, damages and splits frames as a list of numbers says, then is quiet."""

    def __init__(self, plan: list[int]) -> None:
        self._plan = iter(plan)

    def __call__(self, data: bytes) -> bytes:
        number = next(self._plan, 0)
        match number % 5:
            case 1:
                return b""
            case 2:
                return data + data
            case 3:
                at = number % len(data)
                return data[:at] + bytes([data[at] ^ (1 + number % 255)]) + data[at + 1 :]
            case 4:
                at = number % len(data)
                return data[:at] + bytes([number % 256]) * (number % 7) + data[at:]
            case _:
                return data


@deterministic
@given(
    noise=st.lists(st.integers(0, 5000), min_size=1, max_size=40),
    other_noise=st.lists(st.integers(0, 5000), min_size=1, max_size=40),
)
def test_comes_back_after_any_noise(
    device_end: DeviceEnd, agent_end: AgentEnd, noise: list[int], other_noise: list[int]
) -> None:
    wire = Wire(device_end, agent_end)
    wire.to_device, wire.to_agent = Noise(noise), Noise(other_noise)
    wire.plug()
    wire.run(2.0)
    wire.to_device = wire.to_agent = sound
    wire.run(SILENCE_S, until=lambda: wire.device.is_up and wire.agent.is_up)
    assert wire.delivers(RESTART_S)
    assert set(wire.arrived) == {wire.outbox}
    assert alternates(wire.device_events)
    assert alternates(wire.agent_events)


@deterministic
@given(garbage=st.binary(max_size=3000))
def test_console_text_first(device_end: DeviceEnd, agent_end: AgentEnd, garbage: bytes) -> None:
    wire = Wire(device_end, agent_end)
    wire.plug()
    wire.device.receive(b"Debian GNU/Linux 12 ttyGS0\n\nlogin: " + garbage)
    wire.agent.receive(garbage)
    assert wire.delivers(RESTART_S)
