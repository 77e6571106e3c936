import os
import time
from pathlib import Path

import pytest

from device.errors import ConfigurationError
from device.reader.errors import PrintedCodeUnreadableError
from device.reader.ocr.external import Settings, create
from device.reader.printed_code import CardFront
from device.tables import read_table

TOML = 'birth_date = "昭和33年3月14日"\nexpiry_year = 2035\nsecurity_code = "0821"\n'
JSON = '{"birth_date": "昭和33年3月14日", "expiry_year": 2035, "security_code": "0821"}'


@pytest.mark.parametrize(("name", "content"), [("front.toml", TOML), ("front.json", JSON)])
def test_reads_what_the_recogniser_wrote(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    front = create(Settings(path=path))
    path.write_text(content, encoding="utf-8")
    assert front.read_printed_code(0).reference() == b"33031420350821"


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
        create(Settings(path=path)).read_printed_code(0)
    assert str(failure.value) == ""
    assert failure.value.__suppress_context__ or failure.value.__context__ is None


def test_no_file_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(PrintedCodeUnreadableError):
        create(Settings(path=tmp_path / "none.toml")).read_printed_code(0)


def written_at(path: Path, moment_s: float) -> CardFront:
    path.write_text(TOML, encoding="utf-8")
    os.utime(path, (moment_s, moment_s))
    return create(Settings(path=path))


def test_a_file_from_before_the_card_was_laid_belongs_to_someone_else(tmp_path: Path) -> None:
    laid_at_s = time.time() - 5
    front = written_at(tmp_path / "front.toml", laid_at_s - 0.5)
    with pytest.raises(PrintedCodeUnreadableError):
        front.read_printed_code(laid_at_s)
    front = written_at(tmp_path / "front.toml", laid_at_s + 0.5)
    assert front.read_printed_code(laid_at_s).reference() == b"33031420350821"


def test_a_file_is_this_cards_as_long_as_the_card_lies_there(tmp_path: Path) -> None:
    laid_at_s = time.time() - 600
    written_at(tmp_path / "front.toml", laid_at_s + 1).read_printed_code(laid_at_s)


def test_a_file_from_before_the_clock_was_set_back_is_not_believed(tmp_path: Path) -> None:
    front = written_at(tmp_path / "front.toml", time.time() + 20)
    with pytest.raises(PrintedCodeUnreadableError):
        front.read_printed_code(time.time() - 5)


@pytest.mark.parametrize("values", [{}, {"path": "f", "age": 1}, {"path": 7}])
def test_wrong_settings(tmp_path: Path, values: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError):
        read_table(values, Settings, tmp_path, "card_front")
