"""Insurance is told as facts/oqs.md §10 says, with every code of §4."""

from dataclasses import replace

import pytest

from agent.qualification import (
    ElderlyRecipientCertificate,
    LimitApplicationCertificate,
    MedicalTicket,
    SpecificDiseasesCertificate,
)
from tests.agent.relays.fhir_bundles import CORE, TERMINOLOGY, code, identifiers, only
from tests.agent.relays.fhir_judge import Element
from tests.agent.relays.samples import KEY, TARO, with_person


@pytest.mark.parametrize(("number", "padded"), [("138057", "00138057"), ("01130012", "01130012")])
def test_an_insurer(number: str, padded: str) -> None:
    insurer = only(with_person(TARO, insurer_number=number), "Organization")
    assert identifiers(insurer) == {f"{CORE}/mhlw/IdSystem/InsurerNumber": padded}
    assert insurer["type"] == [code(f"{TERMINOLOGY}/organization-type", "pay", "Payer")]
    assert insurer["name"] == "テスト健康保険組合"


@pytest.mark.parametrize(
    ("insurer", "symbol", "number", "branch", "member", "subscriber"),
    [
        ("12345", "あいう", "１８７", "05", "00012345:あいう:１８７:05", "あいう:１８７"),
        ("12345", None, "１８７", None, "00012345::１８７:", ":１８７"),
        ("12345", "あいう", None, "05", "00012345:あいう::05", "あいう:"),
        ("12345", None, None, None, "00012345:::", None),
        ("01130012", "12-34", "5:8", "00", "01130012:１２－３４:５：８:00", "１２－３４:５：８"),
        ("138057", "あ　い う", "１ ８　７", "02", "00138057:あいう:１８７:02", "あいう:１８７"),
        ("138057", "ﾎｹﾝｶﾞｲ1", "5", "02", "00138057:ホケンガイ１:５:02", "ホケンガイ１:５"),
        ("138057", "㈱𠮷野A", "5", "02", "00138057:㈱𠮷野Ａ:５:02", "㈱𠮷野Ａ:５"),
    ],
)
def test_how_an_insured_person_is_called(
    insurer: str,
    symbol: str | None,
    number: str | None,
    branch: str | None,
    member: str,
    subscriber: str | None,
) -> None:
    covered = only(
        with_person(
            TARO,
            insurer_number=insurer,
            insured_card_symbol=symbol,
            insured_identification_number=number,
            insured_branch_number=branch,
        ),
        "Coverage",
    )
    system = "http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID"
    assert identifiers(covered) == {system: member, "urn:uketsuke:result": f"{KEY}-coverage"}
    assert covered.get("subscriberId") == subscriber
    assert covered.get("dependent") == branch
    told = {each["url"].rpartition("_")[2] for each in covered.get("extension", [])}
    present = {"Symbol": symbol, "Number": number, "SubNumber": branch}
    assert told == {f"InsuredPerson{name}" for name, value in present.items() if value}


def test_a_coverage() -> None:
    covered = only(TARO, "Coverage")
    assert covered["meta"]["profile"] == [f"{CORE}/StructureDefinition/JP_Coverage"]
    assert {each["url"]: each["valueString"] for each in covered["extension"]} == {
        f"{CORE}/Extension/StructureDefinition/JP_Coverage_InsuredPersonSymbol": "１２－３４",
        f"{CORE}/Extension/StructureDefinition/JP_Coverage_InsuredPersonNumber": "５６７８",
        f"{CORE}/Extension/StructureDefinition/JP_Coverage_InsuredPersonSubNumber": "00",
    }
    assert covered["subscriber"] == {"display": "受付　太郎"}
    assert covered["period"] == {"start": "2020-04-01"}
    assert "order" not in covered


def test_half_width_symbols_become_full_width_in_the_extensions() -> None:
    covered = only(
        with_person(TARO, insured_card_symbol="A-1 ｱ", insured_identification_number="56"),
        "Coverage",
    )
    values = [each["valueString"] for each in covered["extension"]]
    assert values == ["Ａ－１　ア", "５６", "00"]


@pytest.mark.parametrize(
    ("family", "display"), [("1", "被保険者"), ("2", "被扶養者"), ("9", None), (None, None)]
)
def test_every_relationship(family: str | None, display: str | None) -> None:
    covered = only(with_person(TARO, personal_family_classification=family), "Coverage")
    system = f"{CORE}/mhlw/CodeSystem/InsuredPersonCategory"
    wanted = None if display is None else code(system, str(family), display)
    assert covered.get("relationship") == wanted


