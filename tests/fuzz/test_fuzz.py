"""A bounded share of the search in every run of the tests; `make fuzz` searches longer."""

import platform
import subprocess
import sys

import pytest

TARGETS = (
    *("tlv", "cv_certificate", "face_record", "card_surface"),
    *("common_data", "certificate"),
)
SECONDS = 3
SECONDS_FOR_THE_PLANTED = 30

pytestmark = pytest.mark.skipif(
    platform.machine() != "x86_64", reason="atheris has wheels for x86-64 only; CI runs on it"
)


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_a_card_says_breaks_the_parser(target: str) -> None:
    search = run(target, SECONDS)
    assert search.returncode == 0, search.stderr[-2000:]
    assert executed(search.stderr) > 1000


def test_the_search_finds_a_planted_mistake() -> None:
    search = run("planted", SECONDS_FOR_THE_PLANTED)
    assert search.returncode != 0
    assert "the planted mistake" in search.stdout + search.stderr


def run(target: str, seconds: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.fuzz", target, "--seconds", str(seconds)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def executed(statistics: str) -> int:
    """How many inputs were tried."""
    lines = (line.split() for line in statistics.splitlines())
    return next(
        int(words[1]) for words in lines if words[:1] == ["stat::number_of_executed_units:"]
    )
