"""Fictitious insured persons, one for every code that the answer about a person can hold.

Each is a whole answer of the contract in `agent/eligibility/http.py`, ready for
`EligibilityService.enroll`. What belongs together comes together: who lost an insurance has a day
and a reason, 医療扶助 has its tickets and no 記号, a list of diseases has its consent.

Source: facts/oqs.md §3.3 and §4 (別紙5-1). Which table the flags of a 医療券 take is not said there
by name; it goes by their order.
"""

import copy
from typing import Any

from tests.hw_sim.eligibility_service import SHIKEN_HANAKO, Person

Changes = dict[str, Any]

YES_OR_NO = ("01", "02")
CODES: dict[str, tuple[str, ...]] = {
    "qualification_validity": ("1", "2", "3", "4", "5", "6"),
    "prescription_issue_select": ("1", "2"),
    "sex1": ("1", "2", "3"),
    "sex2": ("1", "2", "3"),
    "reason_of_loss": ("01", "02", "03", "99"),
    "personal_family_classification": ("1", "2"),
    "insured_card_classification": ("01", "02", "03", "04", "05", "06", "07", "A1"),
    "insured_partial_contribution_ratio": ("010", "020", "030"),
    "preschool_classification": ("1",),
    "elderly_recipient_contribution_ratio": ("010", "020", "030"),
    "limit_application_certificate_classification": ("01", "02", "03"),
    "limit_application_certificate_classification_flag": (
        *("A01", "A02", "A03", "A04", "A05", "A06"),
        *("B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B09", "B10"),
    ),
    "specific_diseases_certificate_related_cons_flg": ("0", "1", "2", "3"),
    "specific_diseases_disease_category": ("1", "2", "3"),
    "ticket_type": ("01", "02"),
    "medical_treatment_type": ("01", "02", "03", "04", "05"),
    "designated_medical_institution_flag": ("0", "1"),
    "single_or_combined_use": YES_OR_NO,
    "status_of_social_insurance": YES_OR_NO,
    "consistency_flag": ("1",),
    "status_of_infecton": YES_OR_NO,
    "status_of_elderly_medical_care": YES_OR_NO,
    "status_of_prefectural_expenses": YES_OR_NO,
}
"""Every code of every table, by the field that holds it. The ratios are no table, but few."""

ELDERLY = {
    "elderly_recipient_certificate_date": "20260801",
    "elderly_recipient_valid_start_date": "20260801",
    "elderly_recipient_valid_end_date": "20270731",
    "elderly_recipient_contribution_ratio": "020",
}
LIMIT = {
    "limit_application_certificate_classification": "01",
    "limit_application_certificate_classification_flag": "A03",
    "limit_application_certificate_date": "20260801",
    "limit_application_certificate_valid_start_date": "20260801",
    "limit_application_certificate_valid_end_date": "20270731",
    "limit_application_certificate_long_term_date": "20261101",
}
DISEASE = {
    "specific_diseases_disease_category": "1",
    "specific_diseases_certificate_date": "20260401",
    "specific_diseases_valid_start_date": "20260401",
    "specific_diseases_valid_end_date": "20270331",
    "specific_diseases_self_pay": "10000",
}
TICKET = {
    "ticket_type": "01",
    "medical_ticket_valid_date": "20261101",
    "medical_ticket_expiration_date": "20261130",
    "issue_number": "00001",
    "medical_treatment_month": "202611",
    "designated_medical_institution_code": "1311234567",
    "designated_medical_institution_flag": "0",
    "designated_medical_institution_name": "架空診療所",
    "prescription_issuer_medical_institution_code": "1311234567",
    "prescription_issuer_medical_institution_name": "架空診療所",
    "injury_name1": "架空病",
    "injury_name2": "試験病",
    "injury_name3": "見本病",
    "medical_treatment_type": "02",
    "self_pay_amount": "0",
    "district_contact_name": "見本地区",
    "handling_contact_name": "見本窓口",
    "single_or_combined_use": "01",
    "status_of_social_insurance": "02",
    "consistency_flag": "1",
    "status_of_infecton": "02",
    "status_of_elderly_medical_care": "02",
    "status_of_prefectural_expenses": "02",
    "remarks1": "備考の一",
    "remarks2": "備考の二",
    "remarks3": "備考の三",
}
CONSENTED: Changes = {
    "specific_diseases_certificate_related_cons_flg": "1",
    "specific_diseases_certificate_related_cons_time": "20261122090055",
}
LOST: Changes = {"disqualification_date": "20261031", "reason_of_loss": "03"}
AIDED: Changes = {
    "insured_card_classification": "A1",
    "insurer_number": "12990000",
    "insurer_name": "見本市福祉事務所",
    "insured_card_symbol": None,
    "insured_branch_number": None,
    "personal_family_classification": None,
    "insured_identification_number": "0000001",
    "medical_tickets": [TICKET],
}
COMPANIONS: dict[tuple[str, str], Changes] = {
    ("qualification_validity", "2"): LOST,
    ("qualification_validity", "3"): LOST,
    ("qualification_validity", "6"): AIDED,
    ("insured_card_classification", "A1"): AIDED,
    ("preschool_classification", "1"): {"birthdate": "20230401"},
    ("specific_diseases_certificate_related_cons_flg", "1"): CONSENTED,
}
"""What else is true of the person of a code."""


def _person(number: int, field: str, code: str) -> Person:
    answer = copy.deepcopy(SHIKEN_HANAKO)
    record, person = answer["record"], answer["record"]["person"]
    person |= {"name": f"試験　{number}号", "name_kana": f"ｼｹﾝ {number}ｺﾞｳ"}
    person |= copy.deepcopy(COMPANIONS.get((field, code), {}))
    coded = {field: code}
    if field in ELDERLY:
        person |= {"birthdate": "19530401", "elderly": ELDERLY | coded}
    elif field in LIMIT:
        person |= {"limit": LIMIT | coded}
    elif field in DISEASE:
        person |= CONSENTED | {"specific_diseases": [DISEASE | coded, DISEASE]}
    elif field in TICKET:
        person |= AIDED | {"medical_tickets": [TICKET | coded, TICKET]}
    elif field == "reason_of_loss":
        record["qualification_validity"] = "2"
        person |= LOST | coded
    elif field in ("qualification_validity", "prescription_issue_select"):
        record |= coded
    else:
        person |= coded
    record["person"] = {key: value for key, value in person.items() if value is not None}
    return answer


PERSONS: dict[str, Person] = {
    f"{field}={code}": _person(number, field, code)
    for number, (field, code) in enumerate(
        ((field, code) for field, codes in CODES.items() for code in codes), start=1
    )
}
"""By the code they are there for."""
