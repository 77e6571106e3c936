"""Patients from a CSV file that the clinic's software exports, whenever it likes.

The file is read when somebody is looked up and it is another than before. A list of which a part is
missing could make one patient out of two, so a file that is still being written is not read; the
list before it serves meanwhile.
"""

import csv
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal, Self

from agent.errors import PatientsUnavailableError
from agent.finding import Finding
from agent.patients._birth_dates import read_birth_date
from agent.patients.port import LONGEST_NUMBER, ListState, Patient, PatientList, number_key
from agent.tables import Table

STILL_WRITTEN_S = 2.0
"""A file that changed less than so long ago may still be written."""
LONGEST_ROW_LINES = 20
"""A longer row is a quotation mark that nobody closed, with other patients inside."""
REPLACEMENT = "\ufffd"
"""What Python puts in place of bytes that are not in the file's encoding."""


class Settings(Table, frozen=True):
    """What `[patients]` holds for `source = "csv_file"`."""

    path: Path
    number_column: str
    """Heading of the column with the clinic's own number."""
    kana_column: str
    birth_date_column: str
    """Western or of an era; see `read_birth_date`."""
    name_column: str = ""
    """Left out: staff see the kana only."""
    encoding: Literal["utf-8", "cp932"] = "utf-8"


def create(settings: Settings) -> PatientList:
    """Make the list; the file is first read when somebody is looked up."""
    return CsvFile(settings)


def examine(settings: Settings) -> Sequence[Finding]:
    """Reads the whole list."""
    try:
        state = CsvFile(settings).state()
    except PatientsUnavailableError as error:
        return [Finding.told_by(error)]
    found = f"{settings.path} names {_counted(state.patients, 'patient')}"
    if not state.bad_lines:
        return [Finding(found)]
    return [
        Finding(
            f"{found}, and {_counted(state.bad_lines, 'line')} that cannot be read",
            f"Look at line {state.first_bad_line} first: whoever stands there is not found.",
        )
    ]


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


@dataclass(slots=True, repr=False)
class _Index:
    """All patients of one state of the file."""

    by_number: dict[str, list[Patient]] = field(default_factory=dict)
    by_birth_date: dict[date, list[Patient]] = field(default_factory=dict)
    patients: int = 0
    bad_lines: int = 0
    first_bad_line: int | None = None

    def add(self, patient: Patient) -> None:
        self.by_number.setdefault(number_key(patient.number), []).append(patient)
        self.by_birth_date.setdefault(patient.birth_date, []).append(patient)
        self.patients += 1

    def add_bad(self, lines: range) -> None:
        self.bad_lines += len(lines)
        self.first_bad_line = self.first_bad_line or lines.start


class CsvFile:
    """See `PatientList`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._index: _Index | None = None
        self._read: tuple[int, ...] | None = None
        """Which state of the file the index is of."""

    def with_number(self, number: str) -> Sequence[Patient]:
        """See `PatientList.with_number`."""
        return tuple(self._current().by_number.get(number_key(number), ()))

    def born_on(self, day: date) -> Sequence[Patient]:
        """See `PatientList.born_on`."""
        return tuple(self._current().by_birth_date.get(day, ()))

    def state(self) -> ListState:
        """See `PatientList.state`."""
        index = self._current()
        return ListState(index.patients, index.bad_lines, index.first_bad_line)

    def _current(self) -> _Index:
        try:
            found = self._settings.path.stat()
            if self._index is not None and self._read == _signature(found):
                return self._index
            if abs(time.time() - found.st_mtime) >= STILL_WRITTEN_S:
                self._read_file()
        except OSError as error:
            raise PatientsUnavailableError(
                f"{self._settings.path} cannot be read: {error.strerror}"
            ) from None
        if self._index is None:
            raise PatientsUnavailableError(
                f"{self._settings.path} is being written: ask again in a few seconds"
            )
        return self._index

    def _read_file(self) -> None:
        """Take the file over, unless it changes meanwhile."""
        # Bytes in another encoding spoil their own row only.
        encoding = self._settings.encoding.replace("utf-8", "utf-8-sig")
        with self._settings.path.open(encoding=encoding, errors="replace", newline="") as file:
            before = _signature(os.fstat(file.fileno()))
            index = _read_patients(file, self._settings)
        if _signature(self._settings.path.stat()) == before:
            self._index, self._read = index, before


def _signature(found: os.stat_result) -> tuple[int, ...]:
    return found.st_ino, found.st_size, found.st_mtime_ns


def _read_patients(file: Iterable[str], settings: Settings) -> _Index:
    """The whole file.

    Raises:
        PatientsUnavailableError: Its first row does not name the columns.
    """
    rows = _rows(file)
    _, header = next(rows, (range(0), None))
    columns = _Columns.of(header or [], settings)
    index = _Index()
    for lines, row in rows:
        patient = columns.patient(row) if row else None
        if patient:
            index.add(patient)
        else:
            index.add_bad(lines)
    return index


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where in a row things stand."""

    width: int
    number: int
    kana: int
    birth_date: int
    name: int | None

    @classmethod
    def of(cls, header: list[str], settings: Settings) -> Self:
        """Find the columns by their headings."""
        headings = [heading.strip() for heading in header]

        def place(key: str, heading: str) -> int:
            if headings.count(heading) != 1:
                raise PatientsUnavailableError(
                    f"{settings.path} must have one column {heading!r} in its first row: look at"
                    f" {key} and encoding in [patients]"
                )
            return headings.index(heading)

        return cls(
            width=len(headings),
            number=place("number_column", settings.number_column),
            kana=place("kana_column", settings.kana_column),
            birth_date=place("birth_date_column", settings.birth_date_column),
            name=place("name_column", settings.name_column) if settings.name_column else None,
        )

    def patient(self, row: list[str]) -> Patient | None:
        """Who stands in a row, if it is whole."""
        if len(row) != self.width:
            return None
        number, kana = row[self.number].strip(), row[self.kana].strip()
        name = None if self.name is None else row[self.name].strip() or None
        birth_date = read_birth_date(row[self.birth_date])
        if not (number and kana and birth_date) or len(number) > LONGEST_NUMBER:
            return None
        if REPLACEMENT in f"{number}{kana}{name}":
            return None
        return Patient(number, kana, birth_date, name)


def _rows(file: Iterable[str]) -> Iterator[tuple[range, list[str] | None]]:
    """Each row with its lines; None where it is none."""
    reader = csv.reader(file, strict=True)
    row: list[str] | None
    while True:
        start = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            row = None
        lines = range(start, reader.line_num + 1)
        if row != []:
            yield lines, row if len(lines) <= LONGEST_ROW_LINES else None
