"""Patient lists for tests: one in memory, and rows as a clinic's software exports them."""

import os
import time
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from agent.patients.port import ListState, Patient, number_key

TARO = Patient("24434", "ウケツケ　タロウ", date(1955, 6, 1), "受付　太郎")
HANAKO = Patient("00077", "シケン　ハナコ", date(1990, 2, 3), "試験　花子")
HEADER = "患者番号,カナ氏名,生年月日,氏名"
ROWS = ("24434,ｳｹﾂｹ ﾀﾛｳ,1955-06-01,受付　太郎", "00077,シケン　ハナコ,19900203,試験　花子")


class ListInMemory:
    """A `PatientList` without a file."""

    def __init__(self, patients: Iterable[Patient]) -> None:
        self._patients = tuple(patients)

    def with_number(self, number: str) -> Sequence[Patient]:
        wanted = number_key(number)
        return [each for each in self._patients if number_key(each.number) == wanted]

    def born_on(self, day: date) -> Sequence[Patient]:
        return [each for each in self._patients if each.birth_date == day]

    def state(self) -> ListState:
        return ListState(len(self._patients), 0, None)


def write_list(path: Path, *rows: str, encoding: str = "utf-8", age_s: float = 60) -> None:
    """The header and these rows, last changed so long ago."""
    path.write_text("\r\n".join([HEADER, *rows, ""]), encoding=encoding, newline="")
    changed = time.time() - age_s
    os.utime(path, (changed, changed))
