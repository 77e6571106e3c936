"""An agent for many readers: its folder, its process, and what the system knows of that process."""

import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from agent.clock import unix_ms
from agent.qualification import record_to_json
from agent.schema import DELIVERIES, RESULTS, VISITS
from agent.store import Store
from benchmarks.agent_readers import identity_of, port_of, ueid_of
from hostlink.codec import encode
from hostlink.terms import ConsentItem, VisitOutcome
from tests.agent.paired import pair_with_reader
from tests.agent.running_agent import CONFIG
from tests.agent.world import (
    AUDIENCE,
    INSTITUTION,
    RECORD,
    SigningReader,
    completed,
    options,
    write_pem,
)
from tests.hostlink.pki import MAKER

ONE_READER = '[link]\nport = "ttyREADER"\n'
READY_WITHIN_S = 120.0
FILES_WITHIN_S = 300.0
RELAY = "oqs_folder"
ARRIVALS_BEFORE = 10**9
"""More results than a benchmark has before."""
KEEP_HOURS = 0.25
"""Of completed visits, with the local API: whatever is kept with them stops growing after it."""
FAR_AWAY = 10_000
"""Number of a reader that is not here now."""


class AgentPlace:
    """A folder in which an agent for so many readers is configured, and its process."""

    def __init__(
        self, folder: Path, readers: int, eligibility_url: str, api_port: int | None = None
    ) -> None:
        self.folder = folder
        self.reception = folder / "reception"
        self.reception.mkdir()
        self.store = folder / "agent.sqlite3"
        write_pem(folder / "maker.pem", MAKER.leaf)
        tables = []
        for number in range(readers):
            counter = f"{number + 1}番窓口"
            pair_with_reader(folder / "pairings", ueid_of(number), counter)
            tables.append(f'[[readers]]\ncounter = "{counter}"\nport = "{port_of(number)}"\n')
        text = CONFIG.format(audience=AUDIENCE, institution=INSTITUTION, url=eligibility_url)
        assert ONE_READER in text
        if api_port is not None:
            tables.append(f"[api]\nport = {api_port}\nkeep_hours = {KEEP_HOURS}\n")
        (folder / "agent.toml").write_text(text.replace(ONE_READER, "\n".join(tables)))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start the agent; seconds until it says that it is ready, as it does to systemd."""
        address = self.folder / "notify"
        address.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
            told.bind(str(address))
            told.settimeout(READY_WITHIN_S)
            begun_s = time.monotonic()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "agent", "--config", str(self.folder / "agent.toml")],
                env=os.environ | {"NOTIFY_SOCKET": str(address)},
            )
            while b"READY=1" not in told.recv(4096):
                pass
            return time.monotonic() - begun_s

    def stop(self) -> None:
        """End it as a supervisor does."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGTERM)
            if process.wait(READY_WITHIN_S) != 0:
                raise ChildProcessError(f"the agent ended with {process.returncode}")

    def kill(self) -> None:
        """End it as a power supply does, or whoever presses the wrong button."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait(READY_WITHIN_S)

    def cpu_s(self) -> float:
        """Processor time it has used."""
        fields = self._proc("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> tuple[float, float]:
        """Resident now, and at most so far."""
        status = dict(line.split(":", 1) for line in self._proc("status").splitlines())
        now, most = (int(status[key].split()[0]) / 1024 for key in ("VmRSS", "VmHWM"))
        return now, most

    def threads(self) -> int:
        """How many it has."""
        return len(list(Path(f"/proc/{self._pid}/task").iterdir()))

    def open_files(self) -> int:
        """How many it holds."""
        return len(list(Path(f"/proc/{self._pid}/fd").iterdir()))

    def store_mb(self) -> float:
        """The database and its log."""
        return sum(path.stat().st_size for path in self.folder.glob("agent.sqlite3*")) / 2**20

    def journal_mb(self) -> float:
        """The file of its events."""
        return (self.folder / "journal.jsonl").stat().st_size / 2**20

    def take_files(self, number: int) -> dict[bytes, float]:
        """Wait until so many lie in the reception folder, and take them away.

        Returns:
            Visits, and when the file of each was renamed into the folder, seconds since 1970 by
            the kernel's clock of names (`st_ctime`), which may be some milliseconds behind.

        Raises:
            TimeoutError: Some are missing.
            FileExistsError: A visit has two.
        """
        ends_s = time.monotonic() + FILES_WITHIN_S
        while sum(1 for _ in self.reception.glob("OQS*.xml")) < number:
            if time.monotonic() > ends_s:
                raise TimeoutError("files are missing in the reception folder")
            time.sleep(0.05)
        taken = {}
        for path in self.reception.glob("OQS*.xml"):
            text = path.read_text(encoding="utf-8")
            visit_id = text.split("<ArbitraryFileIdentifier>")[1].split("<")[0]
            if bytes.fromhex(visit_id) in taken:
                raise FileExistsError(f"a visit has two files: {visit_id}")
            taken[bytes.fromhex(visit_id)] = path.stat().st_ctime
            path.unlink()
        return taken

    @property
    def _pid(self) -> int:
        if self._process is None:
            raise ProcessLookupError("the agent is not started")
        return self._process.pid

    def _proc(self, name: str) -> str:
        return Path(f"/proc/{self._pid}/{name}").read_text(encoding="utf-8")


def fill(store: Path, parked: int, delivered: int) -> None:
    """Put results of a reader that is not here into the store of an agent that is ended.

    Args:
        store: The agent's.
        parked: So many that their receiver refused, with all that is known of their patients.
        delivered: So many of which nothing is to be done.
    """
    Store(store).close()
    now_ms = unix_ms(datetime.now(UTC))
    signed = SigningReader(identity_of(FAR_AWAY), ueid=ueid_of(FAR_AWAY)).sign(completed(bytes(16)))
    engine = create_engine(f"sqlite:///{store}", poolclass=NullPool)
    with engine.begin() as connection:
        for seq in range(parked + delivered):
            is_parked = seq < parked
            key = {"ueid": ueid_of(FAR_AWAY), "seq": seq}
            bound = {"visit_id": os.urandom(16), "nonce": os.urandom(16)}
            result = {
                "cose": signed.cose,
                "payload_hash": os.urandom(32),
                "outcome": int(VisitOutcome.COMPLETED),
                "received_unix_ms": now_ms,
                "arrival": ARRIVALS_BEFORE + seq,
            }
            state = {"is_done": 0, "parked": "HTTP 422"} if is_parked else {"is_done": 1}
            delivery = {"relay": RELAY, "prepared": "", **state}
            connection.execute(RESULTS.insert(), key | bound | result)
            connection.execute(DELIVERIES.insert(), key | delivery)
            if is_parked:
                connection.execute(VISITS.insert(), bound | _answered(bound["visit_id"], now_ms))


def _answered(visit_id: bytes, now_ms: int) -> dict[str, object]:
    return {
        "opened_unix_ms": now_ms,
        "record": record_to_json(RECORD),
        "options": encode(options(visit_id)),
        "offered": bytes(ConsentItem),
        "answered_unix_ms": now_ms,
    }
