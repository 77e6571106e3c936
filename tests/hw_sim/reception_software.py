"""Reception software that watches a folder, as strict as the strictest known reader of it.

It takes only files of today whose name it knows, whose declared encoding is the one it is set
to, that hold no DTD, at most 4 MiB and exactly one person with every element it cannot do
without; and it never accepts one name twice with different content. What it takes is moved to
`trash`, as real software does, so a second delivery cannot hide by overwriting the first.

Four known programs differ in the rest, and `Client` names them.

Source: facts/oqs.md §2.1, §2.3, §2.4 and §6.2.
"""

import re
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import Enum, auto
from pathlib import Path

NAME = re.compile(r"OQSsiquc01res_face_([0-9]{30})_([0-9]{14})\.xml")
DECLARATION = re.compile(rb'<\?xml version="1\.0" encoding="([A-Za-z0-9_-]+)"[^>]*\?>')
LARGEST_FILE_BYTES = 4 * 1024 * 1024
REQUIRED = ("InsuredCardClassification", "Name", "NameKana", "Sex1", "Birthdate", "InsurerName")
SPACED_INSURER_NUMBER = re.compile(r" *[0-9]+")
CODECS = {"UTF-8": "utf-8", "Shift_JIS": "cp932"}
CHARACTER_CODES = {"UTF-8": "0", "Shift_JIS": "1"}
CARDS_OF_MYCLINIC = {f"0{digit}" for digit in range(1, 8)}
JAPAN = timezone(timedelta(hours=9))


class Client(Enum):
    """Known software, by what it does beside the rules of all."""

    GENERIC = auto()
    MYCLINIC = auto()
    """Fails at any 特定疾病, at 同意取得困難 for them and at 医療扶助."""
    MYNARECEPTION = auto()
    """Wants a reading with letters in it, and finds every file finished."""
    CHANGE_EVENT = auto()
    """Acts on a file that it has seen before, once it is another."""


class RefusedFileError(Exception):
    """The software would not take this file."""


@dataclass(frozen=True)
class TakenFile:
    """One file the software took: its name and its fields."""

    name: str
    header: dict[str, str]
    body: dict[str, str]
    """Plain elements of MessageBody."""
    person: dict[str, str]
    """Plain elements of the person; those of groups as `Group/Element`, of the second group of
    a name as `Group[2]/Element`."""
    content: bytes


