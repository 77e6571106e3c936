"""連携アプリ as a world of its own: it takes questions from `req` and puts answers into `res`.

It knows fictitious persons by the numbers on their papers, keeps the 照会番号 that it is told, and
can be late, talk twice, be interrupted, or answer somebody else. `look` does what it would do now;
`serving` lets a thread look again and again.

Source: facts/oqs.md §2.2, §2.4, §3, §5.1 and §5.2; written from them alone.
"""

import random
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import Any

from tests.hw_sim.eligibility_service import Person

CODECS = {"UTF-8": "utf-8", "Shift_JIS": "cp932"}
LOOK_S = 0.05
ELEMENTS_OF_GROUPS = {
    "elderly": "ElderlyRecipientCertificateInfo",
    "limit": "LimitApplicationCertificateRelatedInfo",
}
ELEMENTS_OF_LISTS = {
    "specific_diseases": ("SpecificDiseasesCertificateList", "SpecificDiseasesCertificateInfo"),
    "medical_tickets": ("PublicExpenseResultList", "MedicalTicketInfo"),
}


class Fault(Enum):
    """What goes wrong with one answer."""

    SILENT = auto()
    """The question is taken and never answered."""
    HALF = auto()
    """Half of it is there for some looks, then all."""
    IN_PROGRESS = auto()
    """It first says 処理中."""
    TWICE = auto()
    """It is written again after it was taken away."""
    OTHER_QUESTION = auto()
    """It names another question."""
    OTHER_INSTITUTION = auto()
    OTHER_PERSON = auto()
    """Somebody else has these numbers in it."""
    OTHER_FILE = auto()
    """It lies under the name of another question."""
    OTHER_ENCODING = auto()
    """It declares what it is not set to."""
    FALSE_ENCODING = auto()
    """It is not written as it declares."""
    GARBAGE = auto()
    DOCTYPE = auto()
    HUGE = auto()
    FILE_ERROR = auto()
    """処理結果区分 9."""
    PERSON_ERROR = auto()
    """処理結果状況 2."""


@dataclass
class Question:
    """One question that was taken."""

    name: str
    header: dict[str, str]
    values: dict[str, str]
    """Elements of the numbers, as they came."""
    content: bytes = field(repr=False)


