"""The agent as a process of its own, configured in a folder of its own."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.agent.paired import pair_with_reader
from tests.agent.world import AUDIENCE, INSTITUTION, authority, write_pem
from tests.hostlink.pki import MAKER
from tests.hw_sim.eligibility_service import EligibilityService
from tests.hw_sim.reception_software import ReceptionSoftware, TakenFile

CONFIG = """
audience = "{audience}"
medical_institution_code = "{institution}"
pairings = "pairings"
trust_root = "maker.pem"
journal = "journal.jsonl"

[link]
port = "ttyREADER"

[card_trust]
anchors = ["cards.pem"]

[store]
path = "agent.sqlite3"

[eligibility]
source = "http"
url = "{url}"
timeout_s = 3

[[relays]]
target = "oqs_folder"
folder = "reception"
"""
PATIENCE_S = 30.0


class RunningAgent:
    """The agent's process and the folder it was configured in."""

    def __init__(
        self,
        folder: Path,
        service: EligibilityService,
        program: Sequence[str] = (sys.executable, "-m", "agent"),
    ) -> None:
        self.folder = folder
        self.service = service
        self._program = program
        self.reception = folder / "reception"
        self.reception.mkdir()
        write_pem(folder / "maker.pem", MAKER.leaf)
        write_pem(folder / "cards.pem", authority().certificate)
        pair_with_reader(folder / "pairings")
        text = CONFIG.format(audience=AUDIENCE, institution=INSTITUTION, url=service.url)
        (folder / "agent.toml").write_text(text)
        self._process: subprocess.Popen[str] | None = None
        self.log = ""
        """What it wrote until it was stopped."""

    def start(self, environment: Mapping[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            [*self._program, "--config", str(self.folder / "agent.toml")],
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        _, self.log = self._process.communicate(timeout=PATIENCE_S)
        return self._process.returncode

    def journal(self) -> list[dict[str, object]]:
        path = self.folder / "journal.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [json.loads(line) for line in lines]

    def events(self) -> list[object]:
        return [line["event"] for line in self.journal()]

    def wait_for_event(self, event: str, count: int = 1) -> None:
        wait_until(lambda: self.events().count(event) >= count)

    def stored_bytes(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.folder.glob("agent.sqlite3*"))

    def take(self) -> TakenFile:
        software = ReceptionSoftware(self.reception)
        wait_until(lambda: any(self.reception.glob("OQS*.xml")))
        (taken,) = software.look()
        return taken


def logged(text: str) -> list[str]:
    """The sentences of a log that is no terminal by which something is to be done."""
    lines = [json.loads(line) for line in text.splitlines()]
    return [line["event"] for line in lines if line["level"] != "info"]


def wait_until(is_so: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + patience_s
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)
