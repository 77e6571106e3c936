"""The schema of persona files: every file fits, every mistake is answered with its place."""

from datetime import date

import pytest

from tests.hw_sim.card.atrs import ATRS
from tests.hw_sim.card.errors import CardPulledError
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.persona import (
    PersonaError,
    PlannedFault,
    names,
    parse_persona,
    read_persona,
)
from tests.hw_sim.card.physics import Fault
from tests.hw_sim.card.profile import CardKind, CardProfile, PinName, Tampering
from tests.hw_sim.card.switches import fault_lines, persona_lines, switch_lines
from tests.hw_sim.card.talk import READ_256
from tests.hw_sim.card.victim import PEOPLE

GOOD = """
title = "somebody like taro"
like = "taro"
faults = [{ at = 1, what = "pull_before_answer" }]

[card]
atr = "contact"
unique_id = "0102"
tries_left = { jpki_authentication = 2, text_pin = -1 }
tampered = ["photo", "cloned"]
link = { bit_rate_kbps = 212 }
card_expiry = 2030-01-02

[card.holder]
birth_date = 1960-01-02
"""


def test_a_file_says_only_what_differs() -> None:
    persona = parse_persona(GOOD, "good.toml")
    profile = persona.profile

    assert profile.holder.name == read_persona("taro").profile.holder.name
    assert (profile.holder.birth_date, profile.card_expiry) == (
        date(1960, 1, 2),
        date(2030, 1, 2),
    )
    assert (profile.atr, profile.unique_id) == (ATRS["contact"], b"\x01\x02")
    assert profile.tampered == {Tampering.PHOTO, Tampering.CLONED}
    assert profile.link.bit_rate_kbps == 212
    assert profile.start_tries(PinName.JPKI_AUTHENTICATION) == 2
    assert profile.start_tries(PinName.TEXT_PIN) is None


@pytest.mark.parametrize(
    ("said", "is_registered"),
    [("", True), ("registration = true", True), ("registration = false", False)],
)
def test_the_card_is_registered_unless_the_file_says_no(said: str, is_registered: bool) -> None:
    persona = parse_persona(f"{said}\n{GOOD}", "good.toml")

    assert persona.is_registered is is_registered
    assert read_persona("face_only").is_registered is read_persona("hanako").is_registered is False


def test_planned_faults_happen(issuer: Issuer) -> None:
    card = parse_persona(GOOD, "good.toml").issue(issuer)
    card.power_on()

    with pytest.raises(CardPulledError):
        card.transmit(READ_256)


@pytest.mark.parametrize("name", names())
def test_every_file_fits_and_names_a_portrait(name: str) -> None:
    persona = read_persona(name)

    assert persona.title
    assert (PEOPLE / persona.portrait / "portrait.jp2").is_file()


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("like = ", "lik = ", "lik"),
        ('"taro"', '"tarro"', "did you mean 'taro'"),
        ("like = ", 'registration = "no"\nlike = ', "registration"),
        ("unique_id", "uniqe_id", "card has no switch 'uniqe_id'; did you mean 'unique_id'"),
        ("bit_rate_kbps = 212", "bit_rate = 1", "card.link has no switch 'bit_rate'"),
        ("= 212", "= 213", "bit_rate_kbps must be one of"),
        ('"photo"', '"foto"', "Invalid enum value 'foto'"),
        ('"0102"', '"01x2"', "card.unique_id must be hex"),
        ("pull_before", "pull_after", "pull_after_answer"),
        ("at = 1", "at = 0", ">= 1"),
        ("1960-01-02", '"1960"', "birth_date"),
        ("[card]", "[card", "good.toml"),
    ],
)
def test_each_mistake_is_told_with_its_place(old: str, new: str, sentence: str) -> None:
    with pytest.raises(PersonaError) as mistake:
        parse_persona(GOOD.replace(old, new, 1), "good.toml")

    assert sentence in str(mistake.value)


@pytest.mark.parametrize(
    ("variant", "field", "value"),
    [
        ("kind=android", "kind", CardKind.ANDROID),
        ("is_first_command_lost=true", "is_first_command_lost", True),
        ("blocked_status_word=0x6983", "blocked_status_word", 0x6983),
        ("atr=contact", "atr", ATRS["contact"]),
        ('tampered=["cloned"]', "tampered", frozenset({Tampering.CLONED})),
        ("card_expiry=2031-05-06", "card_expiry", date(2031, 5, 6)),
    ],
)
def test_a_variant_changes_one_switch(variant: str, field: str, value: object) -> None:
    assert getattr(read_persona("my_number", [variant]).profile, field) == value


def test_a_variant_reaches_into_a_table() -> None:
    variants = ["tries_left.text_pin=1", 'holder.security_code="0000"', 'pins.text="9876"']
    profile = read_persona("my_number", variants).profile

    assert profile.start_tries(PinName.TEXT_PIN) == 1
    assert (profile.holder.security_code, profile.pins.text) == ("0000", "9876")


@pytest.mark.parametrize(
    ("variant", "sentence"),
    [
        ("is_first=true", "no switch"),
        ("kind", "SWITCH=VALUE"),
        ("kind=phone", "kind=phone"),
    ],
)
def test_a_wrong_variant_is_told(variant: str, sentence: str) -> None:
    with pytest.raises(PersonaError, match=sentence):
        read_persona("my_number", [variant])


def test_faults_come_on_top_of_the_persona_s_own(issuer: Issuer) -> None:
    persona = read_persona("lifted_once", faults=["1=truncated", "2=garbage"])
    card = persona.issue(issuer)
    card.power_on()

    assert persona.faults == (
        PlannedFault(9, Fault.PULL_BEFORE_ANSWER),
        PlannedFault(1, Fault.TRUNCATED),
        PlannedFault(2, Fault.GARBAGE),
    )
    assert len(card.transmit(READ_256)) == 1
    assert card.transmit(READ_256)[-2:] == b"\x5a\xa5"
    assert len(card.transmit(READ_256)) == 2


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("hang", "a fault is N=WHAT, N from 1 on, e.g. 4=hang, not 'hang'"),
        ("=hang", "not '=hang'"),
        ("0=hang", "not '0=hang'"),
        ("-1=hang", "not '-1=hang'"),
        ("\u00b2=hang", "N from 1 on"),
        ("1=hangs", "no fault is called 'hangs'; did you mean 'hang'?"),
        ("1=", "there are: garbage, hang, "),
    ],
)
def test_a_wrong_fault_is_told(fault: str, sentence: str) -> None:
    with pytest.raises(PersonaError) as mistake:
        read_persona("my_number", faults=[fault])

    assert sentence in str(mistake.value)


def test_every_persona_switch_and_fault_has_its_line() -> None:
    fields = CardProfile.__dataclass_fields__

    assert [line.split()[0] for line in persona_lines()] == names()
    assert [line.split()[0] for line in switch_lines()] == list(fields)
    assert [line.split()[0] for line in fault_lines()] == [fault.value for fault in Fault]
    lines = persona_lines() + switch_lines() + fault_lines()
    assert all(len(line.split()) > 3 for line in lines)
