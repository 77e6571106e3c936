"""Power cuts at every point of an attempt: no PIN reaches a card without a trace on the disk."""

import pytest

from device.pinpad.attempts import MAX_AGE_S, AttemptOutcome, PinAttempts
from tests.device.pinpad import bad_counters
from tests.device.pinpad.fake_disk import Crash, FakeDisk, crashes
from tests.device.pinpad.guard_design import KEY, NOW_S, Guard
from tests.device.pinpad.power_cuts import (
    CASES,
    MakeDesign,
    judge_all_cuts,
)

CARD = b"card of the test"
OTHER_CARD = b"another card"
THIRD_CARD = b"a third card"
RECORD_BYTES = 40
ONE_CASE = CASES[1:2]


@pytest.fixture(params=["with room", "full"])
def log_size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A full log is rewritten before every attempt."""
    if request.param == "full":
        monkeypatch.setattr("device.pinpad.attempts.MAX_LOG_BYTES", RECORD_BYTES)
    return str(request.param)


def test_the_cases_are_those_of_the_facts() -> None:
    assert len(CASES) == 12


@pytest.mark.usefixtures("log_size")
def test_no_power_cut_gives_a_free_try_a_dead_end_or_a_pin_that_is_sent_again() -> None:
    verdict = judge_all_cuts(Guard)
    assert verdict.cuts > 1000
    assert verdict.is_clean, verdict


@pytest.mark.parametrize(
    ("design", "fault"),
    [
        (bad_counters.CheckThenWrite, "free_guesses"),
        (bad_counters.RenamedWithoutSync, "free_guesses"),
        (bad_counters.RewrittenInPlace, "bricks"),
        (bad_counters.FolderNotSynced, "free_guesses"),
        (bad_counters.OutcomeBeforeCompare, "free_guesses"),
        (bad_counters.IntentNotCounted, "free_guesses"),
        (bad_counters.SendsAgain, "resends"),
    ],
)
def test_wrong_designs_are_caught(design: MakeDesign, fault: str) -> None:
    assert getattr(judge_all_cuts(design), fault) > 0


def test_a_log_that_is_rewritten_in_haste_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    assert judge_all_cuts(bad_counters.RewrittenInHaste, cases=ONE_CASE).is_clean, "it has room"
    monkeypatch.setattr("device.pinpad.attempts.MAX_LOG_BYTES", RECORD_BYTES)
    assert judge_all_cuts(bad_counters.RewrittenInHaste, cases=ONE_CASE).free_guesses > 0


def test_a_right_design_is_not_blamed() -> None:
    assert judge_all_cuts(bad_counters.Synced).is_clean


@pytest.mark.parametrize(
    ("lie", "max_bytes"), [("sync", 10 * RECORD_BYTES), ("sync_folder", RECORD_BYTES)]
)
def test_disks_that_lie_are_caught(
    lie: str, max_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("device.pinpad.attempts.MAX_LOG_BYTES", max_bytes)
    verdict = judge_all_cuts(Guard, frozenset({lie}), CASES[2:4])
    assert verdict.free_guesses > 0
    assert verdict.lost_outcomes > 0


class Clock:
    def __init__(self) -> None:
        self.s = float(NOW_S)

    def __call__(self) -> float:
        return self.s


def forget_the_day_before(disk: FakeDisk) -> None:
    """A day later the log is rewritten without yesterday's card, but with one of this hour."""
    clock = Clock()
    attempts = PinAttempts(disk, KEY, clock)
    attempts.begin(OTHER_CARD).settle(AttemptOutcome.ACCEPTED)
    clock.s += MAX_AGE_S
    attempts.begin(CARD)
    disk.mark("unsettled")
    clock.s += 60
    attempts.begin(THIRD_CARD)
    disk.mark("rewritten")


def is_unsettled_lost(crash: Crash) -> bool:
    attempts = PinAttempts(FakeDisk(crash.image), KEY, lambda: NOW_S + MAX_AGE_S + 60)
    is_first_lost = "unsettled" in crash.marks and not attempts.has_unsettled(CARD)
    is_last_lost = "rewritten" in crash.marks and not attempts.has_unsettled(THIRD_CARD)
    return is_first_lost or is_last_lost


def test_no_power_cut_while_a_day_is_forgotten_loses_an_open_attempt() -> None:
    disk = FakeDisk()
    forget_the_day_before(disk)
    states = list(crashes(disk))
    assert len(states) > 100
    assert not any(map(is_unsettled_lost, states))


@pytest.mark.parametrize("lie", ["sync", "sync_folder"])
def test_forgetting_on_a_disk_that_does_not_sync_is_caught(lie: str) -> None:
    disk = FakeDisk(is_lying=frozenset({lie}))
    forget_the_day_before(disk)
    assert any(map(is_unsettled_lost, crashes(disk)))
