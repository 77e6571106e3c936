import os
from pathlib import Path

import pytest

from device.errors import ConfigurationError
from device.reader.errors import PrintedCodeUnreadableError
from device.reader.ocr.external import Settings, create
from device.tables import read_table

TOML = 'birth_date = "昭和33年3月14日"\nexpiry_year = 2035\nsecurity_code = "0821"\n'
JSON = '{"birth_date": "昭和33年3月14日", "expiry_year": 2035, "security_code": "0821"}'


@pytest.mark.parametrize(("name", "content"), [("front.toml", TOML), ("front.json", JSON)])
def test_reads_what_the_recogniser_wrote(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    front = create(Settings(path=path))
    path.write_text(content, encoding="utf-8")
    assert front.read_printed_code().reference() == b"33031420350821"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "birth_date =",
        TOML.replace('"0821"', "821"),
        TOML.replace("2035", '"2035"'),
        TOML.replace("昭和33", "昭和99"),
        TOML.replace("security", "secret"),
    ],
)
def test_a_wrong_file_is_unreadable_and_not_quoted(tmp_path: Path, content: str) -> None:
    path = tmp_path / "front.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(PrintedCodeUnreadableError) as failure:
        create(Settings(path=path)).read_printed_code()
    assert str(failure.value) == ""
    assert failure.value.__suppress_context__ or failure.value.__context__ is None


def test_no_file_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(PrintedCodeUnreadableError):
        create(Settings(path=tmp_path / "none.toml")).read_printed_code()


def test_an_old_file_belongs_to_someone_else(tmp_path: Path) -> None:
    path = tmp_path / "front.toml"
    path.write_text(TOML, encoding="utf-8")
    written_s = path.stat().st_mtime
    os.utime(path, (written_s - 100, written_s - 100))
    with pytest.raises(PrintedCodeUnreadableError):
        create(Settings(path=path)).read_printed_code()
    create(Settings(path=path, max_age_s=3600)).read_printed_code()


@pytest.mark.parametrize("values", [{}, {"path": "f", "age": 1}, {"path": "f", "max_age_s": 0}])
def test_wrong_settings(tmp_path: Path, values: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError):
        read_table(values, Settings, tmp_path, "card_front")
