from pathlib import Path

import pytest

from device.face.errors import EvaluationError
from device.face.evaluate.groups import Person, grouped, read_people


def test_all_age_faces_names_tell_age_and_sex(tmp_path: Path) -> None:
    for name in ("00003A02.jpg", "07380A60.jpg", "07381A17.jpg", "notes.txt"):
        (tmp_path / name).touch()
    assert read_people(tmp_path) == [
        Person("00003A02.jpg", 2, "f"),
        Person("07380A60.jpg", 60, "f"),
        Person("07381A17.jpg", 17, "m"),
    ]


def test_a_table_goes_before_names(tmp_path: Path) -> None:
    (tmp_path / "00003A02.jpg").touch()
    (tmp_path / "people.csv").write_text("path,age,sex\nx.jp2,44,m\n")
    assert read_people(tmp_path) == [Person("x.jp2", 44, "m")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "path,age\nx,4\n",
        "path,age,sex\nx,old,m\n",
        "path,age,sex\nx,4,?\n",
        "age,sex,path\n4,m\n",
    ],
)
def test_a_table_of_another_kind_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "people.csv").write_text(text)
    with pytest.raises(EvaluationError, match=r"people\.csv"):
        read_people(tmp_path)


def test_a_person_may_have_several_pictures(tmp_path: Path) -> None:
    rows = ["path,age,sex,person", "x.jp2,44,m,a", "y.jp2,45,m,a", "z.jp2,20,f,"]
    (tmp_path / "people.csv").write_text("\n".join(rows))
    assert [person.identity for person in read_people(tmp_path)] == ["a", "a", "z.jp2"]


def test_a_table_from_a_spreadsheet_is_read(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_bytes(b"\xef\xbb\xbfpath,age,sex\r\nx.jp2,44,m\r\n")
    assert read_people(tmp_path) == [Person("x.jp2", 44, "m")]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("path,age,sex\nx,200,m\n", "ages of 0 to 150"),
        ("path,age,sex\nx,20,m\nx,20,m\n", "each picture once"),
    ],
)
def test_impossible_people_are_refused(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "people.csv").write_text(text)
    with pytest.raises(EvaluationError, match=sentence):
        read_people(tmp_path)


def test_an_impossible_age_in_a_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "00003A200.jpg").touch()
    with pytest.raises(EvaluationError, match="ages of 0 to 150"):
        read_people(tmp_path)


def test_without_ages_nobody_is_grouped(tmp_path: Path) -> None:
    (tmp_path / "somebody.jpg").touch()
    with pytest.raises(EvaluationError, match="path,age,sex"):
        read_people(tmp_path)


def test_groups_of_age_and_sex() -> None:
    people = [
        Person(str(age), age, sex) for age, sex in ((11, "f"), (12, "m"), (59, "m"), (60, "f"))
    ]
    assert list(grouped(people, ["age"])) == ["all", "0-11", "12-17", "18-59", "60+"]
    assert list(grouped(people, ["age", "sex"])) == ["all", "0-11 f", "12-17 m", "18-59 m", "60+ f"]
    assert {name: len(group) for name, group in grouped(people, []).items()} == {"all": 4}
    assert [person.age for person in people if person.is_adult] == [59]
