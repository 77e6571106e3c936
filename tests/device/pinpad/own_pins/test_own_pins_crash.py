"""Power cuts at every point of a guess at the facility password, by the harness of the card's log.

What may not be is the same: a guess that was compared and not counted, a count that is lost, a
reader that can be used no more, and a comparison that nobody asked for.
"""

from collections.abc import Callable

import pytest

from device.pinpad.own_pins.own_pins import Blocked, Locked, NotSet
from tests.device.pinpad.fake_disk import FakeDisk, crashes
from tests.device.pinpad.own_pins.designs import (
    AcceptsFirst,
    ComparesAgain,
    ComparesFirst,
    RewritesInHaste,
    Staff,
)
from tests.device.pinpad.own_pins.reader import (
    FACILITY,
    MAINTENANCE,
    RIGHT,
    WRONG,
    ReaderWithPins,
    pin,
)
from tests.device.pinpad.power_cuts import (
    CASES,
    MakeDesign,
    judge_all_cuts,
)

ONE_CASE = CASES[1:2]
FULL_BYTES = 40
"""Room for one record of each PIN: the log is rewritten before every guess."""
NEARLY_FULL_BYTES = FULL_BYTES + 20
"""It is rewritten once."""


@pytest.fixture(params=["with room", "full"])
def log_size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "full":
        monkeypatch.setattr("device.pinpad.own_pins.guess_count.MAX_LOG_BYTES", FULL_BYTES)


@pytest.mark.usefixtures("log_size")
def test_no_power_cut_gives_a_free_guess_or_a_reader_that_is_of_no_use() -> None:
    verdict = judge_all_cuts(Staff)
    assert verdict.cuts > 1000
    assert verdict.is_clean, verdict


@pytest.mark.parametrize(
    ("design", "fault"),
    [(ComparesFirst, "free_guesses"), (AcceptsFirst, "free_guesses"), (ComparesAgain, "resends")],
)
def test_wrong_designs_are_caught(design: MakeDesign, fault: str) -> None:
    assert getattr(judge_all_cuts(design, cases=CASES[:4]), fault) > 0


def test_a_log_that_is_rewritten_in_haste_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("device.pinpad.own_pins.guess_count.MAX_LOG_BYTES", NEARLY_FULL_BYTES)
    verdict = judge_all_cuts(RewritesInHaste, cases=ONE_CASE)
    assert verdict.free_guesses + verdict.bricks > 0


@pytest.mark.parametrize(
    ("lie", "max_bytes"), [("sync", 10 * FULL_BYTES), ("sync_folder", NEARLY_FULL_BYTES)]
)
def test_disks_that_lie_are_caught(
    lie: str, max_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("device.pinpad.own_pins.guess_count.MAX_LOG_BYTES", max_bytes)
    verdict = judge_all_cuts(Staff, frozenset({lie}), ONE_CASE)
    assert verdict.free_guesses + verdict.bricks > 0


# --- setting, and recovering from a lock ----------------------------------------------------------


def set_first(reader: ReaderWithPins) -> None:
    reader.set_both()


def set_anew(reader: ReaderWithPins) -> None:
    reader.pins.set_pin(FACILITY, pin(b"112233"))


def release(reader: ReaderWithPins) -> None:
    reader.wait()
    assert reader.guess(MAINTENANCE, RIGHT[MAINTENANCE]) is True


def provisioned() -> FakeDisk:
    return ReaderWithPins().set_both().disk


def wrongly_guessed() -> FakeDisk:
    reader = ReaderWithPins().set_both()
    reader.guess(FACILITY, WRONG)
    return reader.disk


def without_logs() -> FakeDisk:
    disk = wrongly_guessed()
    disk.remove("own_pins.log")
    disk.remove("own_pins.log.copy")
    return disk


@pytest.mark.parametrize(
    ("before", "work"),
    [
        (FakeDisk, set_first),
        (wrongly_guessed, set_anew),
        (wrongly_guessed, release),
        (without_logs, release),
        (without_logs, set_anew),
    ],
)
def test_a_cut_while_pins_are_set_or_released_leaves_a_reader_that_can_be_set(
    before: Callable[[], FakeDisk], work: Callable[[ReaderWithPins], None]
) -> None:
    worked = ReaderWithPins(before().now)
    work(worked)
    for crash in crashes(worked.disk):
        reader = ReaderWithPins(crash.image)
        reader.wait()
        known = (RIGHT[FACILITY], b"112233")
        answers = []
        for digits in known:
            answers.append(reader.guess(FACILITY, digits))
            reader.wait()
        assert True in answers or answers[-1] in (NotSet(), Locked()), answers
        if Locked() in answers:
            assert reader.guess(MAINTENANCE, RIGHT[MAINTENANCE]) is True
        reader.pins.set_pin(FACILITY, pin(b"445566"))
        assert reader.restarted().guess(FACILITY, b"445566") is True


def test_a_cut_while_a_lost_log_is_locked_never_gives_zero() -> None:
    locked = ReaderWithPins(without_logs().now)
    for crash in crashes(locked.disk):
        reader = ReaderWithPins(crash.image)
        assert reader.guess(FACILITY, RIGHT[FACILITY]) == Locked()
        assert isinstance(reader.guess(MAINTENANCE, RIGHT[MAINTENANCE]), Blocked)
