"""The agent in another language at the end of a real cable.

It knows only what docs/HOSTLINK.md and messages.cddl say. Negative controls: copies of it with
one place spoilt. `tests/flows/test_other_agent.py` has the whole reader opposite, and whole visits.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from hostlink.messages import VisitOpened
from hostlink.terms import CardKind
from tests.agent.reader_end import PATIENCE_S
from tests.agent.world import AUDIENCE, VISIT_ID
from tests.hostlink.other_end_program import (
    OTHER_END,
    Surroundings,
    agent_command,
    told,
    write_pairing,
)
from tests.hostlink.paired_ends import SECRET, certificate_of, identity_file
from tests.hostlink.pki import AGENT, MAKER, READER, UEID
from tests.hw_sim.processes import Processes

OTHER_VISIT = bytes(range(1, 17))
OPENED = VisitOpened(VISIT_ID, CardKind.MY_NUMBER)


class OtherAgent:
    """Its process and its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program = OTHER_END
        self.identity = AGENT
        self.reader = READER
        self.secret = SECRET
        self.processes = Processes(folder)

    def start(self, under: Sequence[str] = ()) -> None:
        root, _ = MAKER.write(self.folder, "maker")
        at = Surroundings(self.folder, self.folder / "ttyREADER", root, AUDIENCE)
        identity = identity_file(self.folder, self.identity).read_text()
        write_pairing(at.pairing, UEID, self.secret, identity, certificate_of(self.reader))
        self.processes.start("agent", [*under, *agent_command(at, self.program)])

    def kill(self) -> None:
        self.processes.kill("agent")

    def results(self) -> dict[str, bytes]:
        """Every file in the folder of its results."""
        return {path.name: path.read_bytes() for path in (self.folder / "results").iterdir()}

    def reasons(self) -> list[int]:
        """Why its sessions ended."""
        return [down["reason"] for down in told(self.folder / "agent.log", "down")]

    def ups(self) -> int:
        return len(told(self.folder / "agent.log", "up"))

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        ends_at_s = time.monotonic() + PATIENCE_S
        while not is_so():
            assert time.monotonic() < ends_at_s, self.reasons()
            time.sleep(0.02)


def name_of(seq: int) -> str:
    """The file of a result."""
    return f"{UEID.hex()}-{seq}.cose"
