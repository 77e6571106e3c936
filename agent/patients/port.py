"""The clinic's patients as the agent sees them, and where their numbers are made known."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from agent.qualification import EligibilityRecord

LONGEST_NUMBER = 50
"""Characters of a clinic's number (照会番号, facts/oqs.md §3.3)."""


@dataclass(frozen=True, slots=True, repr=False)
class Patient:
    """Somebody whom the clinic knows; never shows in a repr."""

    number: str
    """The clinic's own number, which 照会番号 repeats."""
    kana: str
    """As the clinic writes it; `agent.kana.kana_key` makes it comparable."""
    birth_date: date
    name: str | None = None
    """For staff to look at; nothing is compared with it."""


@dataclass(frozen=True, slots=True)
class ListState:
    """How much of the list could be used."""

    patients: int
    """Entries that name somebody; one that is there twice counts twice."""
    bad_lines: int
    """Lines in which nobody could be read; whoever stands there is not found."""
    first_bad_line: int | None
    """The first of them, counted from 1; None: there is none."""


class PatientList(Protocol):
    """Looks patients up; used by one thread at a time. An entry that is there twice is given twice.

    Every method reads the source anew where it changed, which may take a second, and raises
    `PatientsUnavailableError` where it cannot be read: that is not the same as nobody found.
    """

    def with_number(self, number: str) -> Sequence[Patient]:
        """All whose number has the same `number_key`."""
        ...

    def born_on(self, day: date) -> Sequence[Patient]:
        """All who were born that day."""
        ...

    def state(self) -> ListState:
        """What staff should be told of the list."""
        ...


class NumberRegistration(Protocol):
    """Makes the clinic's number of a person known to the eligibility network (照会番号登録)."""

    def register(self, visit_id: bytes, record: EligibilityRecord, number: str) -> None:
        """Start it and return: staff wait. The same may be registered again.

        Args:
            visit_id: For which staff chose the number; they are told of it if this fails.
            record: Of the person; it names no 照会番号 yet.
            number: The clinic's own, 1 to `LONGEST_NUMBER` characters.

        Raises:
            Exception: Anything: whoever calls goes on without it, for it must not stop reception.
        """
        ...


def number_key(number: str) -> str:
    """The same text for a number in full or half width, with or without zeros before it."""
    return unicodedata.normalize("NFKC", number).strip().lstrip("0")
