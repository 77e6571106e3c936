"""The run finds a link that hangs, and says which seed does."""

import math

import pytest

from tests.torture.runs import both_ends

SHARE = 1000


def test_nothing_is_found() -> None:
    report = both_ends.run(SHARE, seed=1)
    assert report.failures == ()
    assert report.trials >= SHARE
    assert int(report.counted["sessions ended: DAMAGED_FRAME"]) > 0


def test_negative_control_a_link_that_never_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in ("DEAD_AFTER_S", "HANDSHAKE_LIMIT_S"):
        monkeypatch.setattr(f"hostlink.session.{limit}", math.inf)
    failures = both_ends.run(2 * SHARE, seed=1).failures
    assert "did not come back" in failures[0].what
    (again,) = both_ends.run(1, failures[0].seed).failures
    assert again.what == failures[0].what
