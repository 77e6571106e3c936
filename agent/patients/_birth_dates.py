"""Birth dates as the software of clinics writes them: western, or of an era (和暦).

The console reads the same from what staff type: `agent/api/console/birth_dates.js`.
"""

import re
import unicodedata
from datetime import date

ERAS = {
    "明治": ("明", "M", "1", date(1868, 1, 25), date(1912, 7, 30)),
    "大正": ("大", "T", "2", date(1912, 7, 30), date(1926, 12, 25)),
    "昭和": ("昭", "S", "3", date(1926, 12, 25), date(1989, 1, 7)),
    "平成": ("平", "H", "4", date(1989, 1, 8), date(2019, 4, 30)),
    "令和": ("令", "R", "5", date(2019, 5, 1), date(2999, 12, 31)),
}
"""Short names, the digit that stands for it in seven-digit dates, first and last day. The days on
which Meiji and Taisho ended were days of both eras."""
_NAMES = {name: era for full, era in ERAS.items() for name in (full, *era[:2])}
_DIGITS = {era[2]: era for era in ERAS.values()}
_WESTERN = re.compile(
    "([0-9]{4})([0-9]{2})([0-9]{2})"
    "|([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})"
    "|([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日"
)
_OF_ERA = re.compile(
    f"({'|'.join(_NAMES)})(?:"
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
    written = "".join(plain.upper().split())
    if found := _WESTERN.fullmatch(written):
        return _day(*_given(found))
    if found := _OF_ERA.fullmatch(written):
        name, year, month, day = _given(found)
        return _day_of_era(_NAMES[name], "1" if year == "元" else year, month, day)
    if found := _IN_SEVEN_DIGITS.fullmatch(written):
        digit, year, month, day = _given(found)
        return _day_of_era(_DIGITS[digit], year, month, day)
    return None


def _given(found: re.Match[str]) -> list[str]:
    return [part for part in found.groups() if part]


def _day_of_era(
    era: tuple[str, str, str, date, date], year: str, month: str, day: str
) -> date | None:
    *_, first, last = era
    read = _day(str(first.year + int(year) - 1), month, day)
    return read if read and first <= read <= last else None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
