"""The schema of scenario files: every file fits, every mistake is answered with its place."""

import pytest

from tests.hw_sim.card.catalog import HOLDERS, PROFILES
from tests.hw_sim.scenario import (
    FOLDER,
    Choose,
    LayCard,
    ScenarioError,
    ShowFace,
    names,
    parse_scenario,
    read_scenario,
)

GOOD = """
title = "a card is laid"
expect = { outcome = "failed", failure = "pin_locked" }
steps = [{ do = "lay_card" }, { do = "choose", page = "choose_method", choice = "pin" }]
"""


def test_steps_are_read_by_their_name() -> None:
    scenario = parse_scenario(GOOD, "good.toml")
    assert scenario.steps == (LayCard(), Choose("choose_method", "pin"))
    assert scenario.patient.person == "taro"


@pytest.mark.parametrize("name", names())
def test_every_file_fits_and_names_what_exists(name: str) -> None:
    scenario = read_scenario(name)
    assert scenario.patient.card in PROFILES
    people = {scenario.patient.person}
    people |= {step.person for step in scenario.steps if isinstance(step, ShowFace)}
    assert people <= set(HOLDERS)


def test_all_promised_scenarios_are_there() -> None:
    promised = "face pin pin-wrong-then-right pin-locked face-no-match consent-refused"
    assert {*promised.split(), "card-removed-midway", "agent-unplugged-midway"} <= set(names())


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ('do = "lay_card"', 'do = "lay_crad"', "lay_crad"),
        ('choice = "pin"', 'choise = "pin"', "choise"),
        (', choice = "pin"', "", "choice"),
        ('"failed"', '"faild"', "faild"),
        ('outcome = "failed", ', "", "outcome"),
        ("title", "titel", "titel"),
        ('title = "a card is laid"', "title = 3", "title"),
        ("steps = [", "steps = ", "broken.toml"),
    ],
)
def test_each_mistake_is_told_with_its_place(right: str, wrong: str, told: str) -> None:
    assert right in GOOD
    with pytest.raises(ScenarioError) as error:
        parse_scenario(GOOD.replace(right, wrong, 1), "broken.toml")
    assert "broken.toml" in str(error.value)
    assert told in str(error.value)


def test_an_unknown_scenario_is_answered_with_those_that_exist() -> None:
    with pytest.raises(ScenarioError, match="pin-locked"):
        read_scenario("nobody")
    assert FOLDER.is_dir()
