"""A bounded share of the search in every run of the tests; `make fuzz` searches longer."""

import platform
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.fuzz.limits import USUAL_BYTES, longest_input_bytes
from tests.fuzz.seeds import CORPUS
from tests.fuzz.targets import authenticity

TARGETS = (
    *("tlv", "cv_certificate", "face_record", "card_surface"),
    *("common_data", "certificate", "authenticity"),
    *("photo_size", "photo", "bundle_description", "calibration", "dlib_model"),
)
SECONDS = 1
LEAST_INPUTS = 100
"""A description is read slowly while its branches are counted; others manage thousands."""
SECONDS_FOR_THE_PLANTED = 30

pytestmark = pytest.mark.skipif(
    platform.machine() != "x86_64", reason="atheris has wheels for x86-64 only; CI runs on it"
)


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_that_comes_from_outside_breaks_the_parser(target: str) -> None:
    search = run(target, SECONDS)
    assert search.returncode == 0, search.stderr[-2000:]
    assert executed(search.stdout) > LEAST_INPUTS


def test_no_input_of_the_corpus_is_cut() -> None:
    assert too_long(longest_input_bytes) == []


def test_a_limit_below_an_input_is_noticed() -> None:
    """A card with a photo of its own is longer than the inputs of most searches."""
    assert "photo_swapped" in too_long(lambda _: USUAL_BYTES)


def too_long(limit: Callable[[str], int]) -> list[str]:
    """What the engine would cut."""
    files = CORPUS.glob("*/*")
    return [file.name for file in files if file.stat().st_size > limit(file.parent.name)]


def test_a_check_that_is_left_out_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Control of the target whose search never gets that far by itself: it cannot sign."""
    swapped = (CORPUS / "authenticity/photo_swapped").read_bytes()
    authenticity.fuzz(swapped)
    monkeypatch.setattr("device.reader.authenticity._check_photo", lambda *_: None)
    with pytest.raises(AssertionError, match="nobody signed"):
        authenticity.fuzz(swapped)


def test_the_search_finds_a_planted_mistake() -> None:
    search = run("planted", SECONDS_FOR_THE_PLANTED)
    assert search.returncode != 0
    assert "the planted mistake" in search.stdout + search.stderr


def run(target: str, seconds: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.fuzz", target, "--seconds", str(seconds)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def executed(verdict: str) -> int:
    """How many inputs were tried."""
    return int(verdict.split()[1].replace(",", ""))