class ReceptionSoftware:
    """One program and the folder it watches.

    Args:
        folder: The watched folder.
        encoding: What it is set to: `UTF-8` or `Shift_JIS`.
        today: Day of the files it takes, yyyyMMdd; None for the real one.
        client: Which program it is.
    """

    def __init__(
        self,
        folder: Path,
        encoding: str = "UTF-8",
        today: str | None = None,
        client: Client = Client.GENERIC,
    ) -> None:
        self._folder = folder
        self._trash = folder / "trash"
        self._encoding = encoding
        self._today = today
        self._client = client
        self._seen: dict[str, bytes] = {}
        self.taken: list[TakenFile] = []

    def look(self) -> list[TakenFile]:
        """Take every file that lies there now, and return those."""
        paths = sorted(self._folder.glob("OQS*.xml"))
        new = [self._take(path) for path in paths if self._acts_on(path)]
        self.taken += new
        return new

    def _acts_on(self, path: Path) -> bool:
        if self._client is not Client.CHANGE_EVENT:
            return True
        content = path.read_bytes()
        return self._seen.setdefault(path.name, content) != content

    def read(self, path: Path) -> TakenFile:
        """Read a file by the rules without moving it."""
        return self.read_content(path.name, path.read_bytes())

    def read_content(self, name: str, content: bytes) -> TakenFile:
        """Read what a file of this name would hold, by the rules."""
        self._check_name(name)
        root = self._parse(content)
        header = _plain(root.find("MessageHeader"))
        self._check_header(header)
        body = root.find("MessageBody")
        results = root.findall("MessageBody/ResultList/ResultOfQualificationConfirmation")
        _demand(len(results) == 1, "exactly one person")
        person = _plain(results[0])
        _check_person(person)
        self._check_as_client(person)
        return TakenFile(name, header, _plain(body, is_deep=False), person, content)

    def _take(self, path: Path) -> TakenFile:
        taken = self.read(path)
        self._trash.mkdir(exist_ok=True)
        place = self._trash / path.name
        _demand(not place.exists(), f"name used twice: {path.name}")
        path.rename(place)
        return taken

    def _check_name(self, name: str) -> None:
        match = NAME.fullmatch(name)
        today = self._today or f"{datetime.now(JAPAN):%Y%m%d}"
        _demand(match is not None, "file name")
        _demand(match is not None and match[2].startswith(today), "file of another day")

    def _parse(self, content: bytes) -> ET.Element:
        _demand(len(content) <= LARGEST_FILE_BYTES, "size")
        _demand(b"<!DOCTYPE" not in content and b"<!ENTITY" not in content, "no DTD")
        declared = DECLARATION.match(content)
        _demand(declared is not None, "declaration")
        _demand(declared is not None and declared[1].decode() == self._encoding, "encoding")
        text = content.decode(CODECS[self._encoding])
        return ET.fromstring(text.split("?>", 1)[1])  # noqa: S314 - holds no DTD, see above

    def _check_header(self, header: dict[str, str]) -> None:
        _demand(re.fullmatch("[0-9]{10}", header["MedicalInstitutionCode"]) is not None, "code")
        _demand(header["SegmentOfResult"] == "1", "SegmentOfResult")
        _demand(len(header["ArbitraryFileIdentifier"]) <= 50, "ArbitraryFileIdentifier")
        code = header["CharacterCodeIdentifier"]
        _demand(code == CHARACTER_CODES[self._encoding], "CharacterCodeIdentifier")

    def _check_as_client(self, person: dict[str, str]) -> None:
        match self._client:
            case Client.MYCLINIC:
                card = person["InsuredCardClassification"]
                _demand(card in CARDS_OF_MYCLINIC, f"InsuredCardClassification {card}")
                flag = person.get("SpecificDiseasesCertificateRelatedConsFlg", "0")
                _demand(flag in ("0", "1", "2"), "SpecificDiseasesCertificateRelatedConsFlg")
                _demand(not _has_diseases(person), "SpecificDiseasesCertificateList")
            case Client.MYNARECEPTION:
                _demand(person["NameKana"].strip() != "", "NameKana")
            case _:
                pass


def _has_diseases(person: dict[str, str]) -> bool:
    return any(name.startswith("SpecificDiseasesCertificateList/") for name in person)


def _check_person(person: dict[str, str]) -> None:
    for name in REQUIRED:
        _demand(person.get(name, "") != "", name)
    for name, text in person.items():
        _demand(text != "", f"empty {name}")
    number = person["InsurerNumber"]
    _demand(len(number) == 8 and SPACED_INSURER_NUMBER.fullmatch(number) is not None, number)
    if _has_diseases(person):
        flag = person.get("SpecificDiseasesCertificateRelatedConsFlg")
        _demand(flag == "1", "consent to diseases")
        _demand("SpecificDiseasesCertificateRelatedConsTime" in person, "time of that consent")
    for name, flag in person.items():
        if name.endswith("InfoConsFlg"):
            prefix = name.removesuffix("ConsFlg")
            has_times = f"{prefix}ConsTime" in person and f"{prefix}AvailableTime" in person
            _demand(has_times == (flag == "1"), f"times of {prefix}")


def _plain(element: ET.Element | None, *, is_deep: bool = True) -> dict[str, str]:
    _demand(element is not None, "missing group")
    plain: dict[str, str] = {}
    groups: Counter[str] = Counter()
    for child in element if element is not None else ():
        if len(child) == 0:
            _demand(child.tag not in plain, f"{child.tag} twice")
            plain[child.tag] = child.text or ""
        elif is_deep:
            groups[child.tag] += 1
            tag = f"{child.tag}[{groups[child.tag]}]" if groups[child.tag] > 1 else child.tag
            plain |= {f"{tag}/{name}": text for name, text in _plain(child).items()}
    return plain


def _demand(is_met: bool, rule: str) -> None:
    if not is_met:
        raise RefusedFileError(rule)
