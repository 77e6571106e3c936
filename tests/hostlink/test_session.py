"""One epoch: frames in order, both hellos, signs of life."""

from dataclasses import replace

import pytest

from hostlink import codec
from hostlink.ends import AgentEnd, DeviceEnd
from hostlink.events import LinkDown, LinkEvent, LinkUp, Received
from hostlink.messages import AgentHello, DeviceHello, Pong, SignedResult, VisitChallenge
from hostlink.reset import ResetReason
from tests.hostlink import samples
from tests.hostlink.wire import RESTART_S, SILENCE_S, Wire, nothing_comes, sound


def peer_of(event: LinkEvent) -> DeviceHello | AgentHello:
    assert isinstance(event, LinkUp)
    return samples.as_written(event.peer)


def test_up_after_both_hellos(wire: Wire) -> None:
    wire.plug()
    assert wire.delivers(RESTART_S)
    assert peer_of(wire.device_events[0]) == samples.AGENT_HELLO
    assert peer_of(wire.agent_events[0]) == samples.DEVICE_HELLO
    assert Received(wire.outbox) in wire.agent_events


def test_handshake_takes_three_flights_of_the_agent(wire: Wire) -> None:
    # START; certificate and Finished; hello. Each is one round trip at most. A ClientHello with a
    # post-quantum key share fills more than one frame, and they fly together.
    flights: set[float] = set()

    def counting(data: bytes) -> bytes:
        flights.add(wire.now_s)
        return data

    wire.to_device = counting
    wire.plug()
    wire.run(1, until=lambda: wire.device.is_up)
    assert len(flights) == 3


def test_nothing_is_sent_before_up(wire: Wire) -> None:
    encoded = codec.encode(wire.outbox)
    assert not wire.device.send(encoded)
    wire.plug()
    while not wire.device.is_up:
        assert not wire.device.send(encoded)
        wire.step()
    assert wire.device.send(encoded)


def test_large_message_is_cut_over_frames(live: Wire) -> None:
    live.outbox = SignedResult(43, b"c" * codec.MAX_RESULT_BYTES)
    assert live.delivers(1)


def test_repeated_frames_are_dropped_and_counted(live: Wire) -> None:
    live.to_device = live.to_agent = lambda data: data + data
    assert live.delivers(0.1)
    assert live.arrived == [live.outbox]
    assert live.device.tally.repeated > 0
    assert not live.device.tally.resets


def lose_one_result(live: Wire) -> None:
    live.is_acknowledged = False
    live.to_agent = nothing_comes
    live.device.send(codec.encode(live.outbox))
    live.step()
    live.to_agent = sound


def test_missing_frame_resets(live: Wire) -> None:
    lose_one_result(live)
    assert live.delivers(RESTART_S)
    assert live.agent.tally.gaps == 1
    assert LinkDown(ResetReason.GAP) in live.agent_events
    assert LinkDown(ResetReason.PEER_RESET) in live.device_events


def test_negative_control_owner_that_does_not_send_again_loses(live: Wire) -> None:
    lose_one_result(live)
    live.is_acknowledged = True  # as an owner without an outbox believes
    live.run(SILENCE_S)
    assert live.device.is_up
    assert live.arrived == []


def test_lost_last_frame_shows_at_the_next_ping(live: Wire) -> None:
    lose_one_result(live)
    took_s = live.run(SILENCE_S, until=lambda: live.is_acknowledged)
    assert live.is_acknowledged
    assert took_s < 2


def test_ping_keeps_a_quiet_link_up_and_measures_it(live: Wire) -> None:
    live.run(20)
    assert not live.device.tally.resets
    assert live.agent.tally.snapshot().rtt_p50_us is not None


@pytest.mark.parametrize("direction", ["to_device", "to_agent"])
def test_silence_ends_the_session_after_three_seconds(live: Wire, direction: str) -> None:
    setattr(live, direction, nothing_comes)
    took_s = live.run(10, until=lambda: not (live.device.is_up and live.agent.is_up))
    assert 2.9 < took_s < 4.1
    setattr(live, direction, sound)
    assert live.delivers(SILENCE_S)


