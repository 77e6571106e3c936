"""How runs are asked for, and how they tell what they found."""

import sys
from pathlib import Path

import pytest

from tests.torture import __main__ as torture
from tests.torture.report import Failure, Report, told


def test_each_run_has_a_test_of_its_own() -> None:
    """In which a bad design is found: a run that cannot fail shows nothing."""
    for name in torture.NAMES:
        test = Path(__file__).parent / f"test_{name}.py"
        assert "negative_control" in test.read_text(), name


def test_a_failed_trial_is_told_with_what_plays_it_again() -> None:
    report = Report(1000, (Failure(17, "lost"),), {"resets": 12_345})
    assert told("link", report, 1, 2.0).splitlines() == [
        "link: 1,000 trials, seed 1, 2 s: 1 failed",
        "    resets: 12,345",
        "    FAILED: lost",
        "      again: python -m tests.torture link --count 1 --seed 17",
    ]


def test_no_failure_is_told_with_what_it_says_about_the_rest() -> None:
    (line,) = told("link", Report(3000, (), {}), 1, 2.0).splitlines()
    assert line.endswith("0 failed, so fewer than 1 in 1,000 (95 %)")


@pytest.mark.parametrize(("failures", "status"), [((), 0), ((Failure(1, "lost"),), 1)])
def test_the_exit_status_tells_whether_all_held(
    monkeypatch: pytest.MonkeyPatch, failures: tuple[Failure, ...], status: int
) -> None:
    class Planted:
        COUNT = 200

        @staticmethod
        def run(count: int, seed: int) -> Report:
            assert (count, seed) == (20, 5)
            return Report(count, failures, {})

    monkeypatch.setattr(torture, "_run_called", lambda _: Planted)
    monkeypatch.setattr(sys, "argv", ["torture", "--share", "0.1", "--seed", "5"])
    assert torture.main() == status


def test_an_unknown_run_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["torture", "nothing"])
    assert torture.main() == 2
