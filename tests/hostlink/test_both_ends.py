"""Whatever happens to both ends and the bytes between them; `make torture` plays it for hours."""

import math

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from hostlink.session import Session
from tests.hostlink.both_ends_machine import BothEnds
from tests.hostlink.plain_pipe import PlainPipe

a_few = settings(
    derandomize=True,
    deadline=None,
    max_examples=50,
    stateful_step_count=20,
    suppress_health_check=list(HealthCheck),
)
until_the_first_fault = settings(
    a_few, max_examples=200, phases=[Phase.generate], report_multiple_bugs=False
)


def play() -> None:
    run_state_machine_as_test(BothEnds, settings=until_the_first_fault)


def test_whatever_happens() -> None:
    run_state_machine_as_test(BothEnds, settings=a_few)


def test_negative_control_a_link_that_never_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in ("DEAD_AFTER_S", "HANDSHAKE_LIMIT_S"):
        monkeypatch.setattr(f"hostlink.session.{limit}", math.inf)
    with pytest.raises(AssertionError, match="did not come back"):
        play()


@pytest.mark.parametrize("ahead", [-1, 1])
def test_negative_control_frames_taken_twice_or_after_a_gap(
    monkeypatch: pytest.MonkeyPatch, ahead: int
) -> None:
    """Without TLS, which would notice it: the frame layer alone keeps order."""
    is_next = Session._is_next

    def takes(session: Session, seq: int) -> bool:
        if (seq - session._next_seq_in) * ahead <= 0:
            return is_next(session, seq)
        session._next_seq_in = max(session._next_seq_in, seq + 1)
        return True

    monkeypatch.setattr("hostlink.session.TlsPipe", PlainPipe)
    monkeypatch.setattr(Session, "_is_next", takes)
    with pytest.raises(AssertionError):
        play()
