"""Nobody, one, several and a contradiction: who fits twice is never chosen."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from agent.matching import (
    Contradiction,
    Match,
    MatchedBy,
    NoMatch,
    OneMatch,
    SeveralMatches,
    match_patient,
)
from agent.patients.port import Patient, PatientList
from agent.qualification import EligibilityRecord
from tests.agent.patients.written_list import HANAKO, TARO, ListInMemory
from tests.agent.world import RECORD

TWIN = replace(TARO, number="24435", kana="ウケツケ　ジロウ", name="受付　次郎")
AGAIN = replace(TARO, number="99001")
"""The same person, registered at the clinic a second time."""
BY_NUMBER, BY_KANA = MatchedBy.REFERENCE_NUMBER, MatchedBy.BIRTH_DATE_AND_KANA


def record(**person: str | None) -> EligibilityRecord:
    """Of 受付 太郎, with another word here and there."""
    return replace(RECORD, person=replace(RECORD.person, **person))  # type: ignore[arg-type]


NUMBERED, UNNUMBERED = record(reference_number="24434"), record(reference_number=None)
CASES = {
    "by number": (NUMBERED, [TARO, HANAKO], OneMatch(TARO, BY_NUMBER)),
    "by number with zeros": (
        record(reference_number="００２４４３４"),
        [TARO],
        OneMatch(TARO, BY_NUMBER),
    ),
    "by number under another name": (
        record(name_kana="ｼﾝｾｲ ﾀﾛｳ"),
        [TARO],
        OneMatch(TARO, BY_NUMBER),
    ),
    "by number although registered twice": (NUMBERED, [TARO, AGAIN], OneMatch(TARO, BY_NUMBER)),
    "two of one number": (
        NUMBERED,
        [TARO, replace(TARO, number="024434")],
        SeveralMatches((replace(TARO, number="024434"), TARO)),
    ),
    "number of somebody born on another day": (
        record(reference_number="77"),
        [TARO, HANAKO],
        Contradiction((HANAKO,), (TARO,)),
    ),
    "the same where nobody else fits": (
        record(reference_number="77"),
        [HANAKO],
        Contradiction((HANAKO,), ()),
    ),
    "number of the twin": (
        record(reference_number="24435"),
        [TARO, TWIN],
        Contradiction((TWIN,), (TARO,)),
    ),
    "number of nobody, but somebody fits": (
        record(reference_number="555"),
        [TARO],
        Contradiction((), (TARO,)),
    ),
    "number of nobody": (NUMBERED, [HANAKO], NoMatch()),
    "number and no day of birth": (
        record(birthdate="19550600"),
        [TARO],
        Contradiction((TARO,), ()),
    ),
    "by kana": (UNNUMBERED, [HANAKO, TARO, TWIN], OneMatch(TARO, BY_KANA)),
    "blank number": (record(reference_number=" "), [TARO], OneMatch(TARO, BY_KANA)),
    "by the kana of 通称": (
        record(reference_number=None, name_kana="ﾍﾞﾂﾒｲ", name_of_other_kana="ｳｹﾂｹ ﾀﾛｳ"),
        [TARO],
        OneMatch(TARO, BY_KANA),
    ),
    "by kana in a list that has it twice": (UNNUMBERED, [TARO, TARO], OneMatch(TARO, BY_KANA)),
    "the same name on another day": (
        UNNUMBERED,
        [replace(TARO, birth_date=date(1955, 6, 2))],
        NoMatch(),
    ),
    "two by kana": (UNNUMBERED, [AGAIN, TARO], SeveralMatches((TARO, AGAIN))),
    "nobody in the list": (UNNUMBERED, [], NoMatch()),
    "a name without letters": (
        record(reference_number=None, name_kana="・"),
        [replace(TARO, kana="・")],
        NoMatch(),
    ),
    "no day of birth": (record(reference_number=None, birthdate="19550600"), [TARO], NoMatch()),
}


@pytest.mark.parametrize("case", CASES)
def test_cases(case: str) -> None:
    asked, patients, expected = CASES[case]
    assert match_patient(asked, ListInMemory(patients)) == expected


def test_nobody_shows_in_a_repr() -> None:
    text = "".join(repr(expected) for _, _, expected in CASES.values())
    assert not any(word in text for word in ("24434", "タロウ", "太郎", "1955"))


NUMBERS = st.sampled_from(["1", "01", "2", "3"])
KANA = st.sampled_from(["ウケツケ　タロウ", "ｳｹﾂｹ ﾀﾛｳ", "シケン　ハナコ"])
DAYS = st.sampled_from([date(1955, 6, 1), date(1990, 2, 3)])
LISTS = st.lists(st.builds(Patient, NUMBERS, KANA, DAYS), max_size=5, unique=True)
RECORDS = st.builds(
    lambda number, kana, day: record(
        reference_number=number, name_kana=kana, birthdate=f"{day:%Y%m%d}"
    ),
    st.none() | NUMBERS,
    KANA,
    DAYS,
)
"""Few of each, so that several fit often."""
WRITTEN_ALIKE = {"ｳｹﾂｹ ﾀﾛｳ": "ウケツケ　タロウ"}
Matcher = Callable[[EligibilityRecord, PatientList], Match]


def fits(asked: EligibilityRecord, patient: Patient) -> bool:
    """What a person at the desk would say, in words of its own."""
    person = asked.person
    if f"{patient.birth_date:%Y%m%d}" != person.birthdate:
        return False
    if person.reference_number:
        return int(patient.number) == int(person.reference_number)
    one, other = person.name_kana, patient.kana
    return WRITTEN_ALIKE.get(one, one) == WRITTEN_ALIKE.get(other, other)


def chooses_only_the_one(
    matcher: Matcher, asked: EligibilityRecord, patients: Sequence[Patient]
) -> bool:
    """The promise: whom a matcher names fits, and nobody else does."""
    match = matcher(asked, ListInMemory(patients))
    fitting = [patient for patient in patients if fits(asked, patient)]
    return not isinstance(match, OneMatch) or fitting == [match.patient]


@settings(max_examples=100, deadline=None)
@given(RECORDS, LISTS)
def test_who_is_not_the_only_one_is_never_chosen(
    asked: EligibilityRecord, patients: list[Patient]
) -> None:
    assert chooses_only_the_one(match_patient, asked, patients)


@settings(max_examples=50, deadline=None)
@given(RECORDS, LISTS, st.randoms(use_true_random=False))
def test_the_order_of_the_list_says_nothing(
    asked: EligibilityRecord, patients: list[Patient], chance: random.Random
) -> None:
    expected = match_patient(asked, ListInMemory(patients))
    chance.shuffle(patients)
    assert match_patient(asked, ListInMemory(patients)) == expected


@settings(max_examples=50, deadline=None)
@given(RECORDS, LISTS)
def test_somebody_who_fits_too_makes_it_several(
    asked: EligibilityRecord, patients: list[Patient]
) -> None:
    match = match_patient(asked, ListInMemory(patients))
    if isinstance(match, OneMatch):
        # Nothing is compared with the name, so this is somebody else who fits as well.
        other = replace(match.patient, name="受付　次郎")
        assert isinstance(match_patient(asked, ListInMemory([*patients, other])), SeveralMatches)


def take_the_first(asked: EligibilityRecord, patients: PatientList) -> Match:
    """Negative control."""
    match match_patient(asked, patients):
        case SeveralMatches((first, *_)):
            return OneMatch(first, BY_KANA)
        case other:
            return other


def believe_the_number(asked: EligibilityRecord, patients: PatientList) -> Match:
    """Negative control."""
    match match_patient(asked, patients):
        case Contradiction((named,), _):
            return OneMatch(named, BY_NUMBER)
        case other:
            return other


@pytest.mark.parametrize("bad", [take_the_first, believe_the_number])
def test_a_careless_matcher_is_caught(bad: Matcher) -> None:
    find(st.tuples(RECORDS, LISTS), lambda case: not chooses_only_the_one(bad, *case))
