"""Small parts that FHIR resources are made of, as plain dictionaries ready for JSON.

Source: FHIR R4 (4.0.1) datatypes; facts/oqs.md §10 (widths of characters).
"""

import re
from datetime import date
from typing import Any
from unicodedata import normalize

Element = dict[str, Any]
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
OQS_CODES = "urn:uketsuke:OQSCD"
"""Before the number of a table of 別紙5-1: no public address of these tables is known, so it is
ours."""
EARLIEST_DAY = "18000101"
HALF_WIDTH_KANA = re.compile("[\uff61-\uff9f]+")
FULL_WIDTH = {0x20: 0x3000} | {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
"""ASCII to its full-width twins."""


def present(**fields: object) -> Element:
    """An element of the fields that there are: R4 allows none that is empty."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}


def concept(system: str, code: str, display: str | None = None) -> Element:
    """CodeableConcept of one code."""
    return {"coding": [present(system=system, code=code, display=display)]}


def oqs_concept(table: str, code: str, meanings: dict[str, str]) -> Element:
    """CodeableConcept of a code of 別紙5-1, such as table 016; text only where it is not known."""
    meaning = meanings.get(code)
    return concept(f"{OQS_CODES}{table}", code, meaning) if meaning else {"text": code}


def identifier(system: str, value: str) -> Element:
    """Identifier."""
    return {"system": system, "value": value}


def extension(url: str, **value: str | None) -> list[Element]:
    """Extension with one `valueX`, in a list; no extension where there is no value."""
    return [{"url": url, **value}] if all(value.values()) else []


def day(text: str | None) -> str | None:
    """A FHIR date of yyyyMMdd; None for what stands for an unknown day, such as 00 or year 1."""
    if text is None or text < EARLIEST_DAY:
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])).isoformat()
    except ValueError:  # no calendar has it
        return None


def period(start: str | None, end: str | None) -> Element:
    """Period of two FHIR dates or times, both inclusive; nothing if it ends before it starts."""
    if start and end and end < start:  # invariant per-1
        return {}
    return present(start=start, end=end)


def full_width(text: str) -> str:
    """The text in full-width characters alone; no character gets another meaning."""
    kana = HALF_WIDTH_KANA.sub(lambda run: normalize("NFKC", run[0]), text)
    return kana.translate(FULL_WIDTH)
