"""Birth dates as the software of clinics writes them: western, or of an era (和暦).

The console reads the same from what staff type: `agent/api/console/birth_dates.js`.
"""

import re
import unicodedata
from datetime import date
from typing import NamedTuple


class Era(NamedTuple):
    """One of the five that somebody alive was born in."""

    name: str
    short: str
    letter: str
    digit: str
    """As claims write it before six digits: 元号区分 of レセプト電算処理システム."""
    first: date
    last: date


ERAS = (
    # The days on which Meiji and Taisho ended were days of both eras.
    Era("明治", "明", "M", "1", date(1868, 1, 25), date(1912, 7, 30)),
    Era("大正", "大", "T", "2", date(1912, 7, 30), date(1926, 12, 25)),
    Era("昭和", "昭", "S", "3", date(1926, 12, 25), date(1989, 1, 7)),
    Era("平成", "平", "H", "4", date(1989, 1, 8), date(2019, 4, 30)),
    Era("令和", "令", "R", "5", date(2019, 5, 1), date(2999, 12, 31)),
)
_NAMED = {name: era for era in ERAS for name in (era.name, era.short, era.letter)}
_NUMBERED = {era.digit: era for era in ERAS}
_SAME = str.maketrans({**dict.fromkeys("‐‑‒–—−ー", "-"), "・": ".", " ": None, "\t": None})
"""Dashes and dots that a keyboard for Japanese writes, and blanks."""
_WESTERN = re.compile(
    "([0-9]{4})([0-9]{2})([0-9]{2})"
    "|([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})"
    "|([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日"
)
_OF_ERA = re.compile(
    f"({'|'.join(_NAMED)})(?:"
    "([0-9]{2})([0-9]{2})([0-9]{2})"
    "|([0-9]{1,2}|元)[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})"
    "|([0-9]{1,2}|元)年([0-9]{1,2})月([0-9]{1,2})日)"
)
_IN_SEVEN_DIGITS = re.compile("([1-5])([0-9]{2})([0-9]{2})([0-9]{2})")


def read_birth_date(text: str) -> date | None:
    """The day, if this is one.

    Args:
        text: 1955-06-01, 1955/6/1, 1955.06.01, 19550601, 昭和30年6月1日, 昭30.6.1, S30.6.1, S300601
            or 3300601; full-width characters, small letters and blanks do not matter. A year of
            two digits without an era is none: it may be one of two.
    """
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    written = plain.upper().translate(_SAME)
    if found := _WESTERN.fullmatch(written):
        return _day(*_given(found))
    if found := _OF_ERA.fullmatch(written):
        name, year, month, day = _given(found)
        return _day_of_era(_NAMED[name], "1" if year == "元" else year, month, day)
    if found := _IN_SEVEN_DIGITS.fullmatch(written):
        digit, year, month, day = _given(found)
        return _day_of_era(_NUMBERED[digit], year, month, day)
    return None


def _given(found: re.Match[str]) -> list[str]:
    return [part for part in found.groups() if part]


def _day_of_era(era: Era, year: str, month: str, day: str) -> date | None:
    read = _day(str(era.first.year + int(year) - 1), month, day)
    return read if read and era.first <= read <= era.last else None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
