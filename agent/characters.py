"""Characters of a record that an encoding of reception files cannot hold.

Which they are is a part of somebody's name or address: it is shown to staff beside the reading,
and never logged.

Source: facts/oqs.md §2.4, §9 (the ● problem).
"""

import re
from dataclasses import dataclass, replace
from enum import StrEnum, unique
from typing import Any

from agent.qualification import EligibilityRecord, Part, groups_of, texts_of

GETA = "〓"
"""Stands in print for a letter that is not at hand; every encoding here has it."""
CHARACTER = re.compile("(?s:.)[\u0300-\u036f\u3099\u309a\ufe00-\ufe0f\U000e0100-\U000e01ef]*")
"""A character with the marks and variation selectors that make it another one."""
MAY_HOLD_GETA = frozenset(
    (
        "processing_result_message",
        "insured_name",
        "name",
        "name_of_other",
        "address",
        "insurer_name",
        "designated_medical_institution_name",
        "prescription_issuer_medical_institution_name",
        "injury_name1",
        "injury_name2",
        "injury_name3",
        "district_contact_name",
        "handling_contact_name",
        "remarks1",
        "remarks2",
        "remarks3",
    )
)
"""Texts that only people read. No number, and not the reading: it says what 〓 stands for."""


@unique
class Encoding(StrEnum):
    """Encodings reception software can be set to."""

    UTF_8 = "utf-8"
    CP932 = "cp932"


@dataclass(frozen=True, slots=True, repr=False)
class UnwritableText:
    """A text with characters that cannot be written; it never shows in a repr."""

    field: str
    """As in `agent.qualification`."""
    characters: tuple[str, ...]
    """Each once, in their order, with their variation selectors."""

    @property
    def code_points(self) -> tuple[str, ...]:
        """Of each character, such as `U+20BB7` or `U+845B U+E0100`."""
        return tuple(" ".join(f"U+{ord(part):04X}" for part in each) for each in self.characters)


def unwritable_texts(record: EligibilityRecord, encoding: Encoding) -> tuple[UnwritableText, ...]:
    """What of a record cannot be written; nothing in UTF-8."""
    return tuple(
        UnwritableText(name, tuple(dict.fromkeys(characters)))
        for group in groups_of(record)
        for name, text in texts_of(group)
        if (characters := [each for each in CHARACTER.findall(text) if not fits(each, encoding)])
    )


def with_geta(record: EligibilityRecord, encoding: Encoding) -> EligibilityRecord:
    """The record with 〓 for each character that cannot be written."""

    def written(group: Part) -> Part:
        texts: dict[str, Any] = {name: _with_geta(text, encoding) for name, text in texts_of(group)}
        return replace(group, **texts)

    person = written(record.person)
    tickets = tuple(written(each) for each in person.medical_tickets)
    return replace(written(record), person=replace(person, medical_tickets=tickets))


def _with_geta(text: str, encoding: Encoding) -> str:
    return CHARACTER.sub(lambda each: each[0] if fits(each[0], encoding) else GETA, text)


def fits(text: str, encoding: Encoding) -> bool:
    """Whether an encoding has all these characters."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
