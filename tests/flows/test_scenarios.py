"""Every scenario of the demo, played as a visitor plays it, judged by its last line."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.hostlink.test_document import block
from tests.hostlink.test_document import run as run_commands
from tests.hw_sim import scenario

ROOT = Path(__file__).parent.parent.parent
_STEPS = {"iphone": 10, "ambulance": 10, "eligibility-down": 11}
"""Of twelve: an iPhone leaves nothing to choose and to verify on the reader, the crew nothing to
choose and no face to check; who is looked up later is asked for no consent."""
_TOLD = {
    "face": "card_read choosing face eligibility answering card_to_be_taken",
    "staff-confirms": "card_read choosing staff_wanted staff_comparing eligibility answering"
    " card_to_be_taken",
}
"""Where the agent's journal says that the patient was, one after the other. That they left is told
while the demo ends, and may be lost with the link."""
PROMISED = {"scenario", "outcome", "method", "machine_time_ms", "hops", "signed_result"}
PROMISED |= {"reception_file", "error"}
PLAY_TEXT = """\
import sys
from tests.hw_sim import demo, scenario
sys.exit(demo.play("example", scenario.parse_scenario({text!r}, "example.toml"), has_pcscd=True))
"""
NOBODY_COMES = """
title = "A page is waited for that never comes"
expect = { outcome = "completed" }
steps = [{ do = "lay_card" }, { do = "see", page = "finished", within_s = 1.0 }]
"""
NOTHING_HAPPENS = """
title = "Nobody comes"
expect = { outcome = "completed", records = 0 }
steps = []
"""
FAULT = """\
from tests.hw_sim.{module} import {kind}
def fail(*_): raise {error}
{kind}.{method} = fail
"""


class Played(NamedTuple):
    """What a run of the demo gave."""

    status: int
    report: dict[str, Any]
    """Its last line on stdout."""
    stdout: str
    stderr: str


@pytest.fixture(scope="module")
def visitors_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all, so that the keys of the simulated cards are made only once."""
    return tmp_path_factory.mktemp("visitor")


def play(folder: Path, *arguments: str, **environment: str) -> Played:
    """Run Python as the demo does; its last line must be the report whatever happens."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    report = json.loads(done.stdout.splitlines()[-1])
    assert set(report) >= PROMISED
    assert len(report["hops"]) == 12
    assert (report["error"] is None) == (done.returncode == 0), done.stdout + done.stderr
    return Played(done.returncode, report, done.stdout, done.stderr)


def play_named(folder: Path, name: str, **environment: str) -> Played:
    return play(folder, "-m", "tests.hw_sim.demo", name, **environment)


def play_text(folder: Path, text: str) -> Played:
    return play(folder, "-c", PLAY_TEXT.format(text=text))


@pytest.mark.parametrize("name", scenario.names())
def test_scenario_ends_as_it_says(name: str, visitors_folder: Path) -> None:
    played = play_named(visitors_folder, name)
    assert played.status == 0, played.stdout + played.stderr
    assert played.report["slot"] == "pcscd"
    is_completed = played.report["outcome"] == "completed"
    reached = [hop for hop in played.report["hops"] if hop["ms"] is not None]
    assert (len(reached) == _STEPS.get(name, 12)) == is_completed
    assert (played.report["reception_file"] is not None) == is_completed
    folder = Path(played.report["signed_result"]).parent
    assert_openssl_believes(folder)
    if name in _TOLD:
        assert steps_told(folder / "agent-journal.jsonl") == _TOLD[name].split()


def steps_told(journal: Path) -> list[str]:
    """The steps of a visit in a journal of the agent, but the last."""
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    steps = [line["detail"] for line in lines if line["event"] == "visit_progressed"]
    return [step for step in steps if step != "left"]


def assert_openssl_believes(folder: Path) -> None:
    """By the commands of docs/HOSTLINK.md, as they stand there."""
    commands = block("sh openssl")
    assert run_commands(commands, folder).splitlines() == ["Verified OK", "leaf.pem: OK"]
    compared = run_commands([f"{line} || true" for line in block("sh compare")], folder)
    assert [line.split()[1:] for line in compared.splitlines()] == [["240", "100"]]
    signed = folder / "tbs.bin"
    signed.write_bytes(signed.read_bytes()[:-1] + b"?")
    assert "Verified OK" not in run_commands(commands, folder), "negative control"


@pytest.mark.parametrize("name", ["pin", "several-cards"])
def test_without_namespaces_the_demo_says_so_and_marks_its_output(
    name: str, visitors_folder: Path
) -> None:
    played = play_named(visitors_folder, name, UKETSUKE_IN_PROCESS="1")
    assert played.status == 0, played.stdout
    assert played.report["slot"] == "in-process"
    assert "instead of behind a real pcscd" in played.stdout


def test_unknown_scenario_names_those_that_exist(visitors_folder: Path) -> None:
    played = play_named(visitors_folder, "fcae")
    assert played.status == 2
    assert "face" in played.stderr
    assert "pin-locked" in played.report["error"]


def test_an_unmet_expectation_is_no_success(visitors_folder: Path) -> None:
    """Negative control: the same visit with another expected end must not pass."""
    original = (scenario.FOLDER / "pin-locked.toml").read_text()
    wrong = original.replace('failure = "pin_locked" }', 'failure = "card_removed" }', 1)
    assert wrong != original
    played = play_text(visitors_folder, wrong)
    assert played.status == 1
    assert "NOT AS EXPECTED  failure: expected 'card_removed', got 'pin_locked'" in played.stdout
    assert played.report["outcome"] == "failed"


def test_a_step_that_is_not_reached_is_told_with_what_was(visitors_folder: Path) -> None:
    played = play_text(visitors_folder, NOBODY_COMES)
    assert played.status == 1
    assert "waited 1.0 s for finished" in played.report["error"]
    reached = [hop["name"] for hop in played.report["hops"] if hop["ms"] is not None]
    assert reached == ["card laid", "recognised"]
    assert played.report["reception_file"] is None


@pytest.mark.parametrize(
    ("module", "kind", "method", "error"),
    [
        ("bench", "Bench", "_write_configuration", "OSError('no space left')"),
        ("report", "Report", "add_times", "ValueError('a broken line')"),
    ],
)
def test_an_error_nobody_foresaw_is_told_too(
    visitors_folder: Path, module: str, kind: str, method: str, error: str
) -> None:
    fault = FAULT.format(module=module, kind=kind, method=method, error=error)
    played = play(visitors_folder, "-c", fault + PLAY_TEXT.format(text=NOTHING_HAPPENS))
    assert played.status == 1
    assert error.split("'")[1] in played.report["error"]
    assert "Traceback" in played.stderr
