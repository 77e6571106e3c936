"""Measures in another process's memory that a used PIN is gone."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.process_memory import count_in_memory

_PATIENT = """
import sys
from device.pinpad.entry import PinEntry

def steps():
    digits = len(sys.argv[1])
    least, most = (4, 4) if digits == 4 else (6, 32)
    entry = PinEntry(lambda: 0.0, shuffle=True, least=least, most=most)
    print(*(face or "-" for face in entry.positions()), flush=True)
    for place in sys.stdin.readline().split():
        entry.press(int(place))
    yield
    with entry.take() as pin:
        kept = bytes(pin.digits()) if "keep" in sys.argv else None
        yield
    yield kept

for _ in steps():
    print("ready", flush=True)
    sys.stdin.readline()
"""


def counts_while_entering(pin: str, *arguments: str) -> list[int]:
    """Occurrences of the PIN with all digits in, with the PIN taken, and after it was wiped."""
    counts = []
    with subprocess.Popen(
        [sys.executable, "-c", _PATIENT, "*" * len(pin), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        pad = process.stdout.readline().split()
        places = " ".join(str(pad.index(digit)) for digit in pin)
        for answer in (places, "", ""):
            process.stdin.write(answer + "\n")
            process.stdin.flush()
            assert process.stdout.readline() == "ready\n"
            counts.append(count_in_memory(process.pid, pin.encode()))
        process.stdin.write("\n")
    return counts


@pytest.fixture(params=[4, 6, 12])
def pin(request: pytest.FixtureRequest) -> str:
    # Digits that text and numbers seldom hold by chance: repeated runs would, years would.
    odd_and_even = random.sample("13579", 2) + random.sample("02468", 2)
    return "".join([*odd_and_even, *random.choices("0123456789", k=request.param - 4)])


def test_after_use_the_pin_is_nowhere_in_memory(pin: str) -> None:
    entered, taken, wiped = counts_while_entering(pin)
    assert entered == taken == wiped + 1


def test_a_kept_copy_would_be_found(pin: str) -> None:
    entered, _, wiped = counts_while_entering(pin, "keep")
    assert wiped >= entered
