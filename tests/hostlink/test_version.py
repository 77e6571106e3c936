"""The two ends speak the highest version both know, or none."""

from dataclasses import replace

import pytest

from hostlink.messages import VisitProgressed
from hostlink.reset import ResetReason, SessionEndedError
from hostlink.version import (
    HIGHEST_VERSION,
    LOWEST_VERSION,
    check_version,
    choose_version,
    may_send,
)
from tests.hostlink.samples import AGENT_HELLO, DEVICE_HELLO, MESSAGES


def test_highest_common() -> None:
    newer = replace(DEVICE_HELLO, lowest_version=LOWEST_VERSION, highest_version=99)
    assert choose_version(newer) == HIGHEST_VERSION


@pytest.mark.parametrize(("lowest", "highest"), [(3, 4), (0, 0), (3, 2)])
def test_none_in_common(lowest: int, highest: int) -> None:
    other = replace(DEVICE_HELLO, lowest_version=lowest, highest_version=highest)
    with pytest.raises(SessionEndedError) as ended:
        choose_version(other)
    assert ended.value.reason is ResetReason.VERSION_MISMATCH


def test_an_older_end_is_sent_nothing_that_it_does_not_know() -> None:
    """It would end the session on it."""
    newer = {type(each) for each in MESSAGES if not may_send(each, LOWEST_VERSION)}
    assert newer == {VisitProgressed}
    assert all(may_send(each, HIGHEST_VERSION) for each in MESSAGES)


def test_device_takes_only_what_it_offered() -> None:
    check_version(DEVICE_HELLO, AGENT_HELLO)
    with pytest.raises(SessionEndedError):
        check_version(DEVICE_HELLO, replace(AGENT_HELLO, version=2))
