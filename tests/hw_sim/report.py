"""What a played scenario left behind, compared with what it should have left."""

import json
import sqlite3
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.hw_sim.bench import Bench
from tests.hw_sim.hops import Hop, hops_of, last_visit, machine_time_ms, read_lines
from tests.hw_sim.reception_software import ReceptionSoftware, RefusedFileError
from tests.hw_sim.scenario import Expect

_ARRIVAL_TIMEOUT_S = 20.0
_ENCODINGS = {"utf-8": "UTF-8", "cp932": "Shift_JIS"}


class UnsoundError(Exception):
    """What lies there is not what a visit must leave; the sentence says why."""


@dataclass(slots=True)
class Report:
    """The end of a scenario; filled in as it is found, so that it can be told at any time."""

    scenario: str
    slot: str = "none"
    """`pcscd`, or `in-process` where namespaces are forbidden; `none` when nothing was played."""
    visit: str = ""
    """Id of the last visit; empty when none began."""
    outcome: str | None = None
    """None while no result of the last visit was found."""
    method: str | None = None
    failure: str = ""
    consents: str = "none"
    decisions: tuple[str, ...] = ()
    emergency: str = ""
    machine_time_ms: float = 0.0
    hops: list[Hop] = field(default_factory=lambda: hops_of([], "", 0.0))
    signed_result: Path | None = None
    reception_file: Path | None = None
    reception_files: int = 0
    """How many lie there."""
    records: int = 0
    """Signed results the agent holds."""
    error: str | None = None
    """Why the scenario did not end as it says, in words."""

    def unmet(self, expect: Expect) -> list[str]:
        """What is not as the scenario says, in words."""
        wanted = {name: getattr(expect, name) for name in expect.__struct_fields__}
        found = {name: getattr(self, name) for name in wanted}
        return [
            f"{name}: expected {wanted[name]!r}, got {value!r}"
            for name, value in found.items()
            if value != wanted[name]
        ]

    def json_line(self) -> str:
        """The whole report as one line."""
        fields = asdict(self)
        return json.dumps(fields, ensure_ascii=False, default=str)

    def add_times(self, bench: Bench) -> None:
        """Read the journals."""
        lines = read_lines(bench.folder)
        self.visit = last_visit(lines)
        self.machine_time_ms = machine_time_ms(lines, self.visit)
        self.hops = hops_of(lines, self.visit, bench.laid_at_ms)

    def add_result(self, bench: Bench) -> None:
        """Let the last visit's signed result be verified and say how the visit ended.

        Raises:
            UnsoundError: There is none, or it does not hold.
        """
        if not self.visit:
            raise UnsoundError("no visit began")
        results = _stored_results(bench.folder)
        self.records = len(results)
        signed_result = bench.folder / "result.cose"
        signed_result.write_bytes(_only(results, self.visit))
        self.signed_result = signed_result
        root = bench.folder / "root.pem"
        root.write_bytes((bench.folder / "keys" / "root.pem").read_bytes())
        record = _verify(signed_result, root)["record"]
        self.outcome = record["outcome"].lower()
        self.method = _lower(record["method"])
        self.failure = _lower(record["failure"]) or ""
        self.consents = _consents(record["consents"])
        self.emergency = _lower(record["emergency"]) or ""
        self.decisions = tuple(decision.lower() for decision in record["decisions"] or ())

    def add_reception_files(self, bench: Bench) -> None:
        """Read every reception file by the rules of the reception software.

        Raises:
            UnsoundError: The software would refuse one, or it is another visit's.
        """
        files = sorted(bench.reception.glob("OQSsiquc01res_face_*.xml"))
        self.reception_files = len(files)
        software = ReceptionSoftware(bench.reception, _ENCODINGS[bench.encoding])
        for file in files:
            try:
                visit = software.read(file).header["ArbitraryFileIdentifier"]
            except RefusedFileError as error:
                raise UnsoundError(f"{file.name} would be refused: {error}") from error
            if visit != self.visit:
                raise UnsoundError(f"{file.name} is not of the last visit")
            self.reception_file = file


def wait_for_arrival(bench: Bench, expect: Expect) -> None:
    """Until the agent holds, and the reader knows it holds, as many results as expected."""
    ends_at_s = time.monotonic() + _ARRIVAL_TIMEOUT_S
    while time.monotonic() < ends_at_s:
        events = [line.event for line in read_lines(bench.folder)]
        has_arrived = events.count("result_acknowledged") >= expect.records
        has_files = events.count("reception_file_written") >= expect.reception_files
        is_card_taken = events.count("CardRemoved") >= events.count("CardPlaced")
        if has_arrived and has_files and is_card_taken:
            return
        time.sleep(0.02)


def _stored_results(folder: Path) -> list[tuple[str, bytes]]:
    """Visit and signed result of all that lie in the agent's store, read as an auditor would."""
    with sqlite3.connect(f"file:{folder / 'agent.sqlite'}?mode=ro", uri=True) as store:
        rows = store.execute("SELECT visit_id, cose FROM results ORDER BY seq")
        return [(visit.hex(), cose) for visit, cose in rows]


def _only(results: list[tuple[str, bytes]], visit: str) -> bytes:
    """The one result of this visit."""
    found = [cose for its_visit, cose in results if its_visit == visit]
    if len(found) != 1:
        raise UnsoundError(f"the agent holds {len(found)} results of the last visit, not one")
    return found[0]


def _verify(signed_result: Path, root: Path) -> dict[str, Any]:
    """Let the product's own command verify the file and write what OpenSSL needs beside it."""
    command = [sys.executable, "-m", "hostlink.verify", str(signed_result), "--trust", str(root)]
    command += ["--export", str(signed_result.parent)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UnsoundError(f"the signed result does not hold: {done.stdout}{done.stderr}".strip())
    claims: dict[str, Any] = json.loads(done.stdout)["claims"]
    return claims


def _consents(decisions: list[dict[str, Any]]) -> str:
    answers = {decision["answer"].lower() for decision in decisions}
    return answers.pop() if len(answers) == 1 else "mixed" if answers else "none"


def _lower(word: str | None) -> str | None:
    return word.lower() if word else None
