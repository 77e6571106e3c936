"""The link of the agent in another language: versions, trust, pings, and how sessions end."""

from pathlib import Path

import pytest

from hostlink.messages import ResultAcknowledged
from hostlink.reset import ResetReason
from tests.agent.other_agent.bench import OtherAgent
from tests.agent.reader_end import PATIENCE_S, ReaderEnd
from tests.hostlink.other_end_program import spoilt
from tests.hostlink.pki import STRANGE_AGENT, STRANGE_READER
from tests.hostlink.resets import resets_of


def test_message_that_a_reader_must_not_send_ends_the_session(
    connected: ReaderEnd, agent: OtherAgent
) -> None:
    assert connected.link.send(ResultAcknowledged(1))
    assert connected.downs.get(timeout=PATIENCE_S) is ResetReason.PEER_RESET
    connected.wait_up()
    assert agent.reasons()[-1] == ResetReason.UNEXPECTED_MESSAGE


def test_ping_is_answered_with_its_nonce(reader: ReaderEnd, agent: OtherAgent) -> None:
    """By an agent that asks late, so that the reader's end is the one that asks."""
    late = "const PING_AFTER_MS = 2500;"
    agent.program = spoilt(agent.folder, "link.mjs", "const PING_AFTER_MS = 1000;", late)
    agent.start()
    reader.wait_up()
    agent.wait_until(lambda: reader.link.counters.rtt_p50_us is not None)
    assert reader.downs.empty()


def test_told_to_stop_it_says_so(connected: ReaderEnd, agent: OtherAgent) -> None:
    assert agent.processes.stop() == []
    assert connected.downs.get(timeout=PATIENCE_S) is ResetReason.PEER_RESET
    assert agent.reasons()[-1] == ResetReason.CLOSED


@pytest.mark.parametrize("versions", [(4, 5), (0, 0)])
def test_no_common_version(tmp_path: Path, agent: OtherAgent, versions: tuple[int, int]) -> None:
    with ReaderEnd(tmp_path, lambda: 1, versions) as reader:
        agent.start()
        agent.wait_until(lambda: ResetReason.VERSION_MISMATCH in agent.reasons())
        assert reader.ups.empty()
        assert agent.ups() == 0


def test_highest_common_version_is_said(tmp_path: Path, agent: OtherAgent) -> None:
    with ReaderEnd(tmp_path, lambda: 1, (0, 255)) as reader:
        agent.start()
        assert reader.wait_up().version == 3


def test_wrong_crc_never_comes_up(reader: ReaderEnd, agent: OtherAgent) -> None:
    """Negative control of all tests here: it is the link that lets the two talk."""
    agent.program = spoilt(agent.folder, "frame.mjs", "0xedb88320", "0x82f63b78")
    agent.start()
    agent.wait_until(lambda: reader.link.counters.bad_crc > 2)
    assert reader.ups.empty()
    assert agent.ups() == 0


def test_agent_the_reader_was_not_paired_with(reader: ReaderEnd, agent: OtherAgent) -> None:
    agent.identity = STRANGE_AGENT
    agent.start()
    distrust = ResetReason.PEER_NOT_TRUSTED
    agent.wait_until(lambda: resets_of(reader.link.counters).get(distrust, 0) > 1)
    assert reader.ups.empty()
    assert agent.ups() == 0


def test_reader_it_was_not_paired_with(reader: ReaderEnd, agent: OtherAgent) -> None:
    """That reader has no pairing under the name this agent asks for."""
    agent.reader = STRANGE_READER
    agent.start()
    agent.wait_until(lambda: agent.reasons().count(ResetReason.PEER_NOT_TRUSTED) > 1)
    assert reader.ups.empty()
    assert agent.ups() == 0
