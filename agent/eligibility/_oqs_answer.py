"""What 連携アプリ answers to a question: read as carefully as a file from a shared folder must be.

How an error looks is not certain and the list of its codes is not public, so code and message are
passed on as they came.

Source: facts/oqs.md §2.3, §2.4, §3, §3.4, §4 and §12.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import date
from xml.etree.ElementTree import Element, ParseError, fromstring

from agent.characters import Encoding
from agent.eligibility._oqs_folders import LARGEST_ANSWER_BYTES
from agent.eligibility.port import NobodyFound, NumbersRefused, SeveralFound
from agent.errors import MalformedQualificationError
from agent.oqs_xml import DECLARED, element_name
from agent.qualification import (
    LONGEST_TEXT,
    UNWRITABLE,
    ElderlyRecipientCertificate,
    EligibilityRecord,
    Group,
    InsuredPerson,
    LimitApplicationCertificate,
    MedicalTicket,
    SpecificDiseasesCertificate,
    read_record,
)

DECLARATION = re.compile(
    r"\ufeff?<\?xml version=[\"']1\.0[\"'] encoding=[\"']([\w-]{1,20})[\"'][^<>]*>"
)
SPACE = " \t\r\n"
WORKING, FAILED = "2", "9"
"""処理結果区分 (OQSCD003)."""
IN_ERROR = "2"
"""処理結果状況 (OQSCD004)."""
NOBODY, SEVERAL = "4", "5"
"""資格有効性 (OQSCD006)."""
GROUPS: dict[str, tuple[str, type[Group]]] = {
    "elderly": ("ElderlyRecipientCertificateInfo", ElderlyRecipientCertificate),
    "limit": ("LimitApplicationCertificateRelatedInfo", LimitApplicationCertificate),
}
LISTS: dict[str, tuple[str, type[Group]]] = {
    "specific_diseases": (
        "SpecificDiseasesCertificateList/SpecificDiseasesCertificateInfo",
        SpecificDiseasesCertificate,
    ),
    "medical_tickets": ("PublicExpenseResultList/MedicalTicketInfo", MedicalTicket),
}
NumberAnswer = EligibilityRecord | SeveralFound | NobodyFound | NumbersRefused


@dataclass(frozen=True, slots=True)
class Asked:
    """What an answer must name to be one to this question."""

    medical_institution_code: str
    identifier: str
    """任意のファイル識別子."""


def read_message(content: bytes, encoding: Encoding, asked: Asked) -> Element | None:
    """Check an answer's file.

    Args:
        content: As it lay in the folder.
        encoding: What 連携アプリ is set to.
        asked: Whose answer it must be.

    Returns:
        The root of a finished answer, also of one that tells an error; None: it is worked on.

    Raises:
        MalformedQualificationError: It is none, or one to another question.
    """
    root = _parse(_text(content, encoding))
    segment = _plain(root, "MessageHeader/SegmentOfResult")
    if root.tag != "XmlMsg" or segment not in ("1", WORKING, FAILED):
        raise MalformedQualificationError("SegmentOfResult")
    for name, value in (
        ("ArbitraryFileIdentifier", asked.identifier),
        ("MedicalInstitutionCode", asked.medical_institution_code),
    ):
        told = _plain(root, f"MessageHeader/{name}")
        # Whoever could not read the question cannot repeat what was in it.
        if told != value and not (told is None and segment == FAILED):
            raise MalformedQualificationError(name)
    return None if segment == WORKING else root


def refusal_in(root: Element) -> NumbersRefused | None:
    """The error that an answer tells, of the whole file or of the one person in it.

    Raises:
        MalformedQualificationError: It says neither that it went well nor that it did not.
    """
    if _plain(root, "MessageHeader/SegmentOfResult") == FAILED:
        header = "MessageHeader/Error"
        return NumbersRefused(_plain(root, f"{header}Code"), _plain(root, f"{header}Message"))
    status = _plain(root, "MessageBody/ProcessingResultStatus")
    if status == IN_ERROR:
        return NumbersRefused(*_result(root))
    if status != "1":
        raise MalformedQualificationError("ProcessingResultStatus")
    return None


def number_answer_in(root: Element, birth_date: date) -> NumberAnswer:
    """What an answer to a question by numbers says.

    Raises:
        MalformedQualificationError: It cannot be used, or is about somebody of another birth date.
    """
    validity = _plain(root, "MessageBody/QualificationValidity")
    if validity == NOBODY:
        return NobodyFound(*_result(root))
    if (refusal := refusal_in(root)) is not None:
        return refusal
    records = tuple(_records(root))
    if any(each.person.birthdate != f"{birth_date:%Y%m%d}" for each in records):
        raise MalformedQualificationError("Birthdate")
    if validity == SEVERAL or len(records) > 1:
        return SeveralFound(records)
    if not records:
        raise MalformedQualificationError("ResultList")
    return records[0]


def _text(content: bytes, encoding: Encoding) -> str:
    """The file without its declaration."""
    if len(content) > LARGEST_ANSWER_BYTES:
        raise MalformedQualificationError("length")
    text = ""
    with suppress(UnicodeDecodeError):  # which holds the whole file: it is no cause to be told
        text = content.decode(encoding)
    declaration = DECLARATION.match(text)
    if declaration is None or declaration[1].lower() != DECLARED[encoding].lower():
        raise MalformedQualificationError("encoding")
    return text[declaration.end() :]


def _parse(text: str) -> Element:
    # A document type is always written so, and without one there are no entities of its own.
    if "<!DOCTYPE" in text:
        raise MalformedQualificationError("DOCTYPE")
    try:
        return fromstring(text)  # noqa: S314 - see above
    except (ParseError, ValueError) as error:
        raise MalformedQualificationError("XML") from error


def _records(root: Element) -> Iterator[EligibilityRecord]:
    told = _texts(root, EligibilityRecord, "MessageBody/")
    for result in root.iterfind("MessageBody/ResultList/ResultOfQualificationConfirmation"):
        yield read_record({**told, "person": _person(result)})


def _person(result: Element) -> dict[str, object]:
    person: dict[str, object] = dict(_texts(result, InsuredPerson))
    for name, (path, shape) in GROUPS.items():
        if (group := result.find(path)) is not None:
            person[name] = _texts(group, shape)
    for name, (path, shape) in LISTS.items():
        person[name] = [_texts(each, shape) for each in result.iterfind(path)]
    return person


def _texts(parent: Element, shape: type[Group], path: str = "") -> dict[str, str]:
    """What stands in the elements of the plain fields of `shape`."""
    plain = [each.name for each in fields(shape) if each.type in (str, str | None)]
    found = {name: parent.findtext(path + element_name(name)) for name in plain}
    return {name: text.strip(SPACE) for name, text in found.items() if text}


def _result(root: Element) -> tuple[str | None, str | None]:
    result = "MessageBody/ProcessingResult"
    return _plain(root, f"{result}Code"), _plain(root, f"{result}Message")


def _plain(root: Element, path: str) -> str | None:
    """The text of an element, fit to be shown; None: there is none."""
    return UNWRITABLE.sub("", root.findtext(path, "")).strip(SPACE)[:LONGEST_TEXT] or None
