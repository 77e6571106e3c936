"""The two ends speak the highest version both know, or none."""

from dataclasses import replace

import pytest

from hostlink.messages import VisitOptions, VisitProgressed
from hostlink.reset import ResetReason, SessionEndedError
from hostlink.version import (
    HIGHEST_VERSION,
    LOWEST_VERSION,
    as_known_in,
    check_version,
    choose_version,
)
from tests.hostlink.samples import AGENT_HELLO, DEVICE_HELLO, MESSAGES


def test_highest_common() -> None:
    newer = replace(DEVICE_HELLO, lowest_version=LOWEST_VERSION, highest_version=99)
    assert choose_version(newer) == HIGHEST_VERSION


@pytest.mark.parametrize(("lowest", "highest"), [(4, 5), (0, 0), (4, 3)])
def test_none_in_common(lowest: int, highest: int) -> None:
    other = replace(DEVICE_HELLO, lowest_version=lowest, highest_version=highest)
    with pytest.raises(SessionEndedError) as ended:
        choose_version(other)
    assert ended.value.reason is ResetReason.VERSION_MISMATCH


def test_an_older_end_is_sent_nothing_that_it_does_not_know() -> None:
    """It would end the session on it."""
    known = [as_known_in(LOWEST_VERSION, each) for each in MESSAGES]
    pairs = list(zip(known, MESSAGES, strict=True))
    assert {type(whole) for each, whole in pairs if each is None} == {VisitProgressed}
    assert {type(whole) for each, whole in pairs if each not in (None, whole)} == {VisitOptions}
    assert [as_known_in(HIGHEST_VERSION, each) for each in MESSAGES] == list(MESSAGES)


@pytest.mark.parametrize(("version", "birthdate"), [(1, None), (2, None), (3, "19800217")])
def test_an_older_reader_is_told_no_birth_date(version: int, birthdate: str | None) -> None:
    options = VisitOptions(bytes(16), "試験 花子", True, (), (), birthdate="19800217")
    assert as_known_in(version, options) == replace(options, birthdate=birthdate)


def test_device_takes_only_what_it_offered() -> None:
    check_version(DEVICE_HELLO, AGENT_HELLO)
    with pytest.raises(SessionEndedError):
        check_version(DEVICE_HELLO, replace(AGENT_HELLO, version=2))
