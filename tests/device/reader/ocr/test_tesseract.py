from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device.errors import ConfigurationError
from device.reader.ocr.tesseract import Settings, create, find_tessdata
from device.reader.port import OcrEngine


@pytest.fixture(scope="module")
def engine() -> OcrEngine:
    return create(Settings())


def line(words: str) -> NDArray[np.uint8]:
    picture = np.full((60, 60 + 24 * len(words)), 240, np.uint8)
    cv2.putText(picture, words, (25, 44), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (30,), 3, cv2.LINE_AA)
    return picture


@pytest.mark.parametrize("alphabet", ["0123456789", "0123456789年月日"])
def test_reads_digits_with_either_network(engine: OcrEngine, alphabet: str) -> None:
    reading = engine.recognise(line("4821"), alphabet)
    assert reading.text == "4821"
    assert 0.5 < reading.confidence <= 1.0


def test_nothing_is_read_where_nothing_stands(engine: OcrEngine) -> None:
    reading = engine.recognise(np.full((50, 200), 255, np.uint8), "0123456789")
    assert (reading.text, reading.confidence) == ("", 0.0)


def test_only_the_alphabet_is_read(engine: OcrEngine) -> None:
    assert set(engine.recognise(line("AB12"), "0123456789").text) <= set("0123456789")


def test_reading_shows_no_text_in_its_repr(engine: OcrEngine) -> None:
    assert "4821" not in repr(engine.recognise(line("4821"), "0123456789"))


def test_missing_models_name_the_packages(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="install the Debian packages tesseract-ocr-eng"):
        find_tessdata(tmp_path)


def test_a_broken_model_names_its_package(tmp_path: Path) -> None:
    for name in ("eng", "deu", "fra", "jpn"):
        (tmp_path / f"{name}.traineddata").write_bytes(b"nonsense")
    with pytest.raises(ConfigurationError, match="tesseract-ocr-eng again"):
        create(Settings(tessdata=tmp_path))


def test_the_newest_folder_with_all_models_is_taken(tmp_path: Path) -> None:
    for version, names in (("4", "eng deu fra jpn"), ("5", "eng deu fra jpn"), ("6", "eng")):
        folder = tmp_path / "usr/share/tesseract-ocr" / version / "tessdata"
        folder.mkdir(parents=True)
        for name in names.split():
            (folder / f"{name}.traineddata").touch()
    assert find_tessdata(tmp_path).parent.name == "5"
