"""The bytes of one `OQSsiquc01res_face_*.xml` and the name it goes by.

Empty elements are left out, one person a file, CRLF line ends and tabs, as known readers of
the format want it. Shift_JIS means cp932. A character that cp932 cannot hold is never silently
replaced by ●: `Unmappable` says what becomes of it.

Source: facts/oqs.md §2.2, §2.4, §3, §5.1 and §6.2.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from xml.etree.ElementTree import Element, SubElement

from agent.characters import MAY_HOLD_GETA, Encoding, unwritable_texts, with_geta
from agent.clock import JAPAN
from agent.errors import RelayRefusedError
from agent.oqs_xml import add, add_texts, document
from agent.qualification import EligibilityRecord, Group, InsuredPerson
from agent.relays._oqs_profile import Unmappable
from agent.relays._passed_on import believable_time, consents_passed_on, decisions_passed_on
from agent.relays.port import Reception
from hostlink.terms import CONSENT_HOURS, ConsentAnswer, ConsentItem, Decision

AVAILABLE = timedelta(hours=CONSENT_HOURS)
"""閲覧有効期限 after the consent (facts/oqs.md §3.3)."""
KIND_OF_VISIT = "000"
"""Ordinary outpatient (facts/oqs.md §2.2)."""
CONSENT_ELEMENTS = {
    ConsentItem.HEALTH_CHECKUP: "SpecificHealthCheckupsInfo",
    ConsentItem.MEDICATION: "PharmacistsInfo",
    ConsentItem.DIAGNOSIS: "DiagnosisInfo",
    ConsentItem.SURGERY: "OperationInfo",
}
CONSENT_FLAGS = {
    ConsentAnswer.REFUSED: "0",
    ConsentAnswer.GIVEN: "1",
    ConsentAnswer.UNOBTAINABLE: "3",
}
"""同意区分 (OQSCD016)."""
NOT_ASKED = "0"
PRESCRIPTION_FORMS = {Decision.ELECTRONIC_PRESCRIPTION: "1", Decision.PAPER_PRESCRIPTION: "2"}
"""処方箋発行形態 (OQSCD017)."""
OF_EVERYBODY = {each.name for shape in (EligibilityRecord, InsuredPerson) for each in fields(shape)}
OTHER = "another text"
"""What a journal is told of the rest: a name of its own would tell of an illness or of 医療扶助."""
CHARACTER_CODES = {Encoding.UTF_8: "0", Encoding.CP932: "1"}


@dataclass(frozen=True, slots=True)
class OqsFile:
    """A finished file."""

    content: bytes = field(repr=False)
    encoding: Encoding
    """The one really used."""
    replaced: tuple[str, ...] = ()
    """Fields in which 〓 stands for a character, as a journal may know them."""


def file_name(prefix: str, reception: Reception) -> str:
    """`<prefix>_<10-digit code><20 digits>_<yyyyMMddHHmmss>.xml`, the same at every attempt.

    The 20 digits are the kind of visit (3), a number of the reader (7) and its result (10);
    the time is that of `Reception.counted_at`, so its day is the day of the visit.
    """
    reader = int.from_bytes(hashlib.sha256(reception.ueid).digest()) % 10**7
    counter = f"{KIND_OF_VISIT}{reader:07}{reception.seq % 10**10:010}"
    code, counted = reception.medical_institution_code, _second(reception.counted_at)
    return f"{prefix}_{code}{counter}_{counted}.xml"


def render(
    reception: Reception, encoding: Encoding, unmappable: Unmappable = Unmappable.UTF_8
) -> OqsFile:
    """The file's bytes, in the wanted encoding as far as it can hold them.

    Raises:
        RelayRefusedError: It cannot, and `unmappable` has no way out; names fields, no values.
    """
    names = {each.field: None for each in unwritable_texts(reception.known, encoding)}
    if not names:
        return OqsFile(_encode(reception, encoding), encoding)
    if unmappable is Unmappable.UTF_8:
        return OqsFile(_encode(reception, Encoding.UTF_8), Encoding.UTF_8)
    told = tuple(dict.fromkeys(name if name in OF_EVERYBODY else OTHER for name in names))
    if unmappable is Unmappable.GETA and MAY_HOLD_GETA.issuperset(names):
        printable = replace(reception, record=with_geta(reception.known, encoding))
        return OqsFile(_encode(printable, encoding), encoding, replaced=told)
    raise RelayRefusedError(f"{encoding} cannot write a character of {', '.join(told)}")


def _encode(reception: Reception, encoding: Encoding) -> bytes:
    root = Element("XmlMsg")
    _header(SubElement(root, "MessageHeader"), reception, CHARACTER_CODES[encoding])
    _body(SubElement(root, "MessageBody"), reception)
    return document(root, encoding)


def _header(header: Element, reception: Reception, character_code: str) -> None:
    answered_on = f"{reception.answered_at.astimezone(JAPAN):%Y%m%d}"
    add(header, "ProcessExecutionTime", _second(reception.counted_at))
    add(header, "QualificationConfirmationDate", answered_on)
    add(header, "MedicalInstitutionCode", reception.medical_institution_code)
    add(header, "ArbitraryFileIdentifier", reception.visit.visit_id.hex())
    add(header, "ReferenceClassification", "1")
    add(header, "SegmentOfResult", "1")
    add(header, "CharacterCodeIdentifier", character_code)


def _body(body: Element, reception: Reception) -> None:
    add(body, "ProcessingResultStatus", "1")
    add_texts(body, _as_decided(reception))
    results = SubElement(body, "ResultList")
    _person(SubElement(results, "ResultOfQualificationConfirmation"), reception)


def _as_decided(reception: Reception) -> EligibilityRecord:
    """The form of prescription that the patient chose at the reader, if it was asked for.

    What they decided about 医療費助成 has no element in public (facts/oqs.md §4).
    """
    for decision in decisions_passed_on(reception):
        if (form := PRESCRIPTION_FORMS.get(decision)) is not None:
            return replace(reception.known, prescription_issue_select=form)
    return reception.known


def _person(result: Element, reception: Reception) -> None:
    person = reception.known.person
    add_texts(result, person)
    if person.elderly is not None:
        add_texts(SubElement(result, "ElderlyRecipientCertificateInfo"), person.elderly)
    if person.limit is not None:
        # Given without a consent page since 2024-10-07 (facts/oqs.md §7.3).
        add(result, "LimitApplicationCertificateRelatedConsFlg", "1")
        answered = _second(reception.answered_at)
        add(result, "LimitApplicationCertificateRelatedConsTime", answered)
        add_texts(SubElement(result, "LimitApplicationCertificateRelatedInfo"), person.limit)
    if person.specific_diseases_certificate_related_cons_flg is None:
        # The reader has no page for 特定疾病: nobody consented there.
        add(result, "SpecificDiseasesCertificateRelatedConsFlg", NOT_ASKED)
    diseases, tickets = person.specific_diseases, person.medical_tickets
    _add_list(result, "SpecificDiseasesCertificateList/SpecificDiseasesCertificateInfo", diseases)
    _add_list(result, "PublicExpenseResultList/MedicalTicketInfo", tickets)
    for name, flag, given_at in _consents(reception):
        add(result, f"{name}ConsFlg", flag)
        if given_at is not None:
            add(result, f"{name}ConsTime", _second(given_at))
            add(result, f"{name}AvailableTime", _second(given_at + AVAILABLE))


def _consents(reception: Reception) -> Iterator[tuple[str, str, datetime | None]]:
    """Element prefix of each item, its flag, and when the patient agreed to it, if so."""
    answered = consents_passed_on(reception)
    for item, name in CONSENT_ELEMENTS.items():
        decision = answered.get(item)
        flag = CONSENT_FLAGS[decision.answer] if decision else NOT_ASKED
        is_given = decision is not None and decision.answer is ConsentAnswer.GIVEN
        given_at = believable_time(decision.at, reception) if decision and is_given else None
        yield name, flag, given_at


def _add_list(parent: Element, path: str, groups: Sequence[Group]) -> None:
    """A list with its groups; none if there are none, which known software takes for an error."""
    if not groups:
        return
    list_name, name = path.split("/")
    listed = SubElement(parent, list_name)
    for group in groups:
        add_texts(SubElement(listed, name), group)


def _second(moment: datetime) -> str:
    return f"{moment.astimezone(JAPAN):%Y%m%d%H%M%S}"
