"""What an eligibility source may say, and what it must."""

import copy
from typing import Any

import pytest

import agent.qualification
from agent.errors import MalformedQualificationError
from agent.qualification import read_record, record_from_json, record_to_json
from tests.hw_sim.eligibility_service import SHIKEN_HANAKO, UKETSUKE_TARO
from tests.hw_sim.insured_persons import CONSENTED, DISEASE, TICKET

SHORT = 3
"""A code of so few digits may stand in any address of memory."""
Document = dict[str, Any]


@pytest.fixture
def document() -> Document:
    return copy.deepcopy(UKETSUKE_TARO["record"])


@pytest.mark.parametrize("person", [UKETSUKE_TARO, SHIKEN_HANAKO])
def test_a_record_is_kept_whole(person: Document) -> None:
    record = read_record(person["record"])
    assert record_from_json(record_to_json(record)) == record
    assert record.person.name == person["record"]["person"]["name"]


def test_nothing_of_it_shows(document: Document) -> None:
    record = read_record(document)
    shown = repr(record) + repr(record.person) + repr(record.person.elderly)
    texts = [text for text in document["person"].values() if isinstance(text, str)]
    assert not any(text in shown for text in texts if len(text) > SHORT)


def test_groups_are_read(document: Document) -> None:
    person = read_record(document).person
    assert person.elderly is not None
    assert person.elderly.elderly_recipient_contribution_ratio == "020"
    assert person.limit is not None
    assert person.limit.limit_application_certificate_classification_flag == "B04"


def test_empty_and_unknown_fields_count_as_absent(document: Document) -> None:
    document["person"] |= {"address": "", "reason_of_loss": None, "shoe_size": "27"}
    person = read_record(document).person
    assert (person.address, person.reason_of_loss) == (None, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", None),
        ("name", 7),
        ("name", "あ" * 129),
        ("name_kana", ""),
        ("birthdate", "1955-06-01"),
        ("birthdate", "1955060１"),
        ("sex1", "4"),
        ("insurer_number", "0113001"[:5]),
        ("insurer_name", "line\nbreak"),
        ("address", "\x00"),
        ("address", "\ud800"),
        ("address", "あ" * 401),
        ("qualification_date", "yesterday"),
        ("elderly", "none"),
        ("specific_diseases_certificate_related_cons_flg", "4"),
    ],
)
def test_a_field_that_is_not_as_agreed_is_named_without_its_value(
    document: Document, field: str, value: object
) -> None:
    document["person"][field] = value
    with pytest.raises(MalformedQualificationError) as caught:
        read_record(document)
    assert caught.value.field == field
    assert not value or str(value) not in str(caught.value)


@pytest.mark.parametrize("whole", [None, [], "record", {}, {"person": None}])
def test_no_record_at_all(whole: object) -> None:
    with pytest.raises(MalformedQualificationError):
        read_record(whole)


def test_a_group_is_whole_or_absent(document: Document) -> None:
    del document["person"]["limit"]["limit_application_certificate_date"]
    with pytest.raises(MalformedQualificationError, match="limit_application_certificate_date"):
        read_record(document)


def test_lists_are_read(document: Document) -> None:
    document["person"] |= CONSENTED | {"specific_diseases": [DISEASE, DISEASE]}
    document["person"]["medical_tickets"] = [TICKET]
    record = read_record(document)
    assert [each.specific_diseases_self_pay for each in record.person.specific_diseases] == [
        "10000",
        "10000",
    ]
    assert record.person.medical_tickets[0].injury_name1 == "架空病"
    shown = repr(record.person.specific_diseases) + repr(record.person.medical_tickets)
    assert not any(text in shown for text in (*DISEASE.values(), *TICKET.values()) if len(text) > 3)


MALFORMED_LISTS: list[Document] = [
    {"specific_diseases": {}},
    {"specific_diseases": ["1"]},
    {"specific_diseases": [DISEASE] * 21},
    {"specific_diseases": [DISEASE | {"specific_diseases_disease_category": "透析"}]},
    {"specific_diseases": [DISEASE | {"specific_diseases_valid_end_date": None}]},
    {"specific_diseases": [DISEASE | {"specific_diseases_certificate_date": "2026-04"}]},
    {"specific_diseases_certificate_related_cons_time": None},
    {"specific_diseases_certificate_related_cons_time": "2026-11-22"},
    {"specific_diseases_certificate_related_cons_time": 20261122090055},
    {"medical_tickets": "none"},
    {"medical_tickets": [TICKET | {"ticket_type": None}]},
    {"medical_tickets": [TICKET | {"ticket_type": "1"}]},
    {"medical_tickets": [TICKET | {"medical_treatment_month": "20261122"}]},
    {"medical_tickets": [TICKET | {"medical_ticket_valid_date": "today"}]},
    {"medical_tickets": [TICKET | {"remarks3": "line\nbreak"}]},
]


@pytest.mark.parametrize("changes", MALFORMED_LISTS)
def test_what_is_wrong_in_a_list_is_told_of_nothing_but_the_person(
    document: Document, changes: Document
) -> None:
    """The journal names the field: neither an illness nor 医療扶助 may be among the names."""
    document["person"] |= CONSENTED | changes
    with pytest.raises(MalformedQualificationError) as caught:
        read_record(document)
    assert caught.value.field == "person"


def tells_a_disease(document: Document, flag: str | None) -> bool:
    document["person"] |= CONSENTED | {"specific_diseases": [DISEASE]}
    document["person"]["specific_diseases_certificate_related_cons_flg"] = flag
    try:
        return bool(read_record(document).person.specific_diseases)
    except MalformedQualificationError as error:
        return error.field != "person"


@pytest.mark.parametrize("flag", [None, "0", "2", "3"])
def test_no_disease_is_told_without_consent(document: Document, flag: str | None) -> None:
    assert not tells_a_disease(document, flag)
    assert tells_a_disease(document, "1")


def test_a_source_that_is_believed_is_found(
    document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control."""
    monkeypatch.setattr(agent.qualification, "_check_consent", lambda _: None)
    assert tells_a_disease(document, "0")


def test_a_consent_has_its_time(document: Document) -> None:
    document["person"] |= {"specific_diseases_certificate_related_cons_flg": "1"}
    with pytest.raises(MalformedQualificationError, match="person"):
        read_record(document)


def test_rare_kanji_and_private_use_characters_pass(document: Document) -> None:
    document["person"]["name"] = "𠮷野　\ue000子"
    assert read_record(document).person.name == "𠮷野　\ue000子"
