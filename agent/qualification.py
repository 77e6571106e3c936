"""What an eligibility source knows of one insured person, in the words of the OQS interface.

The fields bear the interface's element names in snake case, so `name_kana` is `NameKana` in
the reception file and `"name_kana"` in the HTTP contract. None of them ever shows in a repr.

Source: facts/oqs.md §3.2, §3.3 and §4.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, TypeVar

from agent.errors import MalformedQualificationError

LONGEST_TEXT = 400
LONGEST_LIST = 20
"""Certificates or tickets of one person: far more than anybody has."""
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
    "specific_diseases_certificate_related_cons_flg": re.compile(r"[0-3]"),
    "specific_diseases_certificate_related_cons_time": re.compile(r"[0-9]{14}"),
    "specific_diseases_disease_category": re.compile(r"[0-9]"),
    "ticket_type": re.compile(r"[0-9]{2}"),
    "medical_treatment_month": re.compile(r"[0-9]{6}"),
    "medical_treatment_type": re.compile(r"[0-9]{2}"),
}
"""Forms that are certain; every other text passes as it is."""
CONSENTED = "1"
"""あり of 同意区分 (OQSCD016)."""
TOLD_AS = {"specific_diseases_certificate_related_cons_time": "person"}
"""Only of somebody who consented to 特定疾病: its own name would tell the journal of an illness."""


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
class SpecificDiseasesCertificate:
    """特定疾病療養受療証."""

    specific_diseases_disease_category: str
    specific_diseases_certificate_date: str
    specific_diseases_valid_start_date: str
    specific_diseases_valid_end_date: str
    specific_diseases_self_pay: str | None = None
    """自己負担限度額, yen a month."""


@dataclass(frozen=True, slots=True, repr=False)
class MedicalTicket:
    """医療券 or 調剤券 of 医療扶助. The interface itself writes `infecton`."""

    ticket_type: str
    medical_ticket_valid_date: str
    medical_ticket_expiration_date: str
    issue_number: str | None = None
    medical_treatment_month: str | None = None
    """yyyyMM."""
    designated_medical_institution_code: str | None = None
    designated_medical_institution_flag: str | None = None
    designated_medical_institution_name: str | None = None
    prescription_issuer_medical_institution_code: str | None = None
    prescription_issuer_medical_institution_name: str | None = None
    injury_name1: str | None = None
    injury_name2: str | None = None
    injury_name3: str | None = None
    medical_treatment_type: str | None = None
    self_pay_amount: str | None = None
    """Yen."""
    district_contact_name: str | None = None
    handling_contact_name: str | None = None
    single_or_combined_use: str | None = None
    status_of_social_insurance: str | None = None
    consistency_flag: str | None = None
    status_of_infecton: str | None = None
    status_of_elderly_medical_care: str | None = None
    status_of_prefectural_expenses: str | None = None
    remarks1: str | None = None
    remarks2: str | None = None
    remarks3: str | None = None


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
    specific_diseases_certificate_related_cons_flg: str | None = None
    """同意区分 (OQSCD016), as the source has it: the reader has no page for 特定疾病."""
    specific_diseases_certificate_related_cons_time: str | None = None
    """yyyyMMddHHmmss in Japan."""
    elderly: ElderlyRecipientCertificate | None = None
    limit: LimitApplicationCertificate | None = None
    specific_diseases: tuple[SpecificDiseasesCertificate, ...] = ()
    """None without consent: an answer that has some is refused."""
    medical_tickets: tuple[MedicalTicket, ...] = ()

    @property
    def born(self) -> date | None:
        """None: no day of the calendar, as where only the year is known."""
        try:
            return date.fromisoformat(self.birthdate)
        except ValueError:
            return None


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


Group = (
    EligibilityRecord
    | InsuredPerson
    | ElderlyRecipientCertificate
    | LimitApplicationCertificate
    | SpecificDiseasesCertificate
    | MedicalTicket
)
Part = TypeVar("Part", bound=Group)


def texts_of(group: Group) -> Iterator[tuple[str, str]]:
    """Name and value of each plain field that is there; not those of the groups within."""
    for each in fields(group):
        value = getattr(group, each.name)
        if isinstance(value, str):
            yield each.name, value


def groups_of(record: EligibilityRecord) -> Iterator[Group]:
    """The record and every group within it."""
    person = record.person
    yield record
    yield person
    yield from (each for each in (person.elderly, person.limit) if each is not None)
    yield from person.specific_diseases
    yield from person.medical_tickets


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
        specific_diseases=_groups(person, SpecificDiseasesCertificate, "specific_diseases"),
        medical_tickets=_groups(person, MedicalTicket, "medical_tickets"),
        **_texts(person, InsuredPerson),
    )
    _check_consent(insured)
    return EligibilityRecord(person=insured, **_texts(values, EligibilityRecord))


def _group(document: object, shape: type[Part], name: str) -> Part | None:
    return None if document is None else shape(**_texts(_object(document, name), shape))


def _groups(values: Mapping[str, object], shape: type[Part], name: str) -> tuple[Part, ...]:
    """A list that hardly anybody has: what is wrong in it is told as wrong with the person.

    Its own name would tell the journal of an illness or of 医療扶助.
    """
    documents = values.get(name)
    if documents is None:
        return ()
    if not isinstance(documents, list) or len(documents) > LONGEST_LIST:
        raise MalformedQualificationError("person")
    try:
        return tuple(shape(**_texts(_object(each, name), shape)) for each in documents)
    except MalformedQualificationError:
        raise MalformedQualificationError("person") from None


def _check_consent(person: InsuredPerson) -> None:
    """A disease is told of only where the patient agreed, and it is known when."""
    if person.specific_diseases_certificate_related_cons_flg != CONSENTED:
        if person.specific_diseases:
            raise MalformedQualificationError("person")
    elif person.specific_diseases_certificate_related_cons_time is None:
        raise MalformedQualificationError("person")


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
        raise MalformedQualificationError(TOLD_AS.get(name, name))
    return value
