"""The run finds an agent that acknowledges what it never kept."""

import pytest

from agent.inbox import Arrival, Inbox, Receipt
from tests.torture.runs import link_on_pty

SHARE = 50


def test_nothing_is_found() -> None:
    report = link_on_pty.run(SHARE, seed=1)
    assert (report.trials, report.failures) == (SHARE, ())


def test_negative_control_an_agent_that_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Inbox, "keep", lambda *_: Receipt(Arrival.REPEATED, ()))
    (failure,) = link_on_pty.run(SHARE, seed=1).failures
    assert failure.what == "kept: []"
