"""連携アプリ, asked through its folders: persons by the numbers on their papers, never cards.

It takes no certificate (decision 0031), so whoever lays a card is asked for consents and known to
nobody here, as with `none`. Staff look up what a paper shows (`NumberLookup`) and register the
clinic's number of a patient (`ReferenceNumbers`).

| file | in | says |
|---|---|---|
| `OQSsiquc01req_<yyyyMMdd><5 digits>.xml` | `req` | whose insurance is it, by its numbers? |
| `OQSsiimm01req_<yyyyMMdd><5 digits>.xml` | `req` | this is our number of the patient |
| the same with `res_` for `req_` | `res` | the answer |

Not certain is the layout of the first question: its elements are those that answers repeat
(`QualificationConfirmSearchInfo`). Nothing of this was tried with the real 連携アプリ.

Source: facts/oqs.md §2.2, §2.3, §3.2, §5.2.
"""

import secrets
import threading
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated
from xml.etree.ElementTree import Element, SubElement

from msgspec import Meta

from agent.characters import Encoding, fits
from agent.clock import JAPAN, Clock, SystemClock
from agent.eligibility._everybody import EverybodySettings, SameForEverybody
from agent.eligibility._oqs_answer import (
    Asked,
    NumberAnswer,
    number_answer_in,
    read_message,
    refusal_in,
)
from agent.eligibility._oqs_folders import OqsFolders
from agent.eligibility.port import (
    EligibilitySource,
    InsuredNumbers,
    NumberQuery,
    NumbersRefused,
)
from agent.errors import MalformedNumberError
from agent.finding import Finding
from agent.oqs_xml import add, document, element_name, padded
from agent.qualification import UNWRITABLE
from agent.reachable import try_folder

LONGEST_REFERENCE = 50
LOOK_UP, REGISTER = "OQSsiquc01", "OQSsiimm01"


class Settings(EverybodySettings, frozen=True, kw_only=True):
    """What `[eligibility]` holds for `source = "oqs_folder"`."""

    folder: Path
    """Of 連携アプリ, with `req` and `res` in it, such as C:/OQS or its share."""
    encoding: Encoding = Encoding.UTF_8
    """What 連携アプリ is set to, for both directions."""
    timeout_s: Annotated[float, Meta(ge=1, le=600)] = 180.0
    """Longest wait for an answer."""


def create(settings: Settings) -> EligibilitySource:
    """Make the source; the folders may still be missing."""
    return OqsFolder(settings, SystemClock(), threading.Event())


def examine(settings: Settings) -> Sequence[Finding]:
    """Whether questions and answers can be written and taken away; nobody is asked for."""
    return [try_folder(settings.folder / name) for name in ("req", "res")]


class OqsFolder(SameForEverybody):
    """The folders of one 連携アプリ.

    Args:
        settings: Where they are.
        clock: Names the questions and measures the wait.
        is_ending: Set by `close`; waited for between two looks.
    """

    def __init__(self, settings: Settings, clock: Clock, is_ending: threading.Event) -> None:
        super().__init__(settings)
        self._encoding = settings.encoding
        self._clock = clock
        self._is_ending = is_ending
        self._folders = OqsFolders(settings.folder, settings.timeout_s, clock, is_ending.wait)

    def look_up(self, query: NumberQuery) -> NumberAnswer:
        """See `NumberLookup.look_up`."""
        root, body, asked = self._message(query.medical_institution_code)
        add(root[0], "QualificationConfirmationDate", f"{query.on:%Y%m%d}")
        searched = SubElement(body, "QualificationConfirmSearchInfo")
        self._add_numbers(searched, query.numbers)
        add(searched, "Birthdate", f"{query.birth_date:%Y%m%d}")
        consent = "1" if query.agrees_to_limit else "0"
        add(searched, "LimitApplicationCertificateRelatedConsFlg", consent)
        return number_answer_in(self._exchange(LOOK_UP, root, asked), query.birth_date)

    def register(
        self, medical_institution_code: str, reference_number: str, numbers: InsuredNumbers
    ) -> NumbersRefused | None:
        """See `ReferenceNumbers.register`."""
        if not 0 < len(reference_number) <= LONGEST_REFERENCE:
            raise MalformedNumberError("reference_number")
        root, body, asked = self._message(medical_institution_code)
        registered = SubElement(body, "ReferenceNumberRegistrationInfo")
        self._add(registered, "reference_number", reference_number)
        self._add_numbers(registered, numbers)
        return refusal_in(self._exchange(REGISTER, root, asked))

    def close(self) -> None:
        """Whoever still waits is told that there was no answer in time."""
        self._is_ending.set()

    def _message(self, medical_institution_code: str) -> tuple[Element, Element, Asked]:
        """An empty question: its root, its body and what the answer will be known by."""
        asked = Asked(medical_institution_code, _identifier(self._clock.now()))
        root = Element("XmlMsg")
        header = SubElement(root, "MessageHeader")
        add(header, "MedicalInstitutionCode", asked.medical_institution_code)
        add(header, "ArbitraryFileIdentifier", asked.identifier)
        return root, SubElement(root, "MessageBody"), asked

    def _add_numbers(self, parent: Element, numbers: InsuredNumbers) -> None:
        add(parent, "InsurerNumber", padded(numbers.insurer_number))
        self._add(parent, "insured_card_symbol", numbers.insured_card_symbol)
        self._add(parent, "insured_identification_number", numbers.insured_identification_number)
        self._add(parent, "insured_branch_number", numbers.insured_branch_number)

    def _add(self, parent: Element, name: str, text: str) -> None:
        """Add what there is.

        Raises:
            MalformedNumberError: The encoding has no such character: a ● would be another number.
        """
        if UNWRITABLE.search(text) or not fits(text, self._encoding):
            raise MalformedNumberError(name)
        if text:
            add(parent, element_name(name), text)

    def _exchange(self, kind: str, root: Element, asked: Asked) -> Element:
        read = partial(read_message, encoding=self._encoding, asked=asked)
        return self._folders.exchange(kind, document(root, self._encoding), read)


def _identifier(now: datetime) -> str:
    """Unlike any other: the millisecond, and eight digits by chance."""
    return f"{now.astimezone(JAPAN):%Y%m%d%H%M%S%f}"[:-3] + f"-{secrets.token_hex(4)}"
