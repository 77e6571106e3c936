"""What the words of a card's front mean: dates of all eras, and the security code.

Source: facts/card.md §5.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher

from device.reader.front.line_net import SIGNS

ALPHABET = SIGNS
"""Every character that can stand in the two dates."""

_DAY = r"年(?P<month>\d{1,2})月(?P<day>\d{1,2})日"
_GREGORIAN_YEAR = r"(?P<gregorian_year>(?:19|20)\d\d)"
_ERA_YEAR = r"(?P<era>[治正和成])(?P<era_year>元|\d{1,2})"
_YEAR = f"(?:{_ERA_YEAR}|(?<!\\d){_GREGORIAN_YEAR})"
_BIRTH = re.compile(f"{_YEAR}{_DAY}生")
_BIRTH_YEAR = re.compile(f"{_YEAR}年(?P<rest>.*)")
_EXPIRY = re.compile(f"(?<!\\d){_GREGORIAN_YEAR}{_DAY}ま")
_SECURITY_CODE = re.compile(r"\d{4}")
_ERA_ENDING = {"治": "明治", "正": "大正", "成": "平成"}
"""An era by its second character, the first being the worst read of a line."""
_LONGEST_REIWA = 12
"""Above it, 和 is 昭和; below it, the first character must be seen."""
_LEAP_DAY = (2, 29)
_LEAP_DAY_ENDS = frozenset({(2, 28), (3, 1)})
"""Last days, in years without one, of cards whose holders were born on it."""
_LEAST_LIKENESS = 0.6


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """A date in the words of the card. Shows nothing."""

    era: str = field(repr=False)
    """Name of the era; empty: the year is Gregorian."""
    year: int = field(repr=False)
    """As printed; 元 is 1."""
    month: int = field(repr=False)
    """1 to 12, or what was read instead."""
    day: int = field(repr=False)
    """1 to 31, or what was read instead."""

    def words(self) -> str:
        """As `PrintedCode.from_print` takes it."""
        return f"{self.era}{self.year}年{self.month}月{self.day}日"

    def printed(self) -> str:
        """As it stands on the card, without white."""
        year = "元" if self.era and self.year == 1 else f"{self.year}"
        return f"{self.era}{year}年{self.month}月{self.day}日生"

    def is_birthday_of(self, expiry: date) -> bool:
        """Whether a card that ends on `expiry` can belong to somebody born on this day.

        A Japanese holder's card ends on a birthday; a foreign resident's on any day.
        """
        born = (self.month, self.day)
        ends = (expiry.month, expiry.day)
        return born == ends or (born == _LEAP_DAY and ends in _LEAP_DAY_ENDS)


def birth_date_in(words: str, expiry: date | None) -> PrintedDate | None:
    """The date of birth, if the words hold one.

    Args:
        words: of one line.
        expiry: the card's last day; for Japanese holders it is a birthday, so month and day are
            known before and need only look like it. None: not known.
    """
    plain = _plain(words)
    match = _BIRTH_YEAR.search(plain)
    if match is not None and match["era"] is not None and expiry is not None:
        likeness, month, day = max(
            (_likeness(match["rest"], month, day), month, day)
            for month, day in birthdays_of(expiry)
        )
        if likeness >= _LEAST_LIKENESS:
            return _date(match, month, day)
    whole = _BIRTH.search(plain)
    return _date(whole, int(whole["month"]), int(whole["day"])) if whole else None


def expiry_in(words: str) -> PrintedDate | None:
    """The card's last day, if the words hold it."""
    match = _EXPIRY.search(_plain(words))
    if match is None:
        return None
    return PrintedDate("", int(match["gregorian_year"]), int(match["month"]), int(match["day"]))


def security_code_in(words: str) -> str | None:
    """The four digits, if the words are nothing else."""
    plain = _plain(words)
    return plain if _SECURITY_CODE.fullmatch(plain) else None


def birthdays_of(expiry: date) -> list[tuple[int, int]]:
    """Months and days on which a Japanese holder of a card that ends then can be born."""
    end = (expiry.month, expiry.day)
    return [end, _LEAP_DAY] if end in _LEAP_DAY_ENDS else [end]


def likeness_to_birthday(words: str, expiry: date) -> float:
    """0 to 1: how much a line looks like one of those birthdays, whatever its year."""
    _, year, rest = words.partition("年")
    if not year:
        return 0.0
    return max(_likeness(rest, month, day) for month, day in birthdays_of(expiry))


def _likeness(words: str, month: int, day: int) -> float:
    return SequenceMatcher(None, words, f"{month}月{day}日生", autojunk=False).ratio()


def _date(match: re.Match[str], month: int, day: int) -> PrintedDate | None:
    if match["era"] is None:
        return PrintedDate("", int(match["gregorian_year"]), month, day)
    year = 1 if match["era_year"] == "元" else int(match["era_year"])
    era = _era(match, year)
    return PrintedDate(era, year, month, day) if era else None


def _era(match: re.Match[str], year: int) -> str:
    ending = match["era"]
    if ending != "和":
        return _ERA_ENDING[ending]
    named = match.string[max(0, match.start("era") - 1) : match.end("era")]
    if named in ("昭和", "令和"):
        return named
    return "昭和" if year > _LONGEST_REIWA else ""


def _plain(words: str) -> str:
    return "".join(unicodedata.normalize("NFKC", words).split())
