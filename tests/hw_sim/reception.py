"""A reception that goes on until Ctrl-C, to look at: `make reception`.

One patient after the other comes to a simulated reader; the staff's console and the patient's
screen are open to a browser on this machine. For that nothing is isolated, so the card's slot runs
inside the reader's process instead of behind a pcscd. Each start begins afresh.
"""

import contextlib
import io
import itertools
import subprocess
import sys
import time
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

from tests.hw_sim.bench import Bench, BenchError
from tests.hw_sim.eligibility_service import UKETSUKE_TARO, Person
from tests.hw_sim.patient_screen import NotShownError
from tests.hw_sim.player import Player, UnexpectedError
from tests.hw_sim.ports import free_port
from tests.hw_sim.scenario import read_scenario

FOLDER = Path("out/reception")
STORIES = (
    *("face", "pin", "consent-refused", "android", "card-removed-midway", "face-no-match"),
    *("iphone", "driving-licence", "pin-wrong-then-right", "staff-confirms", "card-face-down"),
)
"""Scenarios that want nothing special of reader and clinic but the facility's password."""
NAMES = (
    *(("受付　太郎", "ｳｹﾂｹ ﾀﾛｳ"), ("試験　花子", "ｼｹﾝ ﾊﾅｺ"), ("見本　次郎", "ﾐﾎﾝ ｼﾞﾛｳ")),
    *(("例示　桜", "ﾚｲｼﾞ ｻｸﾗ"), ("架空　健", "ｶｸｳ ｹﾝ"), ("仮名　美咲", "ｶﾒｲ ﾐｻｷ")),
    *(("模擬　一郎", "ﾓｷﾞ ｲﾁﾛｳ"), ("𠮷田　見本", "ﾖｼﾀﾞ ﾐﾎﾝ")),
)
VALIDITIES = "11111211"
"""資格有効性 (OQSCD006), one after the other: now and then somebody's insurance has ended."""
LEAVES_WITHIN_S = 120.0
BETWEEN_S = 4.0


def main() -> int:
    """Play until somebody has seen enough."""
    password = read_scenario("staff-confirms").facility_password
    bench = Bench(
        FOLDER.resolve(),
        Path("out/test-keys"),
        has_pcscd=False,
        facility_password=password,
        api_port=free_port(),
    )
    try:
        with bench:
            _receive(bench)
    except KeyboardInterrupt:
        return 0
    except (BenchError, NotShownError, UnexpectedError) as error:
        print(
            f"The reception ended: {error}\nLogs: {FOLDER}/agent.log, device.log", file=sys.stderr
        )
        return 1
    return 0


def _receive(bench: Bench) -> None:
    token = (bench.folder / "screen.token").read_text()
    print(f"staff     {_console_address(bench)}")
    print(f"patient   http://127.0.0.1:{bench.screen_port}/#{token}")
    print(f"files     {bench.reception}")
    print("Ctrl-C ends it.\n", flush=True)
    for story, insured in zip(itertools.cycle(STORIES), _persons(), strict=False):
        scenario = read_scenario(story)
        print(f"{time.strftime('%H:%M:%S')}  {scenario.title.partition(';')[0]}", flush=True)
        with contextlib.redirect_stdout(io.StringIO()):
            Player(bench, scenario, insured).play()
        bench.screen.wait_for("idle", timeout_s=LEAVES_WITHIN_S)
        time.sleep(BETWEEN_S)


def _persons() -> Iterator[Person]:
    """Different people for ever; the same one comes back after all others."""
    for number, (name, kana) in enumerate(itertools.cycle(NAMES)):
        person = deepcopy(UKETSUKE_TARO)
        record = person["record"]
        record["qualification_validity"] = VALIDITIES[number % len(VALIDITIES)]
        record["person"] |= {
            "name": name,
            "insured_name": name,
            "name_kana": kana,
            "insured_identification_number": f"{5678 + number % len(NAMES)}",
            "reference_number": f"{24434 + number % len(NAMES)}",
        }
        yield person


def _console_address(bench: Bench) -> str:
    command = [sys.executable, "-m", "agent", "console", "--config", f"{bench.folder}/agent.toml"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return next(line for line in told.splitlines() if line.startswith("http"))


if __name__ == "__main__":
    sys.exit(main())
