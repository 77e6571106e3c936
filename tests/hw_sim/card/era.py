"""Japanese eras, as the card prints years and as its certificates number them.

Source: facts/card.md §5 (the era follows the exact date), §7.1 (birth `EYYYYMMDD`).
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Era:
    """One era."""

    digit: int
    """1 明治, 2 大正, 3 昭和, 4 平成, 5 令和."""
    start: date
    """First day."""

    @property
    def name(self) -> str:
        """As printed on the card."""
        return ("明治", "大正", "昭和", "平成", "令和")[self.digit - 1]

    def year_of(self, day: date) -> int:
        """The year within the era, 1 = the year of its first day."""
        return day.year - self.start.year + 1


_ERAS = (
    Era(5, date(2019, 5, 1)),
    Era(4, date(1989, 1, 8)),
    Era(3, date(1926, 12, 25)),
    Era(2, date(1912, 7, 30)),
    Era(1, date(1868, 1, 25)),
)


def era_of(day: date) -> Era:
    """The era in which a day falls."""
    return next(era for era in _ERAS if era.start <= day)