@pytest.mark.parametrize(
    ("card", "order"), [(f"0{digit}", None) for digit in range(1, 8)] + [("A1", 1)]
)
def test_every_kind_of_card(card: str, order: int | None) -> None:
    covered = only(with_person(TARO, insured_card_classification=card), "Coverage")
    assert covered.get("order") == order


@pytest.mark.parametrize(
    ("validity", "in_force", "status"),
    [
        ("1", True, "active"),
        ("2", False, "cancelled"),
        ("3", False, "cancelled"),
        ("4", False, "cancelled"),
        ("5", False, "cancelled"),
        ("6", True, "active"),
    ],
)
def test_every_validity(validity: str, in_force: bool, status: str) -> None:
    reception = replace(TARO, record=replace(TARO.known, qualification_validity=validity))
    assert only(reception, "Coverage")["status"] == status
    response = only(reception, "CoverageEligibilityResponse")
    assert response["insurance"][0]["inforce"] is in_force


@pytest.mark.parametrize(
    ("days", "period"),
    [
        (("20200401", None, None, None), {"start": "2020-04-01"}),
        (("20200401", "20270331", None, None), {"start": "2020-04-01", "end": "2027-03-31"}),
        (("20200401", "20270331", None, "20260401"), {"start": "2020-04-01", "end": "2026-03-31"}),
        (("20200401", "20270331", None, "20280401"), {"start": "2020-04-01", "end": "2027-03-31"}),
        ((None, None, "20210401", None), {"start": "2021-04-01"}),
        ((None, "99991231", None, None), {"end": "9999-12-31"}),
        ((None, None, None, "00010101"), None),
        ((None, None, None, None), None),
        # Gained and lost on one day: no period at all rather than one that ends before it starts.
        (("20200401", None, None, "20200401"), None),
    ],
)
def test_from_when_to_when(days: tuple[str | None, ...], period: Element | None) -> None:
    valid, expires, qualified, lost = days
    covered = only(
        with_person(
            TARO,
            insured_card_valid_date=valid,
            insured_card_expiration_date=expires,
            qualification_date=qualified,
            disqualification_date=lost,
        ),
        "Coverage",
    )
    assert covered.get("period") == period


@pytest.mark.parametrize(
    ("ratio", "percent"),
    [("000", 0), ("010", 10), ("020", 20), ("030", 30), ("３割", None), ("30", None), (None, None)],
)
@pytest.mark.parametrize("is_elderly", [True, False])
def test_every_share_that_a_patient_pays(
    ratio: str | None, percent: int | None, is_elderly: bool
) -> None:
    elderly = ElderlyRecipientCertificate("20260801", "20260801", "20270731", ratio or "?")
    person = (
        {"elderly": elderly, "insured_partial_contribution_ratio": "030"}
        if is_elderly
        else {"elderly": None, "insured_partial_contribution_ratio": ratio}
    )
    costs = only(with_person(TARO, **person), "Coverage").get("costToBeneficiary", [])
    assert [cost["valueQuantity"]["value"] for cost in costs] == (
        [] if percent is None else [percent]
    )
    for cost in costs:
        assert cost["valueQuantity"]["code"] == "%"
        assert cost["type"]["coding"][0]["code"] == "copaypct"


def test_an_eligibility_response() -> None:
    message = "証明書の有効期限が3か月以内となっています。"
    reception = replace(TARO, record=replace(TARO.known, processing_result_message=message))
    response = only(reception, "CoverageEligibilityResponse")
    assert response["status"] == "active"
    assert response["purpose"] == ["validation"]
    assert response["outcome"] == "complete"
    assert response["disposition"] == message
    assert response["servicedDate"] == "2026-11-22"
    assert response["created"] == "2026-11-22T09:00:55.000+09:00"
    assert response["request"]["identifier"] == {
        "system": "urn:uketsuke:visit",
        "value": "000102030405060708090a0b0c0d0e0f",
    }
    assert response["requestor"]["identifier"] == {
        "system": f"{CORE}/IdSystem/insurance-medical-institution-no",
        "value": "1311234567",
    }
    elderly = response["insurance"][2]
    assert elderly["benefitPeriod"] == {"start": "2026-08-01", "end": "2027-07-31"}
    assert elderly["item"][0]["benefit"][0]["allowedUnsignedInt"] == 20


