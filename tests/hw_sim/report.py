"""What a played scenario left behind, compared with what it should have left."""

import json
import sqlite3
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.hw_sim.bench import Bench
from tests.hw_sim.hops import Hop, hops_of, last_visit, machine_time_ms, read_lines
from tests.hw_sim.reception_software import ReceptionSoftware
from tests.hw_sim.scenario import Expect, Scenario

_ARRIVAL_TIMEOUT_S = 20.0
_ENCODINGS = {"utf-8": "UTF-8", "cp932": "Shift_JIS"}


@dataclass(frozen=True, slots=True)
class Report:
    """The end of a scenario."""

    scenario: str
    outcome: str
    method: str | None
    failure: str
    consents: str
    machine_time_ms: float
    hops: list[Hop]
    signed_result: Path
    reception_file: Path | None
    records: int
    slot: str
    """`pcscd`, or `in-process` where namespaces are forbidden."""

    def unmet(self, expect: Expect) -> list[str]:
        """What is not as the scenario says, in words."""
        found = {
            "outcome": self.outcome,
            "method": self.method,
            "failure": self.failure,
            "consents": self.consents,
            "has_reception_file": self.reception_file is not None,
            "records": self.records,
        }
        wanted = {name: getattr(expect, name) for name in found}
        return [
            f"{name}: expected {wanted[name]!r}, got {value!r}"
            for name, value in found.items()
            if value != wanted[name]
        ]

    def json_line(self) -> str:
        """The whole report as one line."""
        fields = asdict(self)
        return json.dumps(fields, ensure_ascii=False, default=str)


def make_report(bench: Bench, name: str, scenario: Scenario, laid_at_ms: float) -> Report:
    """Wait until everything has arrived that must, then look at it.

    Args:
        bench: Where the scenario was played.
        name: Name of the scenario.
        scenario: What was to happen.
        laid_at_ms: When the last card was laid, monotonic ms.
    """
    _wait_for_arrival(bench, scenario.expect)
    lines = read_lines(bench.folder)
    visit = last_visit(lines)
    signed_result = bench.folder / "result.cose"
    signed_result.write_bytes(_stored_results(bench.folder)[-1])
    root = bench.folder / "root.pem"
    root.write_bytes((bench.folder / "keys" / "root.pem").read_bytes())
    record = _verify(signed_result, root)["record"]
    return Report(
        scenario=name,
        outcome=record["outcome"].lower(),
        method=_lower(record["method"]),
        failure=_lower(record["failure"]) or "",
        consents=_consents(record["consents"]),
        machine_time_ms=machine_time_ms(lines, visit),
        hops=hops_of(lines, visit, laid_at_ms),
        signed_result=signed_result,
        reception_file=_reception_file(bench, scenario.patient.encoding),
        records=len(_stored_results(bench.folder)),
        slot="pcscd" if bench.has_pcscd else "in-process",
    )


def _wait_for_arrival(bench: Bench, expect: Expect) -> None:
    """Until the agent holds, and the reader knows it holds, as many results as expected."""
    ends_at_s = time.monotonic() + _ARRIVAL_TIMEOUT_S
    while time.monotonic() < ends_at_s:
        events = [line.event for line in read_lines(bench.folder)]
        has_arrived = events.count("result_acknowledged") >= expect.records
        has_file = "reception_file_written" in events or not expect.has_reception_file
        is_card_taken = events.count("CardRemoved") >= events.count("CardPlaced")
        if has_arrived and has_file and is_card_taken:
            return
        time.sleep(0.02)


def _stored_results(folder: Path) -> list[bytes]:
    """What lies in the agent's store, read as an auditor would."""
    with sqlite3.connect(f"file:{folder / 'agent.sqlite'}?mode=ro", uri=True) as store:
        return [row[0] for row in store.execute("SELECT cose FROM results ORDER BY seq")]


def _verify(signed_result: Path, root: Path) -> dict[str, Any]:
    """Let the product's own command verify the file and write what OpenSSL needs beside it."""
    command = [sys.executable, "-m", "hostlink.verify", str(signed_result), "--trust", str(root)]
    command += ["--export", str(signed_result.parent)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    claims: dict[str, Any] = json.loads(done.stdout)["claims"]
    return claims


def _reception_file(bench: Bench, encoding: str) -> Path | None:
    """The one file for the reception software, read by its rules."""
    files = list(bench.reception.glob("OQSsiquc01res_face_*.xml"))
    if not files:
        return None
    ReceptionSoftware(bench.reception, _ENCODINGS[encoding]).read(files[-1])
    return files[-1]


def _consents(decisions: list[dict[str, Any]]) -> str:
    answers = {decision["answer"].lower() for decision in decisions}
    return answers.pop() if len(answers) == 1 else "mixed" if answers else "none"


def _lower(word: str | None) -> str | None:
    return word.lower() if word else None
