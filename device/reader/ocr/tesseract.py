"""Tesseract, kept loaded, with the small models of the Debian packages.

Digits alone are read by three Latin networks that were trained apart, and what most of them see
counts; everything else is read by the Japanese one.

Source: tesserocr (in-process binding of Tesseract 5); tesseract-ocr-eng, -deu, -fra and -jpn.
"""

import os
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device.errors import ConfigurationError
from device.reader.errors import OcrUnavailableError
from device.reader.port import OcrEngine, RecognisedLine
from device.tables import Table

# One line is too little work for several threads; OpenMP reads this when the library is loaded.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")

import tesserocr

DEBIAN_FOLDERS = "usr/share/tesseract-ocr/*/tessdata"
"""Where Debian's packages put the models, whatever Tesseract's version; below `/`."""
_LATIN = ("eng", "deu", "fra")
_JAPANESE = "jpn"
_NO_DICTIONARIES = {
    "load_system_dawg": "0",
    "load_freq_dawg": "0",
    "load_punc_dawg": "0",
    "load_number_dawg": "0",
}
"""A number is no word: what a dictionary finds likelier than the picture is wrong here."""
_PRINT_DPI = 300


class Settings(Table, frozen=True):
    """Where the models are."""

    tessdata: Path | None = None
    """Folder with the four `.traineddata` files; none: where Debian puts them."""


class TesseractEngine:
    """Four networks in memory; used by one thread at a time."""

    def __init__(self, tessdata: Path) -> None:
        self._latin = [_Model(tessdata, language) for language in _LATIN]
        self._japanese = _Model(tessdata, _JAPANESE)

    def recognise(self, line: NDArray[np.uint8], alphabet: str) -> RecognisedLine:
        """See `OcrEngine.recognise`; every network that disagrees lowers the confidence."""
        if not alphabet.isascii():
            return self._japanese.recognise(line, alphabet)
        readings = [model.recognise(line, alphabet) for model in self._latin]
        text, votes = Counter(reading.text for reading in readings).most_common(1)[0]
        least = min(reading.confidence for reading in readings if reading.text == text)
        return RecognisedLine(text, least * votes / len(readings))


class _Model:
    def __init__(self, tessdata: Path, language: str) -> None:
        try:
            self._api = tesserocr.PyTessBaseAPI(
                path=str(tessdata),
                lang=language,
                psm=tesserocr.PSM.SINGLE_LINE,
                oem=tesserocr.OEM.LSTM_ONLY,
                variables=_NO_DICTIONARIES,
            )
        except RuntimeError as error:
            raise ConfigurationError(
                f"Tesseract cannot use its model {language!r};"
                f" install the Debian package tesseract-ocr-{language} again"
            ) from error

    def recognise(self, line: NDArray[np.uint8], alphabet: str) -> RecognisedLine:
        height, width = line.shape
        try:
            self._api.SetVariable("tessedit_char_whitelist", alphabet)
            self._api.SetImageBytes(line.tobytes(), width, height, 1, width)
            self._api.SetSourceResolution(_PRINT_DPI)
            self._api.Recognize()
            return self._result()
        except RuntimeError:
            raise OcrUnavailableError("Tesseract failed to read a picture") from None
        finally:
            # Nothing of one patient's card stays in the engine.
            self._api.Clear()

    def _result(self) -> RecognisedLine:
        text = "".join(self._api.GetUTF8Text().split())
        if not text:
            return RecognisedLine("", 0.0)
        symbol, confidences = tesserocr.RIL.SYMBOL, []
        for place in tesserocr.iterate_level(self._api.GetIterator(), symbol):
            confidences.append(place.Confidence(symbol))
        return RecognisedLine(text, min(confidences, default=0.0) / 100)


def create(settings: Settings) -> OcrEngine:
    """Loads the models.

    Raises:
        ConfigurationError: they are not there.
    """
    return TesseractEngine(settings.tessdata or find_tessdata(Path("/")))


def find_tessdata(root: Path) -> Path:
    """The newest folder below `root` that holds all models.

    Raises:
        ConfigurationError: there is none.
    """
    for folder in sorted(root.glob(DEBIAN_FOLDERS), reverse=True):
        if all((folder / f"{name}.traineddata").is_file() for name in (*_LATIN, _JAPANESE)):
            return folder
    raise ConfigurationError(
        "Tesseract's models are missing; install the Debian packages"
        " tesseract-ocr-eng, tesseract-ocr-deu, tesseract-ocr-fra and tesseract-ocr-jpn"
    )
