"""Pictures whose people's age and sex are known, in groups."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from device.face.errors import EvaluationError
from device.face.evaluate.copies import find_copies
from device.face.port import Values

PEOPLE_FILE = "people.csv"
"""Beside the pictures: `path,age,sex` with sex `f` or `m`; `person` where somebody has several."""
_ALL_AGE_FACES = re.compile(r"(?P<serial>\d{5})A(?P<age>\d{2,3})$")
"""File names of the All-Age-Faces set: serial number and age."""
_LAST_WOMAN = 7380
"""Serial number in that set (facts/face.md §4)."""
ADULT, OLD = 18, 60
AGE_BANDS = ((0, 11), (12, 17), (ADULT, OLD - 1), (OLD, 150))
"""First and last year of age: those who are never accepted by face alone come first."""


@dataclass(frozen=True, slots=True)
class Person:
    """One picture's person."""

    path: str
    """Of the picture."""
    age: int
    """Years."""
    sex: str
    """`f` or `m`."""
    name: str = ""
    """What all pictures of one person have in common; empty: there is no other one."""

    @property
    def identity(self) -> str:
        """The same for all pictures of one person."""
        return self.name or self.path

    @property
    def age_band(self) -> tuple[int, int]:
        """First and last year."""
        return next(band for band in AGE_BANDS if self.age <= band[1])

    @property
    def is_adult(self) -> bool:
        """From 18 on, below 60: the people a threshold is chosen for."""
        return ADULT <= self.age < OLD


def read_people(folder: Path) -> list[Person]:
    """Lists the people of a folder, from its table or from names as All-Age-Faces has them.

    Raises:
        EvaluationError: if neither tells ages and sexes.
    """
    table = folder / PEOPLE_FILE
    people = _from_table(table) if table.is_file() else _from_names(folder)
    if not people:
        raise EvaluationError(f'"{folder.name}" needs a {PEOPLE_FILE} with path,age,sex')
    if any(not 0 <= person.age <= AGE_BANDS[-1][1] for person in people):
        raise EvaluationError(f'"{folder.name}" needs ages of 0 to {AGE_BANDS[-1][1]}')
    if len({person.path for person in people}) < len(people):
        raise EvaluationError(f'"{folder.name}" must name each picture once')
    return people


def without_copies(people: Sequence[Person], thumbnails: Mapping[str, Values]) -> list[Person]:
    """Everybody but those whose picture shows the photograph of one who is listed before.

    Args:
        people: as `read_people` lists them.
        thumbnails: by the picture's path; those without a face are missing and stay.
    """
    known = {p.path: thumbnails[p.path] for p in people if p.path in thumbnails}
    copies = find_copies(known)
    return [person for person in people if person.path not in copies]


def grouped(people: Sequence[Person], by: Sequence[str]) -> dict[str, list[Person]]:
    """Groups by `age`, `sex` or both; "all" holds everybody."""
    groups: dict[str, list[Person]] = {"all": list(people)}
    for person in sorted(people, key=lambda person: (person.age_band, person.sex)):
        parts = {"age": _printed(person.age_band), "sex": person.sex}
        name = " ".join(parts[key] for key in by)
        if name:
            groups.setdefault(name, []).append(person)
    return groups


def _printed(age_band: tuple[int, int]) -> str:
    first, last = age_band
    return f"{first}+" if age_band == AGE_BANDS[-1] else f"{first}-{last}"


def _from_table(table: Path) -> list[Person]:
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
        people = [
            Person(row["path"], int(row["age"]), row["sex"], row.get("person") or "")
            for row in rows
        ]
    except (OSError, UnicodeDecodeError, csv.Error, KeyError, TypeError, ValueError) as error:
        raise EvaluationError(f'"{table.name}" needs the columns path,age,sex') from error
    if any(not person.path or person.sex not in ("f", "m") for person in people):
        raise EvaluationError(f'"{table.name}" needs a path and the sex f or m in every line')
    return people


def _from_names(folder: Path) -> list[Person]:
    people = []
    for path in sorted(folder.rglob("*")):
        named = _ALL_AGE_FACES.fullmatch(path.stem)
        if named is not None:
            sex = "f" if int(named["serial"]) <= _LAST_WOMAN else "m"
            people.append(Person(str(path.relative_to(folder)), int(named["age"]), sex))
    return people
