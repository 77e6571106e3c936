"""Each answer of the patient is one Consent that says no more than they did."""

from dataclasses import replace

import pytest

from agent.relays import _fhir_consent
from hostlink.messages import ConsentDecision
from hostlink.terms import ConsentAnswer, ConsentItem, Emergency
from tests.agent.relays.fhir_bundles import code, only, resources
from tests.agent.relays.fhir_judge import Element
from tests.agent.relays.samples import TARO, with_visit
from tests.agent.world import moment

GROUPS = {
    ConsentItem.SURGERY: ("SHJ", "手術・傷病名・感染症"),
    ConsentItem.DIAGNOSIS: ("SRJ", "診療・アレルギー・検査"),
    ConsentItem.MEDICATION: ("YZK", "薬剤・処方"),
    ConsentItem.HEALTH_CHECKUP: ("TKK", "特定健診"),
}
SAID = {
    ConsentAnswer.GIVEN: ("permit", "active"),
    ConsentAnswer.REFUSED: ("deny", "active"),
    ConsentAnswer.UNOBTAINABLE: (None, "proposed"),
}


def consent_of(item: ConsentItem, answer: ConsentAnswer) -> Element:
    decision = ConsentDecision(item, answer, moment())
    visit = with_visit(TARO, consents=(decision,), emergency=Emergency.AMBULANCE)
    return only(visit, "Consent")


def types_in(consent: Element) -> set[str]:
    """What a reader of the Consent finds permitted or denied, wherever it stands."""
    provision = consent.get("provision", {})
    return {each["type"] for each in [provision, *provision.get("provision", [])] if "type" in each}


@pytest.mark.parametrize("item", ConsentItem)
@pytest.mark.parametrize("answer", ConsentAnswer)
def test_every_answer_to_every_item(item: ConsentItem, answer: ConsentAnswer) -> None:
    consent = consent_of(item, answer)
    kind, status = SAID[answer]
    assert types_in(consent) == ({kind} if kind else set())
    assert consent["status"] == status
    assert code("urn:uketsuke:OQSCD036", *GROUPS[item]) in consent["category"]
    assert consent["scope"]["coding"][0]["code"] == "patient-privacy"
    assert consent["dateTime"] == "2026-11-22T09:01:02.000+09:00"


def test_a_consent_is_good_for_a_day_and_for_this_clinic() -> None:
    consent = consent_of(ConsentItem.MEDICATION, ConsentAnswer.GIVEN)
    assert consent["provision"]["period"] == {
        "start": "2026-11-22T09:01:02.000+09:00",
        "end": "2026-11-23T09:01:02.000+09:00",
    }
    (rule,) = consent["provision"]["provision"]
    assert rule["code"] == [code("urn:uketsuke:OQSCD036", "YZK", "薬剤・処方")]
    assert rule["actor"][0]["reference"]["identifier"]["value"] == "1311234567"
    assert rule["action"][0]["coding"][0]["code"] == "access"


def test_a_refusal_has_no_end() -> None:
    provision = consent_of(ConsentItem.MEDICATION, ConsentAnswer.REFUSED)["provision"]
    assert "period" not in provision


def test_who_could_not_answer_agreed_to_nothing_and_refused_nothing() -> None:
    consent = consent_of(ConsentItem.MEDICATION, ConsentAnswer.UNOBTAINABLE)
    assert "performer" not in consent
    assert consent["provision"]["extension"][0]["valueCode"] == "asked-unknown"
    assert consent["policyRule"] == code("urn:uketsuke:OQSCD016", "3", "同意取得困難")


@pytest.mark.parametrize("careless", ["deny", "permit"])
def test_a_mapping_that_answers_for_them_is_caught(
    careless: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control."""
    unobtainable = ConsentAnswer.UNOBTAINABLE
    monkeypatch.setitem(_fhir_consent.PROVISIONS, unobtainable, careless)
    assert types_in(consent_of(ConsentItem.MEDICATION, unobtainable)) == {careless}


def test_what_was_not_asked_has_no_consent() -> None:
    assert resources(with_visit(TARO, consents=()), "Consent") == []
    assert resources(replace(TARO, offered=()), "Consent") == []
