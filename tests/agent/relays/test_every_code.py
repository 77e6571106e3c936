"""Every code of the tables is in somebody's answer, is written, and is read by who can read it."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent.characters import Encoding
from agent.qualification import (
    EligibilityRecord,
    groups_of,
    read_record,
    record_from_json,
    record_to_json,
    texts_of,
)
from agent.relays._oqs_file import file_name, render
from agent.relays._oqs_profile import FACE_PREFIX, RULES, Profile
from agent.relays.port import Reception
from tests.agent.relays.fhir_bundles import sound
from tests.agent.relays.samples import TARO
from tests.hw_sim.insured_persons import CODES, PERSONS
from tests.hw_sim.reception_software import Client, ReceptionSoftware, RefusedFileError, TakenFile

CLIENTS = {
    Profile.GENERIC: Client.GENERIC,
    Profile.MYCLINIC: Client.MYCLINIC,
    Profile.MYNARECEPTION: Client.MYNARECEPTION,
    Profile.CHANGE_EVENT: Client.CHANGE_EVENT,
}
NO_FOLDER = Path()
"""Contents are read that lie nowhere."""
DECLARED = {Encoding.UTF_8: "UTF-8", Encoding.CP932: "Shift_JIS"}
RECORDS = {code: read_record(answer["record"]) for code, answer in PERSONS.items()}


def receptions() -> Iterator[Reception]:
    for record in RECORDS.values():
        yield replace(TARO, record=record)


def taken_by(software: ReceptionSoftware, reception: Reception, encoding: Encoding) -> TakenFile:
    content = render(reception, encoding).content
    return software.read_content(file_name(FACE_PREFIX, reception), content)


def can_read(software: ReceptionSoftware, reception: Reception, encoding: Encoding) -> bool:
    try:
        taken_by(software, reception, encoding)
    except RefusedFileError:
        return False
    return True


def snake_case(element: str) -> str:
    return re.sub("(?<!^)(?=[A-Z])", "_", element.rpartition("/")[2]).lower()


def values(record: EligibilityRecord) -> list[tuple[str, str]]:
    return sorted(text for group in groups_of(record) for text in texts_of(group))


def test_every_code_is_somebodys() -> None:
    found: dict[str, set[str]] = defaultdict(set)
    for record in RECORDS.values():
        for name, value in values(record):
            found[name].add(value)
    assert {name: set(codes) for name, codes in CODES.items()} == {
        name: found[name] for name in CODES
    }


@pytest.mark.parametrize("code", RECORDS)
def test_a_record_is_kept_whole_and_fit_for_fhir(code: str) -> None:
    record = RECORDS[code]
    name, _, value = code.partition("=")
    assert (name, value) in values(record)
    assert record_from_json(record_to_json(record)) == record
    sound(replace(TARO, record=record))


@pytest.mark.parametrize("encoding", Encoding)
def test_what_is_known_is_in_the_file(encoding: Encoding) -> None:
    software = ReceptionSoftware(NO_FOLDER, DECLARED[encoding], today="20261122")
    for reception in receptions():
        taken = taken_by(software, reception, encoding)
        written = [
            (snake_case(element), text.lstrip())
            for element, text in (taken.person | taken.body).items()
        ]
        for each in values(reception.known):
            written.remove(each)
        names = {name for name, _ in written}
        assert names <= OF_THE_VISIT, "nothing that the source did not say"


OF_THE_VISIT = {
    "processing_result_status",
    "specific_diseases_certificate_related_cons_flg",
    "limit_application_certificate_related_cons_flg",
    "limit_application_certificate_related_cons_time",
} | {
    f"{item}_{part}"
    for item in (
        "specific_health_checkups_info",
        "pharmacists_info",
        "diagnosis_info",
        "operation_info",
    )
    for part in ("cons_flg", "cons_time", "available_time")
}
"""What the visit adds."""


@pytest.mark.parametrize("encoding", Encoding)
@pytest.mark.parametrize("profile", Profile)
def test_a_profile_writes_what_its_software_reads_and_nothing_else(
    profile: Profile, encoding: Encoding
) -> None:
    software = ReceptionSoftware(NO_FOLDER, DECLARED[encoding], "20261122", CLIENTS[profile])
    read = {
        code: can_read(software, replace(TARO, record=record), encoding)
        for code, record in RECORDS.items()
    }
    assert read == {
        code: RULES[profile].can_read(record.person) for code, record in RECORDS.items()
    }
    refused = {code for code, is_read in read.items() if not is_read}
    assert refused == (BEYOND_MYCLINIC if profile is Profile.MYCLINIC else set())


BEYOND_MYCLINIC = {
    "qualification_validity=6",
    "insured_card_classification=A1",
    "specific_diseases_certificate_related_cons_flg=3",
} | {
    code
    for code, answer in PERSONS.items()
    if {"specific_diseases", "medical_tickets"} & answer["record"]["person"].keys()
}
