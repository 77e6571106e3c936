"""Reads the date of birth, and the card's last day, in the strips of one picture."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date

import numpy as np

from device.reader.errors import PrintedCodeUnreadableError
from device.reader.front.agreement import Weight
from device.reader.front.field_text import (
    ALPHABET,
    PrintedDate,
    birth_date_in,
    birthdays_of,
    expiry_in,
    likeness_to_birthday,
)
from device.reader.front.line_net import DIGITS
from device.reader.front.line_words import likeliest_words, log_likelihoods, numbers_in
from device.reader.front.second_opinion import weighed
from device.reader.front.sighting import Sighting, best_sighting
from device.reader.front.strips import PartStrips, Preparation, Strip
from device.reader.port import OcrEngine
from device.reader.printed_code import day_of_birth, era_of

_OLDEST = 120
_SHORTEST_VALIDITY, _LONGEST_VALIDITY = 5, 11
"""Years; the shortest of cards that end on a birthday."""
_DATE = re.compile(r"(?P<year>元|\d+)年(?P<month>\d+)月(?P<day>\d+)日")
_GREGORIAN_YEARS, _ERA_YEARS = range(1900, 2100), ("元", *range(1, 100))
_GREGORIAN_DIGITS = 4
_MONTHS, _DAYS = range(1, 13), range(1, 32)
_CLOSEST_STRIPS = 3
"""A line reaches into so many, at most."""

Readings = Iterator[tuple[PrintedDate, Weight]]


class BirthReader:
    """Knows every day on which the holder can have been born."""

    def __init__(self, engine: OcrEngine, expiry: date | None) -> None:
        """Lists the days.

        Args:
            engine: reads what the network has found.
            expiry: the card's last day; for Japanese holders it is a birthday. None: not known.
        """
        self._engine = engine
        self._expiry = expiry
        self._births = [] if expiry is None else list(_birthdays_until(expiry))
        self._words = [birth.printed() for birth in self._births]

    def read(self, part: PartStrips, preparation: Preparation) -> Readings:
        """The date of birth and what the reading weighs."""
        best = best_sighting(part, self._look, PrintedDate.printed, self._is_hit)
        if best is None:
            return
        yield from weighed(best, self._read_by_engine(best, preparation))

    def _look(self, strips: Sequence[Strip]) -> Sighting[PrintedDate] | None:
        seen = [*_freely_seen(strips, self._freely_in), *self._seen_birthdays(strips)]
        seen = [sighting for sighting in seen if self._is_believable(sighting.value)]
        return max(seen, key=lambda sighting: sighting.fit, default=None)

    def _freely_in(self, words: str) -> PrintedDate | None:
        """Any date; with an era only where the chip does not tell the holder's birthday."""
        birth = birth_date_in(words, None)
        return None if birth is not None and birth.era and self._expiry is not None else birth

    def _is_hit(self, seen: Sighting[PrintedDate]) -> bool:
        count = len(self._unknown_numbers_of(seen.value))
        return any(map(seen.strip.is_hit, numbers_in(seen.strip.answers)[:count]))

    def _read_by_engine(
        self, seen: Sighting[PrintedDate], preparation: Preparation
    ) -> PrintedDate | None:
        """Digits alone first, which engines see better, then the whole line.

        An engine that contradicts itself has seen nothing.
        """
        wanted = self._unknown_numbers_of(seen.value)
        numbers = self._numbers_in(seen.strip, len(wanted), preparation)
        if numbers == wanted:
            return seen.value
        words = self._engine.recognise(seen.strip.picture(preparation), ALPHABET).text
        birth = birth_date_in(words, self._expiry)
        if birth is None or birth == seen.value:
            return birth
        return birth if self._unknown_numbers_of(birth)[: len(numbers)] == numbers else None

    def _unknown_numbers_of(self, birth: PrintedDate) -> list[str]:
        """What the chip does not tell of it."""
        is_backed = self._expiry is not None and birth.is_birthday_of(self._expiry)
        numbers = (birth.year,) if is_backed else (birth.year, birth.month, birth.day)
        return [str(number) for number in numbers]

    def _numbers_in(self, strip: Strip, count: int, preparation: Preparation) -> list[str]:
        """What the engine sees where the network sees numbers."""
        return [
            self._engine.recognise(strip.picture_of(number, preparation), DIGITS).text
            for number in numbers_in(strip.answers)[:count]
        ]

    def _seen_birthdays(self, strips: Sequence[Strip]) -> Iterator[Sighting[PrintedDate]]:
        if self._expiry is None:
            return
        closest = sorted(strips, key=self._likeness, reverse=True)[:_CLOSEST_STRIPS]
        for strip in closest:
            each = log_likelihoods(strip.answers, self._words)
            fit, best = float(np.logaddexp.reduce(each)), int(each.argmax())
            yield Sighting(self._births[best], float(np.exp(each[best] - fit)), fit, strip)

    def _likeness(self, strip: Strip) -> float:
        if self._expiry is None:
            return 0.0
        return likeness_to_birthday(likeliest_words(strip.answers), self._expiry)

    def _is_believable(self, birth: PrintedDate) -> bool:
        try:
            born = day_of_birth(birth.words())
        except PrintedCodeUnreadableError:
            return False
        if self._expiry is None:
            return True
        # The last day, its end hidden, looks like a date of birth; no card ends so soon after one.
        is_last_day = not birth.era and birth.is_birthday_of(self._expiry)
        youngest = _SHORTEST_VALIDITY if is_last_day else 0
        oldest = _OLDEST + _LONGEST_VALIDITY
        return youngest <= self._expiry.year - born.year <= oldest


def read_expiry(part: PartStrips, engine: OcrEngine, preparation: Preparation) -> Readings:
    """The card's last day and what the reading weighs."""
    seen = list(_freely_seen(part.strips, expiry_in))
    if seen:
        best = max(seen, key=lambda sighting: sighting.fit)
        if any(map(best.strip.is_hit, numbers_in(best.strip.answers)[:1])):
            return
        words = engine.recognise(best.strip.picture(preparation), ALPHABET).text
        yield from weighed(best, expiry_in(words))


def _freely_seen(
    strips: Sequence[Strip], date_in: Callable[[str], PrintedDate | None]
) -> Iterator[Sighting[PrintedDate]]:
    for strip in strips:
        words = likeliest_words(strip.answers)
        found = date_in(words)
        if found is not None:
            each = log_likelihoods(strip.answers, list(_with_other_numbers(words)))
            fit = float(np.logaddexp.reduce(each))
            yield Sighting(found, float(np.exp(each[0] - fit)), fit, strip)


def _with_other_numbers(words: str) -> Iterator[str]:
    """A date, and all that differ from it in one number."""
    yield words
    date_in_words = _DATE.search(words)
    if date_in_words is None:
        return
    years = _GREGORIAN_YEARS if len(date_in_words["year"]) == _GREGORIAN_DIGITS else _ERA_YEARS
    for name, values in (("year", years), ("month", _MONTHS), ("day", _DAYS)):
        begin, end = date_in_words.span(name)
        others = (f"{value}" for value in values if f"{value}" != date_in_words[name])
        yield from (f"{words[:begin]}{other}{words[end:]}" for other in others)


def _birthdays_until(expiry: date) -> Iterator[PrintedDate]:
    for year in range(expiry.year - _OLDEST - _LONGEST_VALIDITY, expiry.year + 1):
        for month, day in birthdays_of(expiry):
            try:
                era, era_year = era_of(date(year, month, day))
            except ValueError:
                continue
            yield PrintedDate(era, era_year, month, day)