class OqsApp:
    """One 連携アプリ.

    Args:
        folder: Where it makes `req` and `res`.
        encoding: What it is set to: `UTF-8` or `Shift_JIS`.
    """

    def __init__(self, folder: Path, encoding: str = "UTF-8") -> None:
        self.requests, self.answers = folder / "req", folder / "res"
        for each in (self.requests, self.answers):
            each.mkdir(parents=True)
        self._encoding = encoding
        self._persons: list[Person] = []
        self._later: list[tuple[int, Path, bytes]] = []
        """Looks to wait, then what to write where."""
        self.is_running = True
        self.faults: list[Fault] = []
        """For the next answers, one each."""
        self.latency_looks = 0
        self.questions: list[Question] = []
        self.references: dict[str, str] = {}
        """照会番号 by the number of the insured person."""

    def insure(self, *persons: Person) -> None:
        """These are known from now on."""
        self._persons.extend(persons)

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Look again and again, in a thread."""
        end = threading.Event()

        def serve() -> None:
            while not end.wait(LOOK_S):
                self.look()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield
        finally:
            end.set()
            thread.join()

    def look(self) -> None:
        """Take what lies there, and write what is due."""
        if not self.is_running:
            return
        due = [each for each in self._later if each[0] <= 0]
        self._later = [(each[0] - 1, each[1], each[2]) for each in self._later if each[0] > 0]
        for _, path, content in due:
            path.write_bytes(content)
        for path in sorted(self.requests.glob("OQSsi*req_*.xml")):
            content = path.read_bytes()
            path.unlink()
            self._take(path.name, content)

    def _take(self, name: str, content: bytes) -> None:
        root = ET.fromstring(content.decode(CODECS[self._encoding]).split("?>", 1)[1])  # noqa: S314 - ours
        header = {each.tag: each.text or "" for each in root[0]}
        question = Question(name, header, {e.tag: e.text or "" for e in root[1][0]}, content)
        self.questions.append(question)
        fault = self.faults.pop(0) if self.faults else None
        answer = _Answer(question, self._encoding, fault)
        if name.startswith("OQSsiimm01"):
            self.references[question.values["InsuredIdentificationNumber"]] = question.values[
                "ReferenceNumber"
            ]
        else:
            found = [each for each in self._persons if _is_asked_for(each, question.values)]
            answer.tell(found)
        self._plan(name.replace("req_", "res_"), answer, fault)

    def _plan(self, name: str, answer: "_Answer", fault: Fault | None) -> None:
        path, looks, whole = self.answers / name, self.latency_looks, answer.written()
        match fault:
            case Fault.SILENT:
                return
            case Fault.HALF:
                self._later.append((looks, path, whole[: len(whole) // 2]))
                looks += 4
            case Fault.IN_PROGRESS:
                self._later.append((looks, path, answer.in_progress()))
                looks += 20
            case Fault.TWICE:
                self._later.append((looks + 4, path, whole))
            case Fault.OTHER_FILE:
                path = path.with_name("OQSsiquc01res_2026112299999.xml")
        self._later.append((looks, path, whole))


class _Answer:
    def __init__(self, question: Question, encoding: str, fault: Fault | None) -> None:
        self._encoding, self._fault = encoding, fault
        self.root = ET.Element("XmlMsg")
        header = ET.SubElement(self.root, "MessageHeader")
        told = question.header | {"SegmentOfResult": "1", "ReferenceClassification": "2"}
        match fault:
            case Fault.OTHER_QUESTION:
                told["ArbitraryFileIdentifier"] += "0"
            case Fault.OTHER_INSTITUTION:
                told["MedicalInstitutionCode"] = "1399999999"
            case Fault.FILE_ERROR:
                told = {"SegmentOfResult": "9", "ErrorCode": "E1", "ErrorMessage": "形式の誤り"}
        _add_all(header, told)
        self.body = ET.SubElement(self.root, "MessageBody")
        status = {"ProcessingResultStatus": "1"}
        if fault is Fault.PERSON_ERROR:
            status = {
                "ProcessingResultStatus": "2",
                "ProcessingResultCode": "P2",
                "ProcessingResultMessage": "確認できません",
            }
        _add_all(self.body, status)

    def tell(self, persons: list[Person]) -> None:
        """Who was found: nobody, one, several."""
        if self._fault in (Fault.PERSON_ERROR, Fault.FILE_ERROR):
            return
        validities = {each["record"]["qualification_validity"] for each in persons}
        validity = "4" if not persons else "5" if len(persons) > 1 else validities.pop()
        _add_all(self.body, {"QualificationValidity": validity})
        for person in persons:
            results = self.body.find("ResultList")
            if results is None:
                results = ET.SubElement(self.body, "ResultList")
            result = ET.SubElement(results, "ResultOfQualificationConfirmation")
            _add_person(result, person["record"]["person"], self._fault)

    def written(self) -> bytes:
        codec, declared = CODECS[self._encoding], self._encoding
        text, prolog = ET.tostring(self.root, encoding="unicode"), ""
        others = {"UTF-8": "Shift_JIS", "Shift_JIS": "UTF-8"}
        match self._fault:
            case Fault.GARBAGE:
                return bytes(range(256))
            case Fault.HUGE:
                text += "<!--" + "x" * 5_000_000 + "-->"
            case Fault.DOCTYPE:
                prolog = '<!DOCTYPE XmlMsg [<!ENTITY name "受付">]>'
            case Fault.OTHER_ENCODING:
                declared = others[declared]
                codec = CODECS[declared]
            case Fault.FALSE_ENCODING:
                codec = CODECS[others[declared]]
        declaration = f'<?xml version="1.0" encoding="{declared}" standalone="no"?>\r\n'
        return (declaration + prolog + text).encode(codec)

    def in_progress(self) -> bytes:
        text = self.written().decode(CODECS[self._encoding])
        working = text.replace("<SegmentOfResult>1<", "<SegmentOfResult>2<")
        return working.encode(CODECS[self._encoding])


def _is_asked_for(person: Person, values: dict[str, str]) -> bool:
    known = person["record"]["person"]
    return all(
        values.get(_camel(name), "").strip(" ") == (known.get(name) or "")
        for name in (
            "insurer_number",
            "insured_card_symbol",
            "insured_identification_number",
            "insured_branch_number",
            "birthdate",
        )
    )


def _add_person(result: ET.Element, person: dict[str, Any], fault: Fault | None) -> None:
    plain = {_camel(name): value for name, value in person.items() if isinstance(value, str)}
    plain["InsurerNumber"] = plain["InsurerNumber"].rjust(8)
    if fault is Fault.OTHER_PERSON:
        plain["Birthdate"] = "19000101"
    _add_all(result, plain)
    for name, element in ELEMENTS_OF_GROUPS.items():
        if name in person:
            group = {_camel(key): value for key, value in person[name].items()}
            _add_all(ET.SubElement(result, element), group)
    for name, (listed, element) in ELEMENTS_OF_LISTS.items():
        if name in person:
            groups = ET.SubElement(result, listed)
            for each in person[name]:
                group = {_camel(key): value for key, value in each.items()}
                _add_all(ET.SubElement(groups, element), group)


def _add_all(parent: ET.Element, texts: dict[str, str]) -> None:
    """In an order that nobody can rely on."""
    for name in random.Random(len(texts)).sample(list(texts), len(texts)):
        ET.SubElement(parent, name).text = texts[name]


def _camel(name: str) -> str:
    return name.title().replace("_", "")
