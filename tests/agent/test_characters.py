"""What an encoding cannot hold is found whole, and 〓 stands where only people read."""

from dataclasses import fields, replace

import pytest

from agent.characters import (
    GETA,
    MAY_HOLD_GETA,
    Encoding,
    UnwritableText,
    unwritable_texts,
    with_geta,
)
from agent.qualification import (
    EligibilityRecord,
    InsuredPerson,
    MedicalTicket,
    SpecificDiseasesCertificate,
)
from tests.agent.world import RECORD

CP932 = Encoding.CP932


def named(name: str, **changes: object) -> EligibilityRecord:
    changed = replace(RECORD.person, name=name, **changes)  # type: ignore[arg-type]
    return replace(RECORD, person=changed)


@pytest.mark.parametrize(
    ("name", "code_points"),
    [
        ("𠮷野　太郎", ("U+20BB7",)),
        ("葛\U000e0100城　花子", ("U+845B U+E0100",)),
        ("神\ufe00田　花子", ("U+795E U+FE00",)),
        ("か\u3099　花子", ("U+304B U+3099",)),
        ("𠮷鷗　𠮷子", ("U+20BB7", "U+9DD7")),
    ],
)
def test_what_cannot_be_written_is_told(name: str, code_points: tuple[str, ...]) -> None:
    (text,) = unwritable_texts(named(name), CP932)
    assert text.field == "name"
    assert text.code_points == code_points
    assert unwritable_texts(named(name), Encoding.UTF_8) == ()


@pytest.mark.parametrize("name", ["受付　太郎", "髙﨑　花子", "神　－～①Ⅲ", "ﾊﾝｶｸ"])
def test_what_can_be_written_is_not(name: str) -> None:
    assert unwritable_texts(named(name), CP932) == ()
    assert with_geta(named(name), CP932) == named(name)


def test_every_text_is_looked_at() -> None:
    bad = "𠮷"
    record = replace(
        named(bad, address=bad, reference_number=bad),
        processing_result_message=bad,
        person=replace(
            named(bad, address=bad, reference_number=bad).person,
            specific_diseases=(SpecificDiseasesCertificate("1", "", "", "", bad),),
            medical_tickets=(MedicalTicket("01", "", "", remarks1=bad),),
        ),
    )
    assert [text.field for text in unwritable_texts(record, CP932)] == [
        "processing_result_message",
        "name",
        "address",
        "reference_number",
        "specific_diseases_self_pay",
        "remarks1",
    ]


def test_one_geta_stands_for_one_character() -> None:
    ticket = MedicalTicket("01", "20261101", "20261130", injury_name1="鷗病")
    record = named("𠮷野　葛\U000e0100子", medical_tickets=(ticket,))
    written = with_geta(record, CP932)
    assert written.person.name == "〓野　〓子"
    assert written.person.name_kana == record.person.name_kana
    assert written.person.medical_tickets[0].injury_name1 == "〓病"
    assert unwritable_texts(written, CP932) == ()


def test_no_number_and_no_reading_may_hold_one() -> None:
    known = {
        field.name
        for shape in (EligibilityRecord, InsuredPerson, MedicalTicket)
        for field in fields(shape)
    }
    assert known >= MAY_HOLD_GETA
    words = ("number", "symbol", "code", "kana", "date", "classification", "flag")
    assert not [name for name in MAY_HOLD_GETA if any(word in name for word in words)]
    assert all(GETA.encode(encoding) for encoding in Encoding)


def test_nothing_personal_shows() -> None:
    assert "𠮷" not in repr(UnwritableText("name", ("𠮷",)))
