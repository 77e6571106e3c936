"""How the two ends find each other: START, RESET, epochs."""

import zlib

import pytest
from cobs import cobs  # type: ignore[import-untyped]  # the package ships no types

from hostlink import codec
from hostlink.channel import Channel
from hostlink.ends import AgentEnd, DeviceEnd
from hostlink.events import LinkDown
from hostlink.frame import Frame, FrameType, encode_frame
from hostlink.reset import ResetReason
from tests.hostlink.wire import RESTART_S, SILENCE_S, Wire, nothing_comes, sound


def test_device_that_opens_later_is_found_at_once(wire: Wire) -> None:
    wire.agent.cable_opened()
    wire.to_device = nothing_comes
    wire.to_agent = nothing_comes
    wire.run(1.3)
    wire.to_device = wire.to_agent = sound
    wire.device.cable_opened()
    assert wire.delivers(RESTART_S)


def test_agent_that_opens_later_is_answered_at_once(wire: Wire) -> None:
    wire.device.cable_opened()
    # Its RESETs pile up in a buffer and all arrive when the agent opens.
    backlog = b""
    for _ in range(400):
        wire.now_s += 0.25
        wire.device.tick()
        backlog += wire.device.take_frame()
    wire.agent.cable_opened()
    wire.agent.receive(backlog)
    assert wire.delivers(0.1)


@pytest.mark.parametrize("who", ["device", "agent"])
def test_one_end_starts_again_unnoticed(
    live: Wire, who: str, device_end: DeviceEnd, agent_end: AgentEnd
) -> None:
    if who == "device":
        live.device = Channel(device_end, lambda: live.now_s)
        live.device.cable_opened()
    else:
        live.agent = Channel(agent_end, lambda: live.now_s)
        live.agent.cable_opened()
    assert live.delivers(RESTART_S)


def frames_of(kind: int, epoch: int, seq: int = 0) -> bytes:
    return encode_frame(Frame(kind, epoch, seq, b"\x01"))


def test_frames_of_another_epoch_are_ignored(live: Wire) -> None:
    for channel in (live.device, live.agent):
        before = channel.tally.stale
        channel.receive(frames_of(FrameType.DATA, 0xDEAD))
        channel.receive(frames_of(FrameType.RESET, 0xDEAD))
        assert channel.tally.stale == before + 2
        assert channel.is_up


def test_either_end_may_ask_for_a_reset(live: Wire) -> None:
    live.device.receive(frames_of(FrameType.RESET, 1))
    assert not live.device.is_up
    assert live.delivers(RESTART_S)
    live.agent.receive(frames_of(FrameType.RESET, 2))
    assert not live.agent.is_up
    assert live.delivers(RESTART_S)


def test_agent_ignores_start(live: Wire) -> None:
    live.agent.receive(frames_of(FrameType.START, 77))
    assert live.agent.is_up
    assert live.agent.tally.ignored == 1


def test_unknown_type_is_ignored_unless_critical(live: Wire) -> None:
    live.device.receive(frames_of(0x7F, 1))
    assert live.device.is_up
    live.device.receive(frames_of(0x80, 1))
    assert LinkDown(ResetReason.UNSUPPORTED_FRAME) in live.device.take_events()
    assert live.delivers(RESTART_S)


def test_flood_of_starts_leaves_the_device_usable(wire: Wire) -> None:
    wire.plug()
    for epoch in range(100, 200):
        wire.device.receive(frames_of(FrameType.START, epoch))
    assert wire.delivers(SILENCE_S)


def test_refused_peer_is_tried_four_times_a_second_at_most(
    strange_device_end: DeviceEnd, agent_end: AgentEnd
) -> None:
    wire = Wire(strange_device_end, agent_end)
    wire.plug()
    wire.run(5)
    assert sum(wire.agent.tally.resets.values()) <= 21


def test_goodbye_is_heard_at_once(live: Wire) -> None:
    live.agent.close()
    live.device.receive(live.agent.take_frame())
    assert not live.device.is_up
    assert live.agent.take_events() == [LinkDown(ResetReason.CLOSED)]
    assert live.device.take_events() == [LinkDown(ResetReason.PEER_RESET)]


def test_other_frame_version_is_ignored(live: Wire) -> None:
    frame = bytearray(cobs.decode(frames_of(FrameType.RESET, 1)[1:-1]))
    frame[0] = 2
    frame[-4:] = zlib.crc32(frame[:-4]).to_bytes(4, "big")
    live.device.receive(b"\0" + bytes(cobs.encode(bytes(frame))) + b"\0")
    assert live.device.is_up
    assert live.device.tally.ignored == 1


def test_damage_resets_at_once(live: Wire) -> None:
    live.device.receive(b"\0 noise \0")
    assert live.device.tally.bad_crc == 1
    assert live.device.take_events() == [LinkDown(ResetReason.DAMAGED_FRAME)]
    live.step()
    assert not live.agent.is_up
    assert live.delivers(RESTART_S)


def test_device_without_a_session_ignores_damage(wire: Wire) -> None:
    wire.device.cable_opened()
    wire.device.receive(b"\0 noise \0")
    assert wire.device.tally.bad_crc == 1
    assert not wire.device.tally.resets
    assert not wire.delivers(RESTART_S)
    wire.agent.cable_opened()
    assert wire.delivers(RESTART_S)


def test_half_a_frame_of_the_last_cable_is_forgotten(live: Wire) -> None:
    live.agent.receive(frames_of(FrameType.DATA, 1, 1)[:8])
    live.unplug()
    live.plug()
    assert live.delivers(RESTART_S)
    assert live.agent.tally.bad_crc == 0


def test_frames_left_over_are_not_sent_on_the_next_cable(live: Wire) -> None:
    stale = live.agent.tally.stale
    live.device.send(codec.encode(live.outbox))
    live.unplug()
    assert live.device.take_frame() == b""
    live.plug()
    assert live.delivers(RESTART_S)
    assert live.agent.tally.stale == stale + 1  # nothing but the first RESET(0)
