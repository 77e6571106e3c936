"""The insurance of one person in FHIR R4: Organization, Coverage, CoverageEligibilityResponse.

Source: facts/oqs.md §3.3 and §4 (elements, codes), §10 (JP Core v1x @cb1f4ee: JP_Coverage and its
systems; there is no JP profile of CoverageEligibilityResponse).
"""

import re
from datetime import date, timedelta

from agent.clock import JAPAN, rfc_3339
from agent.qualification import (
    ElderlyRecipientCertificate,
    InsuredPerson,
    LimitApplicationCertificate,
    MedicalTicket,
    SpecificDiseasesCertificate,
)
from agent.relays._fhir_elements import (
    TERMINOLOGY,
    Element,
    concept,
    day,
    extension,
    full_width,
    identifier,
    oqs_concept,
    period,
    present,
)
from agent.relays._fhir_names import VISIT, clinic, own_identifier, reference
from agent.relays.port import Reception

JP_COVERAGE = "http://jpfhir.jp/fhir/core/StructureDefinition/JP_Coverage"
INSURED_PERSON = (
    "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Coverage_InsuredPerson"
)
"""How the addresses of the extensions for 記号, 番号 and 枝番 begin."""
MEMBER_ID = "http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID"
INSURER_NUMBER = "http://jpfhir.jp/fhir/core/mhlw/IdSystem/InsurerNumber"
RELATIONSHIP = "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/InsuredPersonCategory"
RELATIONSHIPS = {"1": "被保険者", "2": "被扶養者"}
IN_FORCE = {"1", "6"}
"""有効 and 有効(未登録) of OQSCD006."""
LIMIT_CERTIFICATES = {
    "01": "限度額適用",
    "02": "限度額・標準負担額減額",
    "03": "標準負担額減額",
}
"""OQSCD011."""
LIMIT_DIVISIONS = {
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
"""OQSCD012."""
DISEASES = {
    "1": "人工透析慢性腎不全",
    "2": "血友病",
    "3": "HIV",
}
"""OQSCD013."""
TICKETS = {"01": "医療券", "02": "調剤券"}
"""OQSCD018."""
TREATMENTS = {"01": "入院", "02": "入院外", "03": "歯科", "04": "調剤", "05": "訪問看護"}
"""OQSCD019."""
BENEFIT_TYPE = f"{TERMINOLOGY}benefit-type"
MEDICAL_CARE = concept(f"{TERMINOLOGY}ex-benefitcategory", "1", "Medical Care")
"""Of every item: R4 wants a category of each (invariant ces-1)."""
RATIO = re.compile("[0-9]{3}")
YEN = re.compile("[0-9]{1,9}")
PUBLIC_AID = "A1"
"""医療扶助 of OQSCD010."""


def insurer_identifier(person: InsuredPerson) -> Element:
    """Whose insurer it is: 8 digits, with zeros before them where the face XML has spaces."""
    return identifier(INSURER_NUMBER, _insurer_number(person))


def organization(person: InsuredPerson) -> Element:
    """The insurer."""
    # 公費負担者番号 of an A1 lies in the same system: whether it has one of its own is UNVERIFIED.
    return {
        "resourceType": "Organization",
        "identifier": [insurer_identifier(person)],
        "type": [concept(f"{TERMINOLOGY}organization-type", "pay", "Payer")],
        "name": person.insurer_name,
    }


def coverage(reception: Reception) -> Element:
    """被保険者証 as the eligibility source knew it in this visit."""
    person = reception.known.person
    return present(
        resourceType="Coverage",
        meta={"profile": [JP_COVERAGE]},
        extension=[
            *extension(f"{INSURED_PERSON}Symbol", valueString=_wide(person.insured_card_symbol)),
            *extension(f"{INSURED_PERSON}Number", valueString=_wide(_number(person))),
            *extension(f"{INSURED_PERSON}SubNumber", valueString=person.insured_branch_number),
        ],
        identifier=[
            own_identifier(reception, "coverage"),
            identifier(MEMBER_ID, _member_id(person)),
        ],
        # The nearest status of R4 to what is not in force; which kind of that, no status tells.
        status="active" if _is_in_force(reception) else "cancelled",
        subscriber=present(display=person.insured_name),
        subscriberId=_subscriber_id(person),
        beneficiary=reference(reception, "patient"),
        dependent=person.insured_branch_number,
        relationship=_relationship(person),
        period=period(_first_day(person), _last_day(person)),
        payor=[reference(reception, "insurer")],
        # 公費 are counted from 1; this source names one at most.
        order=1 if person.insured_card_classification == PUBLIC_AID else None,
        costToBeneficiary=_cost(person),
    )


def eligibility(reception: Reception) -> Element:
    """資格確認結果. Its outcome is complete: a record is there only where OQSCD004 says 正常."""
    return present(
        resourceType="CoverageEligibilityResponse",
        identifier=[own_identifier(reception, "eligibility")],
        status="active",
        purpose=["validation"],
        patient=reference(reception, "patient"),
        servicedDate=f"{reception.answered_at.astimezone(JAPAN):%Y-%m-%d}",
        created=rfc_3339(reception.answered_at),
        requestor=clinic(reception),
        # R4 wants the request; what was asked is no resource, so it is named by its visit.
        request={
            "type": "CoverageEligibilityRequest",
            "identifier": identifier(VISIT, reception.visit.visit_id.hex()),
        },
        outcome="complete",
        disposition=reception.known.processing_result_message,
        insurer=reference(reception, "insurer"),
        insurance=_insurance(reception),
    )


def _insurance(reception: Reception) -> list[Element]:
    """The insurance itself, and each certificate beside it with the days it is good for."""
    covered = {"coverage": reference(reception, "coverage")}
    person = reception.known.person
    insurance: list[Element] = [covered | {"inforce": _is_in_force(reception)}]
    if person.limit is not None:
        insurance.append(covered | _limit(person.limit))
    if person.elderly is not None:
        insurance.append(covered | _elderly(person.elderly))
    insurance += [covered | _disease(each) for each in person.specific_diseases]
    insurance += [covered | _ticket(each) for each in person.medical_tickets]
    return insurance


def _limit(certificate: LimitApplicationCertificate) -> Element:
    division = certificate.limit_application_certificate_classification_flag
    kind = certificate.limit_application_certificate_classification
    benefit = {"type": oqs_concept("011", kind, LIMIT_CERTIFICATES), "allowedString": division}
    return _certificate(
        certificate.limit_application_certificate_valid_start_date,
        certificate.limit_application_certificate_valid_end_date,
        name="限度額適用認定",
        description=LIMIT_DIVISIONS.get(division),
        benefit=[benefit],
    )


def _elderly(certificate: ElderlyRecipientCertificate) -> Element:
    percent = _percent(certificate.elderly_recipient_contribution_ratio)
    benefit = {"type": concept(BENEFIT_TYPE, "copay-percent"), "allowedUnsignedInt": percent}
    return _certificate(
        certificate.elderly_recipient_valid_start_date,
        certificate.elderly_recipient_valid_end_date,
        name="高齢受給者証",
        benefit=[] if percent is None else [benefit],
    )


def _disease(certificate: SpecificDiseasesCertificate) -> Element:
    kind = oqs_concept("013", certificate.specific_diseases_disease_category, DISEASES)
    return _certificate(
        certificate.specific_diseases_valid_start_date,
        certificate.specific_diseases_valid_end_date,
        name="特定疾病療養受療証",
        benefit=[{"type": kind} | _yen(certificate.specific_diseases_self_pay)],
    )


def _ticket(ticket: MedicalTicket) -> Element:
    treatment = ticket.medical_treatment_type
    copay = {"type": concept(BENEFIT_TYPE, "copay")} | _yen(ticket.self_pay_amount)
    return _certificate(
        ticket.medical_ticket_valid_date,
        ticket.medical_ticket_expiration_date,
        category=oqs_concept("019", treatment, TREATMENTS) if treatment else MEDICAL_CARE,
        name=TICKETS.get(ticket.ticket_type, ticket.ticket_type),
        benefit=[copay] if ticket.self_pay_amount else [],
    )


def _certificate(first_day: str, last_day: str, **item: object) -> Element:
    """What a certificate grants, and on which days."""
    return present(
        benefitPeriod=period(day(first_day), day(last_day)),
        item=[present(**{"category": MEDICAL_CARE, **item})],
    )


def _yen(amount: str | None) -> Element:
    """What is allowed: an amount where it is one, or else the text as it is."""
    if amount is None:
        return {}
    if YEN.fullmatch(amount):
        return {"allowedMoney": {"value": int(amount), "currency": "JPY"}}
    return {"allowedString": amount}


def _cost(person: InsuredPerson) -> list[Element]:
    """What the patient pays; that of 高齢受給者証 takes the place of the ordinary share."""
    ratio = person.insured_partial_contribution_ratio
    if person.elderly is not None:
        ratio = person.elderly.elderly_recipient_contribution_ratio
    percent = _percent(ratio)
    if percent is None:
        return []
    quantity = {
        "value": percent,
        "unit": "%",
        "system": "http://unitsofmeasure.org",
        "code": "%",
    }
    kind = concept(f"{TERMINOLOGY}coverage-copay-type", "copaypct")
    return [{"type": kind, "valueQuantity": quantity}]


def _percent(ratio: str | None) -> int | None:
    """Of a ratio such as "010", which is 1割 or 10 percent (facts/oqs.md §3.3)."""
    return int(ratio) if ratio is not None and RATIO.fullmatch(ratio) else None


def _relationship(person: InsuredPerson) -> Element | None:
    code = person.personal_family_classification
    meaning = RELATIONSHIPS.get(code or "")
    return concept(RELATIONSHIP, code, meaning) if code and meaning else None


def _first_day(person: InsuredPerson) -> str | None:
    return day(person.insured_card_valid_date) or day(person.qualification_date)


def _last_day(person: InsuredPerson) -> str | None:
    """有効終了, or the day before 資格喪失, which is the first day without this insurance."""
    lost = day(person.disqualification_date)
    last = date.fromisoformat(lost) - timedelta(days=1) if lost else None
    ends = [day(person.insured_card_expiration_date), last.isoformat() if last else None]
    return min((end for end in ends if end), default=None)


def _is_in_force(reception: Reception) -> bool:
    return reception.known.qualification_validity in IN_FORCE


def _insurer_number(person: InsuredPerson) -> str:
    return person.insurer_number.rjust(8, "0")


def _number(person: InsuredPerson) -> str | None:
    return person.insured_identification_number


def _wide(text: str | None) -> str | None:
    return None if text is None else full_width(text)


def _unspaced(text: str | None) -> str:
    """記号 or 番号 of 被保険者個人識別子: of one width, without spaces, empty if there is none."""
    return full_width(text or "").replace("\u3000", "")


def _subscriber_id(person: InsuredPerson) -> str | None:
    symbol, number = _unspaced(person.insured_card_symbol), _unspaced(_number(person))
    return f"{symbol}:{number}" if symbol or number else None


def _member_id(person: InsuredPerson) -> str:
    """被保険者個人識別子: a missing part is empty and its colons stay."""
    return ":".join(
        (
            _insurer_number(person),
            _unspaced(person.insured_card_symbol),
            _unspaced(_number(person)),
            person.insured_branch_number or "",
        )
    )
