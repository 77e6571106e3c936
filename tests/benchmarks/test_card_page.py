"""What is drawn into docs/CARD.md: the same at every run, and nothing left out that looks bad."""

import re
import sys
from pathlib import Path

import pytest

from benchmarks.card_visits import VISITS
from tools import draw_card_traces
from tools.draw_card_traces import BEGIN, END, draw, main


@pytest.fixture(scope="module")
def drawn() -> str:
    return draw()


def test_a_run_with_other_keys_draws_the_same(drawn: str) -> None:
    """Otherwise `make check` fails by chance."""
    assert draw() == drawn


def test_every_visit_has_its_row_at_both_bit_rates(drawn: str) -> None:
    for planned in VISITS:
        assert drawn.count(f"| {planned.title} | ") == 2


def test_the_trace_of_a_pin_visit_with_a_camera_shows_the_photo(drawn: str) -> None:
    without, with_camera, by_face = drawn.split("### By ")[1:]
    assert ["SELECT surface" in trace for trace in (without, with_camera, by_face)] == [
        False,
        True,
        True,
    ]


def test_where_the_limit_is_missed_without_the_chips_assumed_time_is_told(drawn: str) -> None:
    told = re.search(r"above 1\.15 in (\d+) of 12 rows", " ".join(drawn.split()))
    assert told is not None
    rows = [line.split(" | ") for line in drawn.splitlines() if re.search(r"\| (106|424) \|", line)]
    assert sum(float(row[8]) > 1.15 for row in rows) == int(told[1]) > 0


@pytest.mark.parametrize(("stale", "answer"), [("", 0), ("| one figure of an older run |\n", 1)])
def test_a_page_that_is_out_of_date_is_found(
    drawn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stale: str, answer: int
) -> None:
    page = tmp_path / "CARD.md"
    page.write_text(f"# A page\n{BEGIN}\n{drawn}{stale}\n{END}rest\n", encoding="utf-8")
    monkeypatch.setattr(draw_card_traces, "CARD_PAGE", page)
    monkeypatch.setattr(draw_card_traces, "draw", lambda: drawn)
    monkeypatch.setattr(sys, "argv", ["draw_card_traces", "--check"])
    assert main() == answer


def test_drawing_replaces_what_is_between_the_marks_and_nothing_else(
    drawn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "CARD.md"
    page.write_text(f"# A page\n{BEGIN}old\n{END}rest\n", encoding="utf-8")
    monkeypatch.setattr(draw_card_traces, "CARD_PAGE", page)
    monkeypatch.setattr(draw_card_traces, "draw", lambda: drawn)
    monkeypatch.setattr(sys, "argv", ["draw_card_traces"])
    assert main() == 0
    assert page.read_text(encoding="utf-8") == f"# A page\n{BEGIN}\n{drawn}\n{END}rest\n"
