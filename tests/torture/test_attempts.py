"""The run finds what each wrong design does, also where only the rewriting of a log is wrong."""

import pytest

from tests.device.pinpad import bad_counters
from tests.device.pinpad.own_pins import designs
from tests.device.pinpad.power_cuts import MakeDesign
from tests.torture.runs import attempts

SHARE = 60


def test_nothing_is_found() -> None:
    assert attempts.run(SHARE, seed=1).failures == ()


@pytest.mark.parametrize(
    ("design", "fault"),
    [
        (bad_counters.CheckThenWrite, "free_guesses"),
        (bad_counters.IntentNotCounted, "free_guesses"),
        (bad_counters.RewrittenInHaste, "free_guesses"),
        (bad_counters.SendsAgain, "resends"),
        (bad_counters.RewrittenInPlace, "bricks"),
        (designs.ComparesFirst, "free_guesses"),
        (designs.RewritesInHaste, "bricks"),
    ],
)
def test_negative_control_wrong_designs(
    monkeypatch: pytest.MonkeyPatch, design: MakeDesign, fault: str
) -> None:
    monkeypatch.setattr(attempts, "DESIGNS", {"bad": design})
    found = {failure.what for failure in attempts.run(SHARE, seed=1).failures}
    assert any(fault in what for what in found)