KINDS_OF_LIMIT = {"01": "限度額適用", "02": "限度額・標準負担額減額", "03": "標準負担額減額"}
DIVISIONS = {
    "A01": "ア",
    "A02": "イ",
    "A03": "ウ",
    "A04": "エ",
    "A05": "オ",
    "A06": "オ(境)",
    "B01": "現役並みⅢ",
    "B02": "現役並みⅡ",
    "B03": "現役並みⅠ",
    "B04": "一般",
    "B05": "低所得Ⅱ",
    "B06": "低所得Ⅰ",
    "B07": "低所得Ⅰ(老福)",
    "B08": "低所得Ⅰ(境)",
    "B09": "一般Ⅱ",
    "B10": "一般Ⅰ",
}


def limit_of(kind: str, division: str) -> Element:
    limit = LimitApplicationCertificate(kind, division, "20260801", "20260801", "00000000")
    response = only(with_person(TARO, limit=limit), "CoverageEligibilityResponse")
    found: Element = response["insurance"][1]
    assert found["benefitPeriod"] == {"start": "2026-08-01"}
    return found["item"][0]  # type: ignore[no-any-return]


@pytest.mark.parametrize(("division", "meaning"), DIVISIONS.items())
def test_every_division_of_the_limit(division: str, meaning: str) -> None:
    item = limit_of("01", division)
    assert item["benefit"][0]["allowedString"] == division
    assert item["description"] == meaning


@pytest.mark.parametrize(("kind", "meaning"), KINDS_OF_LIMIT.items())
def test_every_certificate_of_the_limit(kind: str, meaning: str) -> None:
    assert limit_of(kind, "B04")["benefit"][0]["type"] == code(
        "urn:uketsuke:OQSCD011", kind, meaning
    )


def test_a_code_that_nobody_knows_is_passed_on_as_text() -> None:
    item = limit_of("09", "C99")
    assert "description" not in item
    assert item["benefit"] == [{"type": {"text": "09"}, "allowedString": "C99"}]


@pytest.mark.parametrize(
    ("category", "meaning"), [("1", "人工透析慢性腎不全"), ("2", "血友病"), ("3", "HIV")]
)
def test_every_disease(category: str, meaning: str) -> None:
    disease = SpecificDiseasesCertificate(category, "20260401", "20260401", "20270331", "10000")
    told = only(with_person(TARO, specific_diseases=(disease,)), "CoverageEligibilityResponse")
    assert told["insurance"][3]["benefitPeriod"] == {"start": "2026-04-01", "end": "2027-03-31"}
    (item,) = told["insurance"][3]["item"]
    assert item["name"] == "特定疾病療養受療証"
    assert item["benefit"] == [
        {
            "type": code("urn:uketsuke:OQSCD013", category, meaning),
            "allowedMoney": {"value": 10000, "currency": "JPY"},
        }
    ]


def ticket_of(**changes: str) -> Element:
    ticket = MedicalTicket("01", "20261101", "20261130", **changes)
    told = only(with_person(TARO, medical_tickets=(ticket,)), "CoverageEligibilityResponse")
    assert told["insurance"][3]["benefitPeriod"] == {"start": "2026-11-01", "end": "2026-11-30"}
    found: Element = told["insurance"][3]["item"][0]
    return found


def test_a_ticket_of_public_aid() -> None:
    item = ticket_of(medical_treatment_type="02", self_pay_amount="1500", injury_name1="架空病")
    assert item == {
        "category": code("urn:uketsuke:OQSCD019", "02", "入院外"),
        "name": "医療券",
        "benefit": [
            {
                "type": {"coding": [{"system": f"{TERMINOLOGY}/benefit-type", "code": "copay"}]},
                "allowedMoney": {"value": 1500, "currency": "JPY"},
            }
        ],
    }


def test_a_ticket_of_which_little_is_known() -> None:
    care = code(f"{TERMINOLOGY}/ex-benefitcategory", "1", "Medical Care")
    assert ticket_of() == {"category": care, "name": "医療券"}
    assert ticket_of(self_pay_amount="なし")["benefit"][0]["allowedString"] == "なし"
