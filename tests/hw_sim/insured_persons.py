"""Fictitious insured persons, as the contract of the eligibility service writes them.

Two have lives of their own; `every_code` makes as many more as it takes to show every value of
every code table that the contract carries.

Source: facts/oqs.md §4.
"""

import copy
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

Person = dict[str, Any]
"""A whole answer of the contract, as JSON."""

UKETSUKE_TARO: Person = {
    "is_registered": True,
    "consents": ["surgery", "diagnosis", "medication", "health_checkup"],
    "record": {
        "qualification_validity": "1",
        "prescription_issue_select": "1",
        "person": {
            "insured_card_classification": "01",
            "insurer_number": "01130012",
            "insured_card_symbol": "１２－３４",
            "insured_identification_number": "５６７８",
            "insured_branch_number": "00",
            "personal_family_classification": "1",
            "insured_name": "受付　太郎",
            "name": "受付　太郎",
            "name_kana": "ｳｹﾂｹ ﾀﾛｳ",
            "sex1": "1",
            "birthdate": "19550601",
            "address": "東京都千代田区架空町１－２－３",
            "post_number": "100-0000",
            "qualification_date": "20200401",
            "insured_certificate_issuance_date": "20200401",
            "insured_card_valid_date": "20200401",
            "insurer_name": "テスト健康保険組合",
            "reference_number": "24434",
            "elderly": {
                "elderly_recipient_certificate_date": "20260801",
                "elderly_recipient_valid_start_date": "20260801",
                "elderly_recipient_valid_end_date": "20270731",
                "elderly_recipient_contribution_ratio": "020",
            },
            "limit": {
                "limit_application_certificate_classification": "01",
                "limit_application_certificate_classification_flag": "B04",
                "limit_application_certificate_date": "20260801",
                "limit_application_certificate_valid_start_date": "20260801",
                "limit_application_certificate_valid_end_date": "20270731",
            },
        },
    },
}
SHIKEN_HANAKO: Person = {
    "is_registered": False,
    "consents": ["surgery", "diagnosis", "medication"],
    "questions": ["subsidy", "prescription"],
    "record": {
        "qualification_validity": "1",
        "person": {
            "insured_card_classification": "01",
            "insurer_number": "138057",
            "insured_card_symbol": "あいう",
            "insured_identification_number": "１８７",
            "insured_branch_number": "02",
            "personal_family_classification": "2",
            "insured_name": "試験　一郎",
            "name": "試験　花子",
            "name_kana": "ｼｹﾝ ﾊﾅｺ",
            "sex1": "2",
            "birthdate": "19931130",
            "insurer_name": "見本市",
            "qualification_date": "20240401",
            "insured_card_valid_date": "20240401",
        },
    },
}

Table = dict[str, tuple[Any, ...]]
BODY_CODES: Table = {
    "qualification_validity": ("1", "2", "3", "4", "5", "6"),
    "prescription_issue_select": ("1", "2"),
}
PERSON_CODES: Table = {
    "insured_card_classification": ("01", "02", "03", "04", "05", "06", "07", "A1"),
    "personal_family_classification": ("1", "2"),
    "sex1": ("1", "2", "3"),
    "sex2": ("1", "2", "3"),
    "preschool_classification": ("1",),
    "reason_of_loss": ("01", "02", "03", "99"),
}
LIMIT_CODES: Table = {
    "limit_application_certificate_classification": ("01", "02", "03"),
    "limit_application_certificate_classification_flag": (
        *(f"A0{number}" for number in range(1, 7)),
        *(f"B{number:02}" for number in range(1, 11)),
    ),
}
OFFERS: Table = {
    "is_registered": (True, False),
    "consents": ([], ["surgery"], ["health_checkup", "medication", "diagnosis", "surgery"]),
    "questions": ([], ["subsidy"], ["prescription"], ["prescription", "subsidy"]),
}


def every_code() -> Iterator[Person]:
    """Persons who together bear every value of the tables above."""
    tables = [BODY_CODES, PERSON_CODES, LIMIT_CODES, OFFERS]
    for row in zip_longest(*(zip_longest(*table.values()) for table in tables)):
        answer = copy.deepcopy(UKETSUKE_TARO)
        record = answer["record"]
        person = record["person"]
        places = [record, person, person["limit"], answer]
        for place, table, values in zip(places, tables, row, strict=True):
            told = zip(table, values or (), strict=False)
            place.update({name: value for name, value in told if value is not None})
        yield answer
