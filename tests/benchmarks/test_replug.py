"""The reader of the benchmark is really linked again each time; no time is judged here."""

from benchmarks.replug import measure


def test_each_time_it_is_linked_again() -> None:
    took = measure(count=2, away_s=0.1)
    assert len(took) == 2
    assert min(took) > 0
