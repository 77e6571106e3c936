"""The figures of the printed front are counted as they are stated."""

import math
from dataclasses import replace

import pytest

from benchmarks.printed_code import Outcome, highest_rate, report

READ = Outcome(0, "easy", (), "read", True, 2, 0.2, "read")
UNREAD = replace(READ, number=1, result="PRINTED_CODE_UNREADABLE", result_laid_again="read")
WRONG = replace(READ, number=2, result="wrong", result_laid_again="wrong")
WRONG_LATER = replace(UNREAD, number=3, result_laid_again="wrong")


def test_a_second_laying_is_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    report([READ, READ, UNREAD, UNREAD])
    rows = {" ".join(row.split()) for row in capsys.readouterr().out.splitlines()}
    assert "all 4 read 50.00 % wrong 0" in rows
    assert "laid twice at most 4 read 100.00 % wrong 0" in rows


def test_a_wrong_code_counts_at_whichever_laying_it_was_sent(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report([READ, WRONG, WRONG_LATER])
    assert "wrong codes sent in 4 layings: 2 [2, 3]" in capsys.readouterr().out


def test_the_bound_is_that_of_clopper_and_pearson() -> None:
    assert highest_rate(0, 2000) == pytest.approx(1 - 0.05 ** (1 / 2000), rel=1e-6)
    rate = highest_rate(1, 300)
    at_most_one = (1 - rate) ** 300 + 300 * rate * (1 - rate) ** 299
    assert math.isclose(at_most_one, 0.05, rel_tol=1e-6)
    assert highest_rate(3, 3) == 1.0
