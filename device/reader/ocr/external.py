"""Takes the printed code from a file that an external recogniser writes for each card.

The file is TOML, or JSON if its name ends in .json, and holds `birth_date` (text, as printed:
"昭和55年2月17日", or "1980年2月17日" for foreign residents), `expiry_year` (number) and
`security_code` (text).
"""

import json
import time
import tomllib
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from device.reader.errors import PrintedCodeUnreadableError
from device.reader.printed_code import CardFront, PrintedCode
from device.tables import Table


class Settings(Table, frozen=True):
    """Which file."""

    path: Path
    """Where the recogniser writes."""
    max_age_s: Annotated[float, Meta(gt=0)] = 60.0
    """An older file belongs to an earlier patient, whose code would cost this card a try."""


class ExternalRecogniser:
    """Reads one file whenever it is asked."""

    def __init__(self, path: Path, max_age_s: float) -> None:
        self._path = path
        self._max_age_s = max_age_s

    def read_printed_code(self) -> PrintedCode:
        """See `CardFront.read_printed_code`."""
        match self._read():
            case {
                "birth_date": str(birth_date),
                "expiry_year": int(expiry_year),
                "security_code": str(security_code),
            }:
                return PrintedCode.from_print(birth_date, expiry_year, security_code)
            case _:
                raise PrintedCodeUnreadableError

    def _read(self) -> object:
        parse = json.loads if self._path.suffix == ".json" else tomllib.loads
        try:
            age_s = time.time() - self._path.stat().st_mtime
            content: object = parse(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            # The parser's own error quotes the file, which holds personal data.
            raise PrintedCodeUnreadableError from None
        if age_s > self._max_age_s:
            raise PrintedCodeUnreadableError
        return content


def create(settings: Settings) -> CardFront:
    """The recogniser whose file the settings name; the file need not be there yet."""
    return ExternalRecogniser(settings.path, settings.max_age_s)
