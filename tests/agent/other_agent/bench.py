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
from tests.hostlink.other_end_program import OTHER_END, Keys, agent_command, told
from tests.hostlink.pki import AGENT, MAKER, UEID
from tests.hw_sim.processes import Processes

OTHER_VISIT = bytes(range(1, 17))
OPENED = VisitOpened(VISIT_ID, CardKind.MY_NUMBER)


class OtherAgent:
    """Its process and its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program = OTHER_END
        self.identity = AGENT
        self.maker = MAKER
        self.audience = AUDIENCE
        self.processes = Processes(folder)

    def start(self, under: Sequence[str] = ()) -> None:
        certificate, key = self.identity.write(self.folder, "other_agent")
        root, _ = self.maker.write(self.folder, "maker")
        keys = Keys(certificate, key, root)
        port = self.folder / "ttyREADER"
        command = agent_command(self.folder, port, keys, self.audience, self.program)
        self.processes.start("agent", [*under, *command])

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
