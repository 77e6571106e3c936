"""A desk whose agent is the one in another language, `tests/hostlink/other_end`."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cryptography import x509

from agent.config import ONLY_COUNTER
from agent.pairings import Pairings
from hostlink.signing import verify_result
from tests.flows.desk import Desk, StoredResult
from tests.hostlink.other_end_program import (
    OTHER_END,
    Surroundings,
    agent_command,
    told,
    write_pairing,
)
from tests.hw_sim.bench import AGENT_PAIRINGS, Bench
from tests.hw_sim.configuration import AUDIENCE


class OtherAgentBench(Bench):
    """The bench with Node.js at the agent's end of the cable."""

    program = OTHER_END
    """Folder of the program; another one is a design that a test must catch."""

    def command_of(self, name: str, in_its_place: Sequence[str] = ()) -> list[str]:
        """Its own program for the agent."""
        if name != "agent":
            return super().command_of(name, in_its_place)
        if not self.surroundings.pairing.exists():
            self._leave_pairing()
        return agent_command(self.surroundings, self.program)

    @property
    def surroundings(self) -> Surroundings:
        """Where that program stands."""
        port, root = self.cable.agent_port, self.provisioned.root
        return Surroundings(self.folder, port, root, AUDIENCE)

    def _leave_pairing(self) -> None:
        """What the bench left for this project's own agent, in that program's words."""
        pairings = Pairings(self.folder / AGENT_PAIRINGS)
        made = pairings.at(ONLY_COUNTER)
        identity = pairings.identity_of(made).read_text()
        path = self.surroundings.pairing
        write_pairing(path, made.ueid, made.secret, identity, made.reader_certificate)


class OtherDesk(Desk):
    """What flows say about such a desk."""

    def __init__(self, bench: OtherAgentBench) -> None:
        super().__init__(bench)
        self._bench = bench
        self._folder = bench.folder / "results"
        self._roots = tuple(x509.load_pem_x509_certificates(bench.provisioned.root.read_bytes()))

    def exchange_agent(self, program: Path = OTHER_END) -> None:
        """Stop the agent as a power cut would, and start this one."""
        self._bench.kill("agent")
        self._bench.program = program
        self._bench.start("agent")

    def files(self) -> list[Path]:
        """Every result that the agent holds, in order."""
        return sorted(self._folder.glob("*.cose"), key=lambda path: int(_seq(path)))

    def results(self) -> list[StoredResult]:
        """What they say, by this project's own judgement."""
        claims = [verify_result(path.read_bytes(), self._roots).claims for path in self.files()]
        return [
            StoredResult(each.seq, each.record.outcome, each.record.visit_id.hex())
            for each in claims
        ]

    def told(self, event: str) -> list[dict[str, Any]]:
        """What the agent said of events of that name."""
        return told(self.bench.folder / "agent.log", event)

    def assert_exactly_once(self) -> None:
        """Every result was kept once, none is missing, and nothing else lies there."""
        results = self.results()
        assert [each.seq for each in results] == list(range(1, len(results) + 1))
        assert len({each.visit for each in results}) == len(results)
        assert set(self._folder.iterdir()) == set(self.files())


def _seq(path: Path) -> str:
    found = re.fullmatch(r"[0-9a-f]+-([0-9]+)\.cose", path.name)
    assert found is not None, path
    return found[1]
