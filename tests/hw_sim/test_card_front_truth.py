"""The labels beside the pictures say what can be read, and why not."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.hw_sim.card_front import __main__ as command_line
from tests.hw_sim.card_front.front import PrintedField, print_front
from tests.hw_sim.card_front.holders import sample_profile
from tests.hw_sim.card_front.laying import Frame, Laying, Subject, is_readable, sample_laying
from tests.hw_sim.card_front.layout import FRONT
from tests.hw_sim.card_front.legibility import Hiding, Sight
from tests.hw_sim.card_front.look import PrintLook
from tests.hw_sim.card_front.population import fronts, laid_again, mixture
from tests.hw_sim.card_front.sample_shot import Difficulty
from tests.hw_sim.card_front.shot import Edge, Finger, Glare, Shot

PROFILE = sample_profile(np.random.default_rng(2))
LOOK = PrintLook()
PRINTED = print_front(PROFILE, LOOK)
SHOT = Shot(vibration_mm=0, flicker=0, glare_drift_px=0)
ON_THE_CODE = Finger(Edge.LEFT, 0.81, 13, 7, 0, 0.5, 0)
NOTHING = np.zeros((1, 1, 3), np.uint8)


def hidden(shot: Shot, index: int = 0) -> dict[PrintedField, Hiding]:
    return dict(Sight(PRINTED, LOOK, shot, 1, index).hidden())


def test_everything_can_be_read_in_good_conditions() -> None:
    assert hidden(SHOT) == {}


def test_finger_on_the_code() -> None:
    assert hidden(replace(SHOT, finger=ON_THE_CODE)) == {PrintedField.SECURITY_CODE: Hiding.FINGER}


def test_finger_beside_the_code() -> None:
    assert hidden(replace(SHOT, finger=replace(ON_THE_CODE, along=0.2))) == {}


def test_finger_that_draws_back() -> None:
    shot = replace(SHOT, finger=replace(ON_THE_CODE, leaving_mm=2))
    assert hidden(shot, index=0)
    assert hidden(shot, index=4) == {}


def test_glare_on_the_birth_date() -> None:
    light = Glare(0.48, 0.41, 60, 40, 0, 3)
    assert hidden(replace(SHOT, glares=(light,))).get(PrintedField.BIRTH_DATE) is Hiding.GLARE
    assert hidden(replace(SHOT, glares=(replace(light, strength=0.1),))) == {}


def test_rubbed_off() -> None:
    worn = replace(PRINTED, ink_left=dict.fromkeys(PrintedField, 0.2))
    assert set(Sight(worn, LOOK, SHOT, 1, 0).hidden().values()) == {Hiding.WEAR}


def test_too_dark() -> None:
    shot = replace(SHOT, exposure=0.06, electrons=60, defocus_px=2.8)
    assert set(hidden(shot)) == set(PrintedField)


def test_upside_down_is_no_hindrance() -> None:
    assert hidden(replace(SHOT, is_upside_down=True)) == {}


def test_readable_over_several_pictures() -> None:
    birth = {PrintedField.BIRTH_DATE: Hiding.GLARE}
    code = {PrintedField.SECURITY_CODE: Hiding.FINGER}
    assert is_readable([Frame(NOTHING, birth), Frame(NOTHING, code)])
    assert not is_readable([Frame(NOTHING, birth), Frame(NOTHING, {**birth, **code})])


@pytest.mark.parametrize("subject", [Subject.BACK, Subject.SEVERAL, Subject.EMPTY, Subject.IN_CASE])
def test_no_front_no_reading(subject: Subject) -> None:
    laying = sample_laying(np.random.default_rng(1), Difficulty.EASY, subject)
    assert not is_readable(list(laying.frames(1)))


def test_finger_hides_in_the_picture_what_the_truth_says() -> None:
    # The same pixels under both codes: where the label says hidden, the code leaves no trace.
    other = replace(PROFILE, holder=replace(PROFILE.holder, security_code="1111"))
    shot = replace(SHOT, finger=replace(ON_THE_CODE, reach_mm=24))
    one, two = (
        next(iter(Laying(Subject.FRONT, profile, LOOK, shot, 1).frames(1)))
        for profile in (PROFILE, other)
    )
    free_one, free_two = (
        next(iter(Laying(Subject.FRONT, profile, LOOK, SHOT, 1).frames(1)))
        for profile in (PROFILE, other)
    )
    traces = np.abs(one.image.astype(int) - two.image).max()
    assert traces < 0.5 * np.abs(free_one.image.astype(int) - free_two.image).max()


def test_population_is_drawn_by_number() -> None:
    few, more = list(fronts(3, 5)), list(fronts(6, 5))
    assert more[:3] == few
    assert {laying.subject for _, laying in more} == {Subject.FRONT}
    assert {laying.subject for _, laying in mixture(48, 5)} == set(Subject)


def test_same_card_is_laid_again() -> None:
    difficulty, laying = next(fronts(1, 5))
    second = laid_again(laying, difficulty, 0, 5)
    assert (second.profile, second.look) == (laying.profile, laying.look)
    assert second.shot != laying.shot
    assert second == laid_again(laying, difficulty, 0, 5)


def test_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ["card_front", "--out", str(tmp_path), "--count", "2", "--frames", "2"]
    monkeypatch.setattr(sys, "argv", arguments)
    command_line.main()
    rows = [json.loads(row) for row in (tmp_path / "truth.jsonl").read_text("utf-8").splitlines()]
    assert len(rows) == 2
    for row in rows:
        assert len(row["matching_code"]) == 14
        assert row["matching_code"].endswith(row["security_code"])
        assert set(row["frames"][0]["hidden"]) <= {part.value for part in PrintedField}
        with Image.open(tmp_path / row["frames"][1]["file"]) as picture:
            assert picture.size == (1280, 960)


def test_layout_keeps_the_code_under_the_photo() -> None:
    assert FRONT.photo.bottom_mm < FRONT.security_code.top_mm
    assert FRONT.photo.left_mm < FRONT.security_code.left_mm < FRONT.photo.right_mm
