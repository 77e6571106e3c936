"""A reception that goes on until Ctrl-C, to look at: `make reception`.

One patient after the other comes to a simulated reader; the staff's console and the patient's
screen are open to a browser on this machine. For that nothing is isolated, so the card's slot runs
inside the reader's process instead of behind a pcscd.
"""

import contextlib
import io
import itertools
import subprocess
import sys
import time
from pathlib import Path

from tests.hw_sim.bench import Bench
from tests.hw_sim.player import Player
from tests.hw_sim.ports import free_port
from tests.hw_sim.scenario import read_scenario

FOLDER = Path("out/reception")
PATIENTS = (
    *("face", "pin", "consent-refused", "android", "card-removed-midway", "face-no-match"),
    *("iphone", "driving-licence", "pin-wrong-then-right", "card-face-down"),
)
"""Scenarios that want nothing special of reader and clinic."""
LEAVES_WITHIN_S = 120.0
BETWEEN_S = 4.0


def main() -> int:
    """Play until somebody has seen enough."""
    port = free_port()
    bench = Bench(FOLDER.resolve(), Path("out/test-keys"), has_pcscd=False, api_port=port)
    with contextlib.suppress(KeyboardInterrupt), bench:
        token = (bench.folder / "screen.token").read_text()
        print(f"staff     {_console_address(bench)}")
        print(f"patient   http://127.0.0.1:{bench.screen_port}/#{token}")
        print(f"files     {bench.reception}")
        print("Ctrl-C ends it.\n", flush=True)
        for name in itertools.cycle(PATIENTS):
            scenario = read_scenario(name)
            print(f"{time.strftime('%H:%M:%S')}  {scenario.title}", flush=True)
            with contextlib.redirect_stdout(io.StringIO()):
                Player(bench, scenario).play()
            bench.screen.wait_for("idle", timeout_s=LEAVES_WITHIN_S)
            time.sleep(BETWEEN_S)
    return 0


def _console_address(bench: Bench) -> str:
    command = [sys.executable, "-m", "agent", "console", "--config", f"{bench.folder}/agent.toml"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return told.splitlines()[-1]


if __name__ == "__main__":
    sys.exit(main())