def test_dead_peer_is_noticed_by_both(live: Wire) -> None:
    live.to_device = live.to_agent = nothing_comes
    live.run(SILENCE_S)
    assert LinkDown(ResetReason.SILENT) in live.device_events
    assert LinkDown(ResetReason.SILENT) in live.agent_events


def test_handshake_that_stalls_ends_after_three_seconds(wire: Wire) -> None:
    wire.device.cable_opened()
    wire.agent.cable_opened()
    wire.to_agent = nothing_comes
    wire.run(2.9)
    assert not wire.agent.tally.resets
    wire.run(0.3)
    assert wire.agent.tally.resets[ResetReason.HANDSHAKE_TIMEOUT] == 1


def test_message_in_the_wrong_direction_resets(live: Wire) -> None:
    challenge = VisitChallenge(samples.VISIT_ID, samples.NONCE, bytes(32))
    live.device.send(codec.encode(challenge))
    live.run(0.1)
    assert LinkDown(ResetReason.UNEXPECTED_MESSAGE) in live.agent_events


def test_malformed_message_resets(live: Wire) -> None:
    live.device.send(b"\xff")
    live.run(0.1)
    assert LinkDown(ResetReason.MALFORMED_MESSAGE) in live.agent_events


def test_second_hello_resets(live: Wire) -> None:
    live.device.send(codec.encode(samples.DEVICE_HELLO))
    live.run(0.1)
    assert LinkDown(ResetReason.UNEXPECTED_MESSAGE) in live.agent_events


def test_rogue_agent_never_comes_up_although_its_handshake_succeeds(
    device_end: DeviceEnd, strange_agent_end: AgentEnd
) -> None:
    wire = Wire(device_end, strange_agent_end)
    wire.plug()
    wire.run(2)
    assert wire.device_events == []
    assert wire.agent_events == []
    assert wire.device.tally.resets[ResetReason.PEER_NOT_TRUSTED] > 1
    # The agent got as far as waiting for a hello: only then did it hear of the refusal.
    assert wire.agent.tally.resets[ResetReason.TLS_FAILED] > 1


def test_rogue_device_never_comes_up(strange_device_end: DeviceEnd, agent_end: AgentEnd) -> None:
    wire = Wire(strange_device_end, agent_end)
    wire.plug()
    wire.run(2)
    assert wire.device_events == []
    assert wire.agent_events == []
    assert wire.agent.tally.resets[ResetReason.PEER_NOT_TRUSTED] > 1


def test_no_common_version(device_end: DeviceEnd, agent_end: AgentEnd) -> None:
    newer = replace(samples.DEVICE_HELLO, lowest_version=4, highest_version=5)
    wire = Wire(replace(device_end, make_hello=lambda: newer), agent_end)
    wire.plug()
    wire.run(1)
    assert wire.agent.tally.resets[ResetReason.VERSION_MISMATCH] > 0
    assert wire.agent_events == wire.device_events == []


def test_version_is_filled_in_by_the_link(device_end: DeviceEnd, agent_end: AgentEnd) -> None:
    careless = replace(samples.AGENT_HELLO, version=99)
    wire = Wire(device_end, replace(agent_end, make_hello=lambda _: careless))
    wire.plug()
    assert wire.delivers(RESTART_S)
    assert peer_of(wire.device_events[0]) == samples.AGENT_HELLO


def test_sequence_wraps(live: Wire) -> None:
    sender, receiver = live.device._session, live.agent._session
    assert sender is not None
    assert receiver is not None
    sender._next_seq_out = receiver._next_seq_in = 0xFFFE
    live.outbox = SignedResult(44, bytes(4000))
    assert live.delivers(0.1)
    assert sender._next_seq_out < 10
    assert not live.agent.tally.resets


def test_pong_to_no_ping_is_ignored(live: Wire) -> None:
    live.device.send(codec.encode(Pong(b"12345678")))
    assert live.delivers(0.1)
    assert live.agent.tally.snapshot().rtt_p50_us is None
