"""Every scenario of the demo, played as a visitor plays it, judged by its last line."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.hw_sim import scenario

ROOT = Path(__file__).parent.parent.parent


def play(name: str, tmp_path: Path, **environment: str) -> tuple[int, dict[str, Any], str]:
    """Run the demo; gives its status, its JSON line, and everything it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.hw_sim.demo", name],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    lines = done.stdout.splitlines() or ["{}"]
    return done.returncode, json.loads(lines[-1]) if done.returncode < 2 else {}, done.stdout


@pytest.mark.parametrize("name", scenario.names())
def test_scenario_ends_as_it_says(name: str, tmp_path: Path) -> None:
    status, report, printed = play(name, tmp_path)
    assert status == 0, printed
    assert report["slot"] == "pcscd"
    assert len(report["hops"]) >= 12
    assert Path(report["signed_result"]).stat().st_size > 200
    root = Path(report["signed_result"]).with_name("root.pem")
    assert "BEGIN CERTIFICATE" in root.read_text()
    assert (report["reception_file"] is not None) == (report["outcome"] == "completed")


def test_without_namespaces_the_demo_says_so_and_marks_its_output(tmp_path: Path) -> None:
    status, report, printed = play("pin", tmp_path, UKETSUKE_IN_PROCESS="1")
    assert status == 0, printed
    assert report["slot"] == "in-process"
    assert "instead of behind a real pcscd" in printed


def test_unknown_scenario_names_those_that_exist(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.hw_sim.demo", "fcae"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "face" in done.stderr


def test_an_unmet_expectation_is_no_success(tmp_path: Path) -> None:
    """Negative control: the same visit with another expected end must not pass."""
    original = (scenario.FOLDER / "pin-locked.toml").read_text()
    wrong = original.replace('failure = "pin_locked" }', 'failure = "card_removed" }', 1)
    assert wrong != original
    code = (
        "import sys\n"
        "from tests.hw_sim import demo, scenario\n"
        f"parsed = scenario.parse_scenario({wrong!r}, 'wrong.toml')\n"
        "sys.exit(demo.play('wrong', parsed, has_pcscd=True))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "NOT AS EXPECTED  failure: expected 'card_removed', got 'pin_locked'" in done.stdout
