"""The two ends speak the highest version both know, or none."""

from dataclasses import replace

import pytest

from hostlink.reset import ResetReason, SessionEndedError
from hostlink.version import HIGHEST_VERSION, LOWEST_VERSION, check_version, choose_version
from tests.hostlink.samples import AGENT_HELLO, DEVICE_HELLO


def test_highest_common() -> None:
    newer = replace(DEVICE_HELLO, lowest_version=LOWEST_VERSION, highest_version=99)
    assert choose_version(newer) == HIGHEST_VERSION


@pytest.mark.parametrize(("lowest", "highest"), [(2, 3), (0, 0), (3, 2)])
def test_none_in_common(lowest: int, highest: int) -> None:
    other = replace(DEVICE_HELLO, lowest_version=lowest, highest_version=highest)
    with pytest.raises(SessionEndedError) as ended:
        choose_version(other)
    assert ended.value.reason is ResetReason.VERSION_MISMATCH


def test_device_takes_only_what_it_offered() -> None:
    check_version(DEVICE_HELLO, AGENT_HELLO)
    with pytest.raises(SessionEndedError):
        check_version(DEVICE_HELLO, replace(AGENT_HELLO, version=2))
