"""The bundle is sound FHIR R4: the patient, what the reader signed, how entries are called."""

import base64
import copy
import json
from dataclasses import replace

import pytest

from agent.relays._fhir_bundle import render
from agent.relays.port import Reception
from hostlink.signing import verify_result
from tests.agent.relays.fhir_bundles import KINDS, LEAST, identifiers, only, sound
from tests.agent.relays.fhir_judge import Element
from tests.agent.relays.samples import HANAKO, KEY, TARO, personal_words, with_person, with_visit
from tests.agent.world import ROOTS


@pytest.mark.parametrize("reception", [TARO, HANAKO, LEAST], ids=["taro", "hanako", "least"])
def test_a_bundle_is_one_transaction_of_all_there_is(reception: Reception) -> None:
    made = sound(reception)
    assert (made["resourceType"], made["type"]) == ("Bundle", "transaction")
    kinds = [entry["resource"]["resourceType"] for entry in made["entry"]]
    assert kinds == [*KINDS[:4], *["Consent"] * 4, "Provenance"]


def test_a_patient() -> None:
    patient = only(
        with_person(TARO, name_of_other="通称　太郎", name_of_other_kana="ﾂｳｼｮｳ ﾀﾛｳ"), "Patient"
    )
    assert patient["gender"] == "male"
    assert patient["birthDate"] == "1955-06-01"
    assert patient["address"] == [
        {"text": "東京都千代田区架空町１－２－３", "postalCode": "100-0000"}
    ]
    names = [
        (name["use"], name["extension"][0]["valueCode"], name["text"]) for name in patient["name"]
    ]
    assert names == [
        ("official", "IDE", "受付　太郎"),
        ("official", "SYL", "ｳｹﾂｹ ﾀﾛｳ"),
        ("usual", "IDE", "通称　太郎"),
        ("usual", "SYL", "ﾂｳｼｮｳ ﾀﾛｳ"),
    ]
    urls = {name["extension"][0]["url"] for name in patient["name"]}
    assert urls == {"http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation"}


def test_a_patient_whom_the_clinic_knows_goes_by_their_number() -> None:
    system = "urn:oid:1.2.392.200119.6.51.11311234567"
    assert identifiers(only(TARO, "Patient")) == {system: "24434"}


def test_a_patient_whom_it_does_not_know_goes_by_the_result() -> None:
    key = KEY.replace("-1", "-2-patient")
    assert identifiers(only(HANAKO, "Patient")) == {"urn:uketsuke:result": key}


@pytest.mark.parametrize(("sex", "gender"), [("1", "male"), ("2", "female"), ("3", "unknown")])
def test_every_sex(sex: str, gender: str) -> None:
    assert only(with_person(TARO, sex1=sex), "Patient")["gender"] == gender


@pytest.mark.parametrize("birthdate", ["00000000", "19550600", "19550631", "00010101"])
def test_a_day_that_is_not_known_is_left_out(birthdate: str) -> None:
    assert "birthDate" not in only(with_person(TARO, birthdate=birthdate), "Patient")


def test_the_provenance_holds_what_the_reader_signed() -> None:
    provenance = only(TARO, "Provenance")
    (signature,) = provenance["signature"]
    cose = base64.b64decode(signature["data"], validate=True)
    assert verify_result(cose, ROOTS).claims.record == TARO.visit
    assert signature["sigFormat"] == "application/cose"
    assert signature["type"][0]["code"] == "1.2.840.10065.1.12.1.14"
    assert signature["when"] == "2026-11-22T09:01:02.000+09:00"
    assert signature["who"] == provenance["agent"][0]["who"]
    assert signature["who"]["identifier"]["value"] == TARO.ueid.hex()
    assert provenance["occurredDateTime"] == "2026-11-22T09:00:55.000+09:00"


def test_the_provenance_is_about_everything_else() -> None:
    made = sound(TARO)
    urls = [each["fullUrl"] for each in made["entry"]]
    targets = only(TARO, "Provenance")["target"]
    assert [target["reference"] for target in targets] == urls[:-1]


def test_a_visit_without_a_time_of_verification() -> None:
    assert "occurredDateTime" not in only(with_visit(TARO, verified_at=None), "Provenance")


OPTIONAL = (
    *("address", "extension", "subscriber", "subscriberId", "dependent", "relationship"),
    *("period", "costToBeneficiary", "order", "disposition", "benefitPeriod", "item"),
)


def test_what_is_absent_is_left_out() -> None:
    text = json.dumps([each["resource"] for each in sound(LEAST)["entry"][:4]])
    for name in OPTIONAL:
        if name != "extension":  # names have theirs
            assert f'"{name}"' not in text
    assert len(only(LEAST, "Patient")["name"]) == 2


def names_in(made: Element) -> list[tuple[str, str]]:
    """What the server knows the entries by."""
    return [
        (each["fullUrl"], each["request"].get("ifNoneExist", each["request"]["url"]))
        for each in made["entry"]
    ]


def test_the_bundle_is_the_same_at_every_attempt() -> None:
    assert render(TARO) == render(copy.deepcopy(TARO))


def test_names_are_made_of_the_result_and_nothing_else() -> None:
    """Beside those of Patient and Organization, which are the clinic's and the insurer's."""
    other = replace(TARO, record=HANAKO.known, received_at=TARO.answered_at)
    mine, others = names_in(sound(TARO)), names_in(sound(other))
    assert mine[2:] == others[2:]
    assert [url for url, _ in mine] == [url for url, _ in others]
    for changed in (replace(TARO, seq=2), replace(TARO, ueid=b"another reader")):
        assert not set(mine) & set(names_in(sound(changed)))


def test_no_name_of_a_resource_is_personal() -> None:
    text = str([names_in(sound(each)) for each in (TARO, HANAKO)])
    words = personal_words(TARO.known)[:3] + personal_words(HANAKO.known)
    assert not [word for word in words if word in text]
