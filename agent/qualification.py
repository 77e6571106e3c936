"""What an eligibility source knows of one insured person, in the words of the OQS interface.

The fields bear the interface's element names in snake case, so `name_kana` is `NameKana` in
the reception file and `"name_kana"` in the HTTP contract. None of them ever shows in a repr.

Source: facts/oqs.md §3.2, §3.3 and §4.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeVar

from agent.errors import MalformedQualificationError

LONGEST_TEXT = 400
UNWRITABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""Control characters and what XML 1.0 cannot hold."""
DATE = re.compile(r"[0-9]{8}")
PATTERNS = {
    "name": re.compile(r".{1,128}"),
    "birthdate": DATE,
    "qualification_validity": re.compile(r"[1-6]"),
    "prescription_issue_select": re.compile(r"[12]"),
    "sex1": re.compile(r"[123]"),
    "sex2": re.compile(r"[123]"),
    "insurer_number": re.compile(r"[0-9]{6,8}"),
    "insured_branch_number": re.compile(r"[0-9]{2}"),
    "insured_card_classification": re.compile(r"[0-9A-Z]{2}"),
}
"""Forms that are certain; every other text passes as it is."""


@dataclass(frozen=True, slots=True, repr=False)
class ElderlyRecipientCertificate:
    """高齢受給者証."""

    elderly_recipient_certificate_date: str
    elderly_recipient_valid_start_date: str
    elderly_recipient_valid_end_date: str
    elderly_recipient_contribution_ratio: str


@dataclass(frozen=True, slots=True, repr=False)
class LimitApplicationCertificate:
    """限度額適用認定証."""

    limit_application_certificate_classification: str
    limit_application_certificate_classification_flag: str
    limit_application_certificate_date: str
    limit_application_certificate_valid_start_date: str
    limit_application_certificate_valid_end_date: str
    limit_application_certificate_long_term_date: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class InsuredPerson:
    """資格確認結果 of one person. Dates are yyyyMMdd, codes those of facts/oqs.md §4.

    Required is what reception software refuses to do without (facts/oqs.md §6.2).
    """

    insured_card_classification: str
    insurer_number: str
    name: str
    name_kana: str
    """Half-width kana."""
    sex1: str
    birthdate: str
    insurer_name: str
    insured_card_symbol: str | None = None
    insured_identification_number: str | None = None
    insured_branch_number: str | None = None
    personal_family_classification: str | None = None
    insured_name: str | None = None
    name_of_other: str | None = None
    name_of_other_kana: str | None = None
    sex2: str | None = None
    address: str | None = None
    post_number: str | None = None
    qualification_date: str | None = None
    disqualification_date: str | None = None
    insured_certificate_issuance_date: str | None = None
    insured_card_valid_date: str | None = None
    insured_card_expiration_date: str | None = None
    insured_partial_contribution_ratio: str | None = None
    preschool_classification: str | None = None
    reason_of_loss: str | None = None
    reference_number: str | None = None
    """照会番号, the clinic's own patient number."""
    elderly: ElderlyRecipientCertificate | None = None
    limit: LimitApplicationCertificate | None = None


@dataclass(frozen=True, slots=True, repr=False)
class EligibilityRecord:
    """Answer of the eligibility source, as far as the reception file carries it on."""

    person: InsuredPerson
    qualification_validity: str
    """資格有効性 (OQSCD006)."""
    prescription_issue_select: str | None = None
    """処方箋発行形態 (OQSCD017)."""
    processing_result_code: str | None = None
    """Passed on as it is: the list of codes is not public."""
    processing_result_message: str | None = None


Part = TypeVar(
    "Part",
    EligibilityRecord,
    InsuredPerson,
    ElderlyRecipientCertificate,
    LimitApplicationCertificate,
)


def record_to_json(record: EligibilityRecord) -> str:
    """The record as text for the store."""
    return json.dumps(asdict(record), ensure_ascii=False)


def record_from_json(text: str) -> EligibilityRecord:
    """The record that `record_to_json` wrote."""
    return read_record(json.loads(text))


def read_record(document: object) -> EligibilityRecord:
    """Check a parsed JSON object and take the record out of it; unknown keys are ignored.

    Raises:
        MalformedQualificationError: A required field is missing, or one is not as agreed.
    """
    values = _object(document, "record")
    person = _object(values.get("person"), "person")
    insured = InsuredPerson(
        elderly=_group(person.get("elderly"), ElderlyRecipientCertificate, "elderly"),
        limit=_group(person.get("limit"), LimitApplicationCertificate, "limit"),
        **_texts(person, InsuredPerson),
    )
    return EligibilityRecord(person=insured, **_texts(values, EligibilityRecord))


def _group(document: object, shape: type[Part], name: str) -> Part | None:
    return None if document is None else shape(**_texts(_object(document, name), shape))


def _object(document: object, name: str) -> Mapping[str, object]:
    if not isinstance(document, dict):
        raise MalformedQualificationError(name)
    return document


def _texts(values: Mapping[str, object], shape: type[Part]) -> dict[str, Any]:
    """Arguments for the plain fields of `shape`; an empty text counts as absent."""
    texts: dict[str, Any] = {}
    for field in fields(shape):
        if field.type not in (str, str | None):
            continue
        value = values.get(field.name)
        if value is not None and value != "":
            texts[field.name] = _text(field.name, value)
        elif field.type is str:
            raise MalformedQualificationError(field.name)
    return texts


def _text(name: str, value: object) -> str:
    pattern = DATE if name.endswith("_date") else PATTERNS.get(name)
    if (
        not isinstance(value, str)
        or len(value) > LONGEST_TEXT
        or UNWRITABLE.search(value)
        or (pattern is not None and not pattern.fullmatch(value))
    ):
        raise MalformedQualificationError(name)
    return value
