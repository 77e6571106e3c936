"""The clinic's list as its software exports it: read when it changed, whole or not at all."""

import os
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import agent.patients
from agent.adapters import create_adapter, examine_adapter
from agent.errors import ConfigError, PatientsUnavailableError
from agent.matching import OneMatch, SeveralMatches, match_patient
from agent.patients import csv_file
from agent.patients.csv_file import CsvFile, Settings
from agent.patients.port import ListState
from tests.agent.patients.written_list import HANAKO, HEADER, ROWS, TARO, write_list
from tests.agent.world import RECORD

SETTINGS = {
    "path": "patients.csv",
    "number_column": "患者番号",
    "kana_column": "カナ氏名",
    "birth_date_column": "生年月日",
    "name_column": "氏名",
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    written = tmp_path / "patients.csv"
    write_list(written, *ROWS)
    return written


def the_list(path: Path, **settings: str) -> CsvFile:
    made = create_adapter(agent.patients, "csv_file", {**SETTINGS, **settings}, path.parent)
    assert isinstance(made, CsvFile)
    return made


def numbers(path: Path, *rows: str) -> tuple[list[str], ListState]:
    """Of those born on the day of 受付 太郎, from a list with these rows."""
    write_list(path, *rows)
    patients = the_list(path)
    return [each.number for each in patients.born_on(TARO.birth_date)], patients.state()


def test_patients_are_found_by_number_and_by_birth_date(path: Path) -> None:
    patients = the_list(path)
    assert patients.with_number("０２４４３４") == (replace(TARO, kana="ｳｹﾂｹ ﾀﾛｳ"),)
    assert patients.with_number("77") == patients.born_on(date(1990, 2, 3)) == (HANAKO,)
    assert patients.with_number("1") == patients.born_on(date(1990, 2, 4)) == ()
    assert patients.state() == ListState(patients=2, bad_lines=0, first_bad_line=None)


def test_the_doctor_reads_the_whole_list(path: Path) -> None:
    def said() -> list[str]:
        found = examine_adapter(agent.patients, "csv_file", SETTINGS, path.parent)
        return [str(each) for each in found]

    assert said() == [f"{path} names 2 patients"]
    write_list(path, *ROWS, "nobody")
    assert said() == [
        f"{path} names 2 patients, and 1 line that cannot be read. Look at line 4 first: whoever"
        " stands there is not found."
    ]
    path.unlink()
    assert said() == [f"the list of patients {path} cannot be read: No such file or directory."]


def test_it_may_be_written_in_cp932_and_without_names(path: Path) -> None:
    write_list(path, *ROWS, encoding="cp932")
    (found,) = the_list(path, encoding="cp932", name_column="").with_number("77")
    assert (found.kana, found.name) == (HANAKO.kana, None)


def test_a_byte_order_mark_is_no_part_of_the_heading(path: Path) -> None:
    write_list(path, *ROWS, encoding="utf-8-sig")
    assert the_list(path).state().patients == 2


@pytest.mark.parametrize("written", [" 1955/6/1 ", "昭和30年6月1日", "3300601"])
def test_dates(path: Path, written: str) -> None:
    assert numbers(path, f"1,ア,{written},")[0] == ["1"]


BAD = [
    ",ア,19550601,",
    "2,,19550601,",
    "2,ア,,",
    "2,ア,1955061,",
    "2,ア,19550631,",
    "2,ア,55.6.1,",
    "2,ア,19550601",
    "2,ア,19550601,,",
    f"{'2' * 51},ア,19550601,",
    '2,"ア"イ,19550601,',
    "2,\udcff,19550601,",
]


@pytest.mark.parametrize("row", BAD)
def test_a_bad_row_is_counted_and_costs_nobody_else(path: Path, row: str) -> None:
    rows = "\n".join((HEADER, ROWS[0], row, "3,イ,19550601,"))
    path.write_text(rows, encoding="utf-8", errors="surrogateescape")
    os.utime(path, (1, 1))
    patients = the_list(path)
    assert [each.number for each in patients.born_on(TARO.birth_date)] == ["24434", "3"]
    assert patients.state() == ListState(patients=2, bad_lines=1, first_bad_line=3)


def test_empty_lines_are_not_bad(path: Path) -> None:
    assert numbers(path, "", ROWS[0], "") == (["24434"], ListState(1, 0, None))


def test_a_quotation_mark_that_nobody_closed_is_told(path: Path) -> None:
    """Whoever stands behind it is lost, which must not look like a good list."""
    rows = [f"{number},ア,19550601," for number in range(1, 31)]
    found, state = numbers(path, '0,ア,19550601,"', *rows, '31,ア,19550601,"', ROWS[0])
    assert (found, state) == (["24434"], ListState(1, 32, 2))


def test_a_cell_of_several_lines_is_one_cell(path: Path) -> None:
    assert numbers(path, '5,ア,19550601,"一行目\n二行目"', ROWS[0])[0] == ["5", "24434"]


def test_a_row_that_is_there_twice_is_one_patient(path: Path) -> None:
    write_list(path, ROWS[0], ROWS[0])
    assert isinstance(match_patient(RECORD, the_list(path)), OneMatch)


def test_a_wrong_number_column_costs_no_time(path: Path) -> None:
    """All of one number: each must not be compared with each."""
    write_list(path, *(f"1,ア{number},1955-06-01," for number in range(10_000)))
    start = time.process_time()
    assert len(the_list(path).with_number("1")) == 10_000
    assert time.process_time() - start < 2


def test_two_patients_of_one_number_stay_two(path: Path) -> None:
    write_list(path, "1,ア,19550601,", "01,イ,19900203,")
    assert len(the_list(path).with_number("1")) == 2


def test_it_is_read_again_when_it_changed_and_only_then(path: Path) -> None:
    patients = the_list(path)
    assert patients.state().patients == 2
    before = path.stat()
    write_list(path, ROWS[0], "00077,X,19900203,XX")
    path.write_bytes(path.read_bytes().ljust(before.st_size, b"\n"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert patients.with_number("77") == (HANAKO,), "it looks as it did, so nobody read it"
    write_list(path, ROWS[0], age_s=30)
    assert patients.state().patients == 1


class TestWhileItIsWritten:
    """A list of which a part is missing could make one patient out of two."""

    def test_the_list_before_serves(self, path: Path) -> None:
        patients = the_list(path)
        assert patients.state().patients == 2
        write_list(path, ROWS[0], age_s=0)
        assert patients.state().patients == 2
        write_list(path, ROWS[0])
        assert patients.state().patients == 1

    def test_without_one_before_it_is_told(self, path: Path) -> None:
        write_list(path, ROWS[0], age_s=0)
        with pytest.raises(PatientsUnavailableError, match="being written"):
            the_list(path).state()

    def test_what_changes_while_it_is_read_is_not_taken(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        read = csv_file._read_patients

        def read_beside_a_writer(file: Iterable[str], settings: Settings) -> object:
            index = read(file, settings)
            write_list(path, *ROWS, age_s=30)
            return index

        write_list(path, ROWS[0])
        monkeypatch.setattr(csv_file, "_read_patients", read_beside_a_writer)
        patients = the_list(path)
        with pytest.raises(PatientsUnavailableError, match="being written"):
            patients.state()
        monkeypatch.undo()
        assert patients.state().patients == 2

    @pytest.mark.parametrize(
        ("patience_s", "answer"), [(csv_file.STILL_WRITTEN_S, SeveralMatches), (0, OneMatch)]
    )
    def test_half_a_list_makes_nobody_certain(
        self,
        path: Path,
        monkeypatch: pytest.MonkeyPatch,
        patience_s: float,
        answer: type[SeveralMatches | OneMatch],
    ) -> None:
        """Without patience it would: the negative control."""
        monkeypatch.setattr(csv_file, "STILL_WRITTEN_S", patience_s)
        patients = the_list(path)
        write_list(path, ROWS[0], ROWS[0].replace("24434", "99001"))
        unnumbered = replace(RECORD, person=replace(RECORD.person, reference_number=None))
        assert isinstance(match_patient(unnumbered, patients), SeveralMatches)
        write_list(path, ROWS[0], age_s=0.1)
        assert isinstance(match_patient(unnumbered, patients), answer)

    def test_a_clock_that_is_behind_the_share_reads_all_the_same(self, path: Path) -> None:
        write_list(path, *ROWS, age_s=-3600)
        assert the_list(path).state().patients == 2


def test_a_list_that_is_away_is_not_an_empty_one(path: Path) -> None:
    patients = the_list(path)
    assert patients.state().patients == 2
    path.unlink()
    with pytest.raises(
        PatientsUnavailableError, match=r"patients\.csv cannot be read: No such file"
    ):
        patients.with_number("77")


@pytest.mark.parametrize("header", ["", "患者番号,カナ氏名,氏名", f"{HEADER},患者番号"])
def test_a_list_without_its_headings_is_told(path: Path, header: str) -> None:
    path.write_text(f"{header}\n{ROWS[0]}\n", encoding="utf-8")
    os.utime(path, (1, 1))
    with pytest.raises(
        PatientsUnavailableError, match=r"patients\.csv must have one column '.*_column and enc"
    ):
        the_list(path).state()


def test_another_encoding_than_said_is_told(path: Path) -> None:
    write_list(path, *ROWS, encoding="cp932")
    with pytest.raises(PatientsUnavailableError, match="number_column and encoding"):
        the_list(path).state()


def test_nobody_shows_in_a_repr(path: Path) -> None:
    patients = the_list(path)
    shown = repr((patients, vars(patients), patients.with_number("77")))
    assert not any(word in shown for word in ("花子", "ハナコ", "1990", "00077"))


def test_settings_are_checked(path: Path) -> None:
    with pytest.raises(ConfigError, match=r"settings of csv_file: .*encoding"):
        the_list(path, encoding="shift_jis")


def test_many_patients_are_quick(path: Path) -> None:
    write_list(path, *(f"{number},ｳｹﾂｹ ﾀﾛｳ,1955-06-{number % 28 + 1}," for number in range(20_000)))
    patients = the_list(path)
    start = time.process_time()
    assert patients.state().patients == 20_000
    assert time.process_time() - start < 2, "0.1 s where nothing else runs"
