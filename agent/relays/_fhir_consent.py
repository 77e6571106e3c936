"""One FHIR R4 Consent for each group of medical information that the patient answered.

Given and refused are an active Consent that permits or denies the clinic's access; R4 allows no
type in the root provision, so it lies in the one below. Who was asked and could not answer
(同意取得困難) neither permitted nor denied: their Consent stays `proposed`, names nobody who
agreed, and has in place of its provision the reason why there is none. What was not asked has no
Consent.

Source: facts/oqs.md §4 (OQSCD016, OQSCD036) and §10: JP_Consent is a dummy, so base R4 (4.0.1),
Consent with the invariants ppc-1 and ppc-2.
"""

from collections.abc import Iterator
from datetime import timedelta

from agent.clock import rfc_3339
from agent.relays._fhir_elements import (
    TERMINOLOGY,
    Element,
    concept,
    oqs_concept,
    period,
    present,
)
from agent.relays._fhir_names import clinic, own_identifier, reference
from agent.relays._passed_on import believable_time, consents_passed_on
from agent.relays.port import Reception
from hostlink.messages import ConsentDecision
from hostlink.terms import CONSENT_HOURS, ConsentAnswer, ConsentItem

GROUPS = {
    ConsentItem.SURGERY: "SHJ",
    ConsentItem.DIAGNOSIS: "SRJ",
    ConsentItem.MEDICATION: "YZK",
    ConsentItem.HEALTH_CHECKUP: "TKK",
}
GROUP_NAMES = {
    "SHJ": "手術・傷病名・感染症",
    "SRJ": "診療・アレルギー・検査",
    "YZK": "薬剤・処方",
    "TKK": "特定健診",
}
"""OQSCD036."""
ANSWERS = {
    ConsentAnswer.REFUSED: "0",
    ConsentAnswer.GIVEN: "1",
    ConsentAnswer.UNOBTAINABLE: "3",
}
ANSWER_NAMES = {"0": "なし", "1": "あり", "3": "同意取得困難"}
"""OQSCD016."""
ACT_CODES = f"{TERMINOLOGY}v3-ActCode"
DIRECTIVES = {ConsentAnswer.REFUSED: "OPTOUT", ConsentAnswer.GIVEN: "OPTIN"}
PROVISIONS = {ConsentAnswer.REFUSED: "deny", ConsentAnswer.GIVEN: "permit"}
NOT_SAID = {
    "extension": [
        {
            "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
            "valueCode": "asked-unknown",
        }
    ]
}


def part_of(item: ConsentItem) -> str:
    """What the Consent of this item is called among the parts of a result."""
    return f"consent-{item.name.lower().replace('_', '-')}"


def consents(reception: Reception) -> Iterator[tuple[ConsentItem, Element]]:
    """Each item that was offered and answered, with its Consent."""
    for item, decision in consents_passed_on(reception).items():
        yield item, _consent(decision, reception)


def _consent(decision: ConsentDecision, reception: Reception) -> Element:
    group = oqs_concept("036", GROUPS[decision.item], GROUP_NAMES)
    is_said = decision.answer in PROVISIONS
    return present(
        resourceType="Consent",
        identifier=[own_identifier(reception, part_of(decision.item))],
        status="active" if is_said else "proposed",
        scope=concept(f"{TERMINOLOGY}consentscope", "patient-privacy"),
        category=[concept(ACT_CODES, "INFA", "information access"), group],
        patient=reference(reception, "patient"),
        dateTime=rfc_3339(believable_time(decision.at, reception)),
        performer=[reference(reception, "patient")] if is_said else [],
        organization=[clinic(reception)],
        policyRule=_rule(decision.answer),
        provision=_provision(decision, group, reception) if is_said else NOT_SAID,
    )


def _rule(answer: ConsentAnswer) -> Element:
    """What the patient said, in HL7's word where it has one and in that of OQSCD016."""
    coding = oqs_concept("016", ANSWERS[answer], ANSWER_NAMES)["coding"]
    if answer in DIRECTIVES:
        coding = concept(ACT_CODES, DIRECTIVES[answer])["coding"] + coding
    return {"coding": coding}


def _provision(decision: ConsentDecision, group: Element, reception: Reception) -> Element:
    recipient = {
        "role": concept(f"{TERMINOLOGY}v3-ParticipationType", "IRCP", "information recipient"),
        "reference": clinic(reception),
    }
    rule = {
        "type": PROVISIONS[decision.answer],
        "actor": [recipient],
        "action": [concept(f"{TERMINOLOGY}consentaction", "access")],
        "code": [group],
    }
    return present(period=_viewable(decision, reception), provision=[rule])


def _viewable(decision: ConsentDecision, reception: Reception) -> Element | None:
    """From the consent to 閲覧有効期限; a refusal has no end."""
    if decision.answer is not ConsentAnswer.GIVEN:
        return None
    start = believable_time(decision.at, reception)
    return period(rfc_3339(start), rfc_3339(start + timedelta(hours=CONSENT_HOURS)))
