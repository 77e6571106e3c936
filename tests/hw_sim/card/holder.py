"""The fictitious person to whom a simulated card is issued.

Source: facts/card.md §5 (era years), §3.4 (text record).
"""

from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from tests.hw_sim.card.era import era_of


class Sex(Enum):
    """Sex as the card writes it, one ASCII digit."""

    MALE = "1"
    FEMALE = "2"


@dataclass(frozen=True, slots=True)
class Holder:
    """What the municipality knows of the holder."""

    name: str
    """Family name, full-width space, given name."""
    address: str
    """Address with full-width digits."""
    birth_date: date
    """Date of birth."""
    sex: Sex
    """Sex as registered."""
    my_number: str = field(repr=False)
    """12 digits with a wrong check digit, so that it can be nobody's number."""
    serial: str
    """15 digits, the card's serial number."""
    security_code: str = field(repr=False)
    """4 digits printed under the photo."""
    is_birth_printed_in_era: bool = True
    """False for a foreign resident, whose card prints the Gregorian year."""

    @property
    def printed_birth_digits(self) -> str:
        """Six digits YYMMDD, the year as printed on the card."""
        year = self.birth_date.year % 100
        if self.is_birth_printed_in_era:
            year = era_of(self.birth_date).year_of(self.birth_date)
        return f"{year:02d}{self.birth_date:%m%d}"
