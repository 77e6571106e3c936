"""The reception to look at opens, serves a patient and ends when somebody has seen enough."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]


def test_it_is_open_until_it_is_ended(tmp_path: Path) -> None:
    process = subprocess.Popen(
        # A shell that runs the tests in the background has its children ignore Ctrl-C.
        ["env", "--default-signal=INT", sys.executable, "-m", "tests.hw_sim.reception"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout as said:
        lines = [said.readline() for _ in range(6)]
        staff = lines[0].split()[1].partition("#")[0]
        assert httpx.get(staff, trust_env=False).status_code == 200
        assert "Recognised by the face" in lines[5]
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
