"""A share of the replugs, and an agent that goes by the name it saw first."""

from agent.config import LinkTable
from tests.torture.runs import replugged

SHARE = 8


def test_nothing_is_found() -> None:
    report = replugged.run(SHARE, 1)
    assert report.failures == ()
    assert int(report.counted["names"]) > 1
    assert int(report.counted["sessions"]) >= SHARE


def test_negative_control_a_fixed_name() -> None:
    report = replugged.run(SHARE, 1, LinkTable(port="ttyACM0"), patience_s=1.0)
    assert [failure.what for failure in report.failures] == ["the link did not come back"]
