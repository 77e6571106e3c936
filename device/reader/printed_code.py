"""照合番号B: what is printed on the card's front and opens the photo on its chip.

Source: facts/card.md §5.
"""

import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol, Self

from device.reader.errors import PrintedCodeUnreadableError
from hostlink.terms import FailureCode

_ERA_DAYS = {
    "明治": (date(1868, 1, 25), date(1912, 7, 29)),
    "大正": (date(1912, 7, 30), date(1926, 12, 24)),
    "昭和": (date(1926, 12, 25), date(1989, 1, 7)),
    "平成": (date(1989, 1, 8), date(2019, 4, 30)),
    "令和": (date(2019, 5, 1), date(9999, 12, 31)),
}
"""First and last day of each era."""
_CENTURIES = (1900, 2000)
"""Of Gregorian years that are printed for holders who live."""
_PRINTED_DATE = re.compile(r"(\D*)(\d{1,4}|元)年(\d{1,2})月(\d{1,2})日生?")


@dataclass(frozen=True, slots=True)
class PrintedCode:
    """The three printed things that make up the code. Shows none of them."""

    birth_digits: str = field(repr=False)
    """YYMMDD; YY is the year as printed: of the era, or Gregorian for foreign residents."""
    expiry_year: int = field(repr=False)
    """Gregorian, four digits."""
    security_code: str = field(repr=False)
    """Four digits under the photo."""

    @classmethod
    def from_print(cls, birth_date: str, expiry_year: int, security_code: str) -> Self:
        """Checks what was read before the card is asked: a wrong code costs one of ten tries.

        Args:
            birth_date: as printed: `昭和55年2月17日`, `令和元年5月1日`, or `1980年2月17日` for
                foreign residents. Full-width digits and blanks do not matter.
            expiry_year: Gregorian year of the card's expiry.
            security_code: four digits.

        Raises:
            PrintedCodeUnreadableError: no card can have this printed on it, such as a birth after
                the year of expiry. (In that year it may be: some cards end with a short stay.)
        """
        code = unicodedata.normalize("NFKC", security_code).strip()
        if not re.fullmatch(r"[0-9]{4}", code) or not 2016 <= expiry_year <= 2099:
            raise PrintedCodeUnreadableError
        era, year, month, day = _parts(birth_date)
        _check_birth(era, year, month, day, expiry_year)
        return cls(f"{year % 100:02}{month:02}{day:02}", expiry_year, code)

    @classmethod
    def from_digits(cls, digits: str, expiry: date | None) -> Self:
        """Checks what somebody typed from the card's front.

        Two digits name a year of one of several eras, or a Gregorian one: it is enough that one of
        these is a day of birth that `from_print` would take.

        Args:
            digits: 14 digits: birth YYMMDD, expiry year, security code.
            expiry: the card's last day as its chip tells it; None: not told.

        Raises:
            PrintedCodeUnreadableError: no card can have this printed on it, or not this card.
        """
        if not re.fullmatch(r"[0-9]{14}", digits):
            raise PrintedCodeUnreadableError
        birth, expiry_year, code = digits[:6], int(digits[6:10]), digits[10:]
        if not (2016 <= expiry_year <= 2099 and _may_be_birth(birth, expiry_year)):
            raise PrintedCodeUnreadableError
        if expiry is not None and expiry_year != expiry.year:
            raise PrintedCodeUnreadableError
        return cls(birth, expiry_year, code)

    def reference(self) -> bytes:
        """The 14 ASCII digits the card compares."""
        return f"{self.birth_digits}{self.expiry_year:04}{self.security_code}".encode("ascii")


class CardFront(Protocol):
    """Something that can see the front of the laid card."""

    def read_printed_code(self, expiry: date | None, is_stopped: Callable[[], bool]) -> PrintedCode:
        """The code of the card that lies there now; blocks, at most a few seconds.

        Only what is seen after the call counts: what was seen before is another card's.

        Args:
            expiry: the card's last day as its chip tells it to anybody; None: not told.
            is_stopped: asked between pictures; True ends the reading.

        Raises:
            PrintedCodeUnreadableError: not readable or not believable; says what was seen instead.
            ReadingStoppedError: `is_stopped` said so.
            OcrUnavailableError: reading does not work on this machine.
        """
        ...

    def explain_silence(self) -> FailureCode:
        """What the camera sees where no chip answers.

        Returns:
            SEVERAL_CARDS, CARD_IN_CASE, or CARD_UNREADABLE when the picture explains nothing.
        """
        ...

    def close(self) -> None:
        """Switches off whatever is still on; calling it again does nothing."""
        ...


def day_of_birth(printed: str) -> date:
    """The day that stands on the card.

    Args:
        printed: as `PrintedCode.from_print` takes it.

    Raises:
        PrintedCodeUnreadableError: no such day, or not of that era.
    """
    return _day(*_parts(printed))


def era_of(day: date) -> tuple[str, int]:
    """The era's name and its year, as a card prints them.

    Args:
        day: since 25 January 1868.
    """
    for name, (first, last) in _ERA_DAYS.items():
        if first <= day <= last:
            return name, day.year - first.year + 1
    raise ValueError("before the first era that a card can name")


def _may_be_birth(digits: str, expiry_year: int) -> bool:
    year, month, day = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    years = [(era, year) for era in _ERA_DAYS] + [("", century + year) for century in _CENTURIES]
    for era, full_year in years:
        with suppress(PrintedCodeUnreadableError):
            _check_birth(era, full_year, month, day, expiry_year)
            return True
    return False


def _check_birth(era: str, year: int, month: int, day: int, expiry_year: int) -> None:
    if _day(era, year, month, day).year > expiry_year:
        raise PrintedCodeUnreadableError


def _parts(printed: str) -> tuple[str, int, int, int]:
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", printed))
    match = _PRINTED_DATE.fullmatch(text)
    if match is None:
        raise PrintedCodeUnreadableError
    year = 1 if match[2] == "元" else int(match[2])
    return match[1], year, int(match[3]), int(match[4])


def _day(era: str, year: int, month: int, day: int) -> date:
    first, last = _ERA_DAYS.get(era, (date(1868, 1, 25), date(9999, 12, 31)))
    gregorian_year = first.year + year - 1 if era else year
    try:
        found = date(gregorian_year, month, day)
    except ValueError:
        raise PrintedCodeUnreadableError from None
    if (era and era not in _ERA_DAYS) or not first <= found <= last:
        raise PrintedCodeUnreadableError
    return found
