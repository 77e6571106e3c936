"""Simulated presentation attacks at the real face check: orderings, and designs that fail them.

Counts over all presentations: `python -m tests.hw_sim.attacks`.
"""

from collections.abc import Iterator

import numpy as np
import pytest

from device.face.check import FaceCheck, FaceCheckOutcome
from device.face.liveness.challenges import BlinkAndTurn
from tests.hw_sim.attacks import (
    cut_out_mask,
    id_print,
    living,
    printed_photo,
    screen_replay,
    spliced,
)
from tests.hw_sim.attacks.count import open_check, play, without_challenges
from tests.hw_sim.attacks.hand import plain_room
from tests.hw_sim.attacks.living import Arriving, Motionless
from tests.hw_sim.attacks.presentation import Case
from tests.hw_sim.attacks.sheet import Held, hold

REFUSED = {FaceCheckOutcome.NOT_LIVE, FaceCheckOutcome.CHALLENGE_NOT_DONE}


def _one_of_each() -> list[Case]:
    species = (printed_photo, id_print, screen_replay, cut_out_mask)
    wanted = (
        "hanako, flat",
        "hanako, bent much",
        "jiro, bent",
        "umeko, still",
        "hanako, clip with a blink",
        "hanako on jiro, bent",
    )
    cases = [case for each in species for case in each.cases()]
    return [next(case for case in cases if case.name == name) for name in wanted]


ATTACKS = _one_of_each()
NAMES = [f"{case.species}: {case.name}" for case in ATTACKS]
SPLICED = [*spliced.cases(), *spliced.on_screen_cases()]


@pytest.fixture(scope="module")
def check() -> Iterator[FaceCheck]:
    with open_check() as opened:
        yield opened


@pytest.fixture(scope="module")
def lax() -> Iterator[FaceCheck]:
    """The design that asks for nothing: whatever trembles is live."""
    with open_check(without_challenges()) as opened:
        yield opened


def test_the_living_pass_in_a_moment(check: FaceCheck) -> None:
    for case in list(living.cases())[::5]:
        result, took_s = play(check, case)
        assert result.outcome is FaceCheckOutcome.MATCH
        assert took_s < 6


ARRIVING = [
    Case(living.SPECIES, f"{person}, {side} until {until_s} s", person, arriving)
    for person in ("taro", "jiro")
    for side in ("turn_left", "turn_right")
    for until_s in (0.1, 0.6, 1.0)
    for arriving in [Arriving(person, side, until_s)]
]


@pytest.mark.parametrize("case", ARRIVING, ids=[case.name for case in ARRIVING])
def test_the_living_pass_though_they_look_aside_at_first(check: FaceCheck, case: Case) -> None:
    result, took_s = play(check, case)
    assert result.outcome is FaceCheckOutcome.MATCH
    assert took_s < 6


@pytest.mark.parametrize("case", ARRIVING[::4], ids=[case.name for case in ARRIVING[::4]])
def test_without_a_straighter_view_they_would_not(
    check: FaceCheck, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: a design that keeps the first good picture for the straight one."""
    monkeypatch.setattr(BlinkAndTurn, "_is_straighter", lambda *_: False)
    assert play(check, case)[0].outcome in REFUSED


def test_without_challenges_all_the_living_pass(lax: FaceCheck) -> None:
    for case in list(living.cases())[::5]:
        assert play(lax, case)[0].outcome is FaceCheckOutcome.MATCH


@pytest.mark.parametrize("case", ATTACKS, ids=NAMES)
def test_an_attack_is_refused_before_it_is_compared(check: FaceCheck, case: Case) -> None:
    result, _ = play(check, case)
    assert result.outcome in REFUSED
    assert result.band is None


@pytest.mark.parametrize("case", [ATTACKS[0], ATTACKS[4]], ids=[NAMES[0], NAMES[4]])
def test_without_challenges_the_same_attack_is_accepted(lax: FaceCheck, case: Case) -> None:
    result, _ = play(lax, case)
    assert result.outcome is FaceCheckOutcome.MATCH


@pytest.mark.parametrize("case", SPLICED, ids=[f"{c.species}: {c.name}" for c in SPLICED])
def test_a_card_photo_for_a_moment_does_not_pass_for_who_shows_it(
    check: FaceCheck, case: Case
) -> None:
    result, _ = play(check, case)
    assert result.outcome in {*REFUSED, FaceCheckOutcome.NO_MATCH}


@pytest.mark.parametrize("case", SPLICED[::3], ids=[f"{c.species}: {c.name}" for c in SPLICED[::3]])
def test_where_only_the_mean_is_compared_it_does(
    check: FaceCheck, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: a design of before, which called a mean of two people one of them."""
    monkeypatch.setattr("device.face.check._Sitting._is_like_each_probe", lambda *_: True)
    result, _ = play(check, case)
    assert result.outcome is FaceCheckOutcome.MATCH


def test_a_screen_with_the_right_clip_at_the_right_moment_is_not_stopped(check: FaceCheck) -> None:
    """What no challenge seen by one colour camera stops; `docs/SECURITY.md` says so."""
    result, _ = play(check, next(screen_replay.operated_cases()))
    assert result.outcome is FaceCheckOutcome.MATCH


def test_who_cannot_move_is_not_taken_for_a_picture(check: FaceCheck) -> None:
    result, _ = play(check, Case(living.SPECIES, "umeko", "umeko", Motionless("umeko")))
    assert result.outcome is FaceCheckOutcome.CHALLENGE_NOT_DONE


def test_a_sheet_is_drawn_where_it_is_held() -> None:
    sheet = np.full((101, 101, 3), 250, np.float32)
    straight = hold(sheet, (50, 50), Held(), plain_room())[..., 0] > 240
    turned = hold(sheet, (50, 50), Held(yaw_deg=60), plain_room())[..., 0] > 240
    moved = hold(sheet, (50, 50), Held(shift_dm=(1, 0, 0)), plain_room())[..., 0] > 240
    assert straight.sum() == pytest.approx(100 * 100, rel=0.02)
    assert turned.sum() == pytest.approx(0.5 * straight.sum(), rel=0.05)
    assert np.nonzero(moved)[1].mean() - np.nonzero(straight)[1].mean() == pytest.approx(116, abs=2)
