"""An agent that knows only docs/HOSTLINK.md and messages.cddl proves that it is paired.

Negative controls: copies of it with one place spoilt.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hostlink import session, tls
from hostlink.link import Link
from hostlink.reset import ResetReason
from tests.agent.reader_end import ReaderEnd
from tests.hostlink.other_end_program import (
    OTHER_END,
    Spoil,
    Surroundings,
    agent_command,
    spoilt,
    told,
    write_pairing,
)
from tests.hostlink.paired_ends import SECRET, certificate_of, device_end_of, identity_file
from tests.hostlink.pki import AGENT, READER, STRANGE_READER, UEID
from tests.hw_sim.processes import Processes
from tests.pairing.waiting import ends_of, wait_until


class PairedAgent:
    """The other end in service, paired as `paired_ends` says."""

    def __init__(self, at: Surroundings) -> None:
        self._at = at
        self.processes = Processes(at.folder)

    def start(self, program: Path = OTHER_END, secret: bytes = SECRET) -> None:
        """With another program or secret if need be."""
        identity = identity_file(self._at.folder, AGENT).read_text()
        write_pairing(self._at.pairing, UEID, secret, identity, certificate_of(READER))
        self.processes.start("agent", agent_command(self._at, program))

    def told(self, event: str) -> list[int]:
        """Reasons of what happened."""
        said = told(self._at.folder / "agent.log", event)
        return [each.get("reason", 0) for each in said]

    def assert_refuses(self, reason: ResetReason) -> None:
        """A session ends for this reason, and none is ever up."""
        wait_until(lambda: reason in self.told("down") or self.told("up") != [])
        assert self.told("up") == []


@pytest.fixture
def agent(at: Surroundings) -> Iterator[PairedAgent]:
    made = PairedAgent(at)
    yield made
    assert made.processes.stop() == []


def test_agent_without_the_secret_is_refused(at: Surroundings, agent: PairedAgent) -> None:
    with ReaderEnd(at.folder, lambda: 1) as reader:
        agent.start(secret=bytes(16))
        wait_until(lambda: ends_of(reader.link, ResetReason.NOT_PAIRED) > 0)
        assert reader.ups.empty()
    assert agent.told("up") == []


WITHOUT_PROOF: Spoil = (
    "link.mjs",
    "if (!isSame(proof, deviceProof(",
    "if (!isSame(proof, proof ?? (",
)


@pytest.mark.parametrize("spoil", [None, WITHOUT_PROOF], ids=["checks", "negative control"])
def test_reader_without_the_secret_is_refused(
    at: Surroundings, agent: PairedAgent, spoil: Spoil | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "device_proof", lambda *_: bytes(32))
    with ReaderEnd(at.folder, lambda: 1):
        agent.start(spoilt(at.folder, *spoil) if spoil else OTHER_END)
        if spoil is None:
            agent.assert_refuses(ResetReason.NOT_PAIRED)
            return
        with pytest.raises(AssertionError):
            agent.assert_refuses(ResetReason.NOT_PAIRED)


BELIEVES_ALL: Spoil = (
    "partner.mjs",
    "(shown) => shown.raw.equals(readerCertificate)",
    "() => true",
)


@pytest.mark.parametrize("spoil", [None, BELIEVES_ALL], ids=["checks", "negative control"])
def test_another_certificate_under_the_right_name_is_not_believed(
    at: Surroundings, agent: PairedAgent, spoil: Spoil | None
) -> None:
    reader = ReaderEnd(at.folder, lambda: 1)
    shown = STRANGE_READER.write(at.folder, "strange_reader")
    context = tls.paired_device_context(*shown, [certificate_of(AGENT)])
    end = replace(device_end_of(at.folder), tls=tls.device_context(lambda _: context))
    reader.link = Link(reader.cable.open, end, reader)
    with reader:
        agent.start(spoilt(at.folder, *spoil) if spoil else OTHER_END)
        if spoil is None:
            agent.assert_refuses(ResetReason.PEER_NOT_TRUSTED)
            return
        with pytest.raises(AssertionError):
            agent.assert_refuses(ResetReason.PEER_NOT_TRUSTED)
