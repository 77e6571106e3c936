"""Takes the printed code from a file that an external recogniser writes for each card.

The file is TOML, or JSON if its name ends in .json, and holds `birth_date` (text, as printed:
"昭和55年2月17日", or "1980年2月17日" for foreign residents), `expiry_year` (number) and
`security_code` (text). It must be written anew whenever a card is laid, be it the same one again:
a file from before is not used.
"""

import json
import os
import time
import tomllib
from pathlib import Path

from device.reader.errors import PrintedCodeUnreadableError
from device.reader.printed_code import CardFront, PrintedCode
from device.tables import Table


class Settings(Table, frozen=True):
    """Which file."""

    path: Path
    """Where the recogniser writes; on this machine, whose clock stamps the file."""


class ExternalRecogniser:
    """Reads one file whenever it is asked."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read_printed_code(self, not_before_s: float) -> PrintedCode:
        """See `CardFront.read_printed_code`."""
        match self._read(not_before_s):
            case {
                "birth_date": str(birth_date),
                "expiry_year": int(expiry_year),
                "security_code": str(security_code),
            }:
                return PrintedCode.from_print(birth_date, expiry_year, security_code)
            case _:
                raise PrintedCodeUnreadableError

    def _read(self, not_before_s: float) -> object:
        parse = json.loads if self._path.suffix == ".json" else tomllib.loads
        try:
            with self._path.open(encoding="utf-8") as file:
                written_s = os.fstat(file.fileno()).st_mtime
                content: object = parse(file.read())
        except (OSError, ValueError):
            # The parser's own error quotes the file, which holds personal data.
            raise PrintedCodeUnreadableError from None
        # A file from the future was written before the clock was set back: nobody knows when.
        if not not_before_s <= written_s <= time.time():
            raise PrintedCodeUnreadableError
        return content


def create(settings: Settings) -> CardFront:
    """The recogniser whose file the settings name; the file need not be there yet."""
    return ExternalRecogniser(settings.path)
