"""Reads the three fields of a card's front, picture after picture, until they are certain."""

from collections.abc import Hashable, Iterator
from dataclasses import replace
from datetime import date
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from device.reader.errors import PrintedCodeUnreadableError
from device.reader.front.agreement import ALONE, DOUBTFUL, LEAD, SURE, Ballot
from device.reader.front.card_outline import Picture
from device.reader.front.digit_reading import DigitReading
from device.reader.front.field_text import (
    ALPHABET,
    DIGITS,
    PrintedDate,
    birth_date_in,
    expiry_in,
    security_code_in,
)
from device.reader.front.flat_card import part
from device.reader.front.layout import Layout
from device.reader.front.number_columns import number_columns
from device.reader.front.print_lines import (
    LineShape,
    Preparation,
    PrintLine,
    Span,
    find_lines,
    ink_of,
)
from device.reader.port import OcrEngine
from device.reader.printed_code import PrintedCode, day_of_birth

_DATE_LINE = LineShape(heights_mm=(1.6, 3.6), widths_mm=(13, 45), gap_mm=8.0)
_CODE_LINE = LineShape(heights_mm=(1.5, 3.2), widths_mm=(3.5, 12), gap_mm=1.5)
_PREPARATIONS = (
    Preparation(),
    Preparation(height_px=42, softness_px=0.8, is_evened=True),
    Preparation(height_px=30),
    Preparation(is_evened=True),
)
"""Taken in turn, so that agreeing readings differ in more than the noise."""
_NUMBERS_OF_A_DATE = 3
_DIGITS_OF_A_CODE = 4
_LEAD_UNBACKED = 2 * LEAD
"""For a birthday that is not the card's last day: a foreign resident's, or misread."""
_SECOND_PLACE_EM = 2.55
"""Left of it, in heights from the era's first column, stands the first digit of a year."""
_AGREED = 0.67
"""An engine's confidence above which its own networks agree."""
_OLDEST = 120
_LONGEST_VALIDITY = 11
"""Years."""

T = TypeVar("T", bound=Hashable)
Readings = Iterator[tuple[PrintedDate, int]]


class FrontReading:
    """What is known of one card's front so far."""

    def __init__(self, engine: OcrEngine, layout: Layout, expiry: date | None) -> None:
        self._engine = engine
        self._layout = layout
        self._expiry = expiry
        self._births: Ballot[PrintedDate] = Ballot()
        self._codes: Ballot[str] = Ballot()
        self._expiries: Ballot[PrintedDate] = Ballot()
        self._pictures = 0

    def add(self, front: Picture) -> None:
        """Reads what is not certain yet.

        Args:
            front: straightened and upright.
        """
        preparation = _PREPARATIONS[self._pictures % len(_PREPARATIONS)]
        self._pictures += 1
        if self._codes.winner() is None:
            _cast(self._codes, self._security_codes(front, preparation))
        needs_birth = self._birth() is None
        needs_expiry = self._expiry is None and self._expiries.winner() is None
        if needs_birth or needs_expiry:
            lines = find_lines(ink_of(part(front, self._layout.dates)), _DATE_LINE)
            if needs_birth:
                _cast(self._births, self._births_in(lines[:1], preparation))
            if needs_expiry:
                _cast(self._expiries, self._expiries_in(lines[1:2], preparation))

    def result(self) -> PrintedCode | None:
        """The code, once every field is certain."""
        birth, code = self._birth(), self._codes.winner()
        expiry_year = self._expiry_year()
        if birth is None or code is None or expiry_year is None:
            return None
        return PrintedCode.from_print(birth.words(), expiry_year, code)

    def _birth(self) -> PrintedDate | None:
        birth = self._births.winner()
        if birth is None or self._is_backed(birth):
            return birth
        return self._births.winner(_LEAD_UNBACKED)

    def _expiry_year(self) -> int | None:
        if self._expiry is not None:
            return self._expiry.year
        printed = self._expiries.winner()
        return None if printed is None else printed.year

    def _security_codes(
        self, front: Picture, preparation: Preparation
    ) -> Iterator[tuple[str, int]]:
        lines = find_lines(ink_of(part(front, self._layout.security_code)), _CODE_LINE)
        if len(lines) != 1:
            return
        picture = lines[0].picture(preparation)
        own = DigitReading.of(lines[0], lines[0].columns, _DIGITS_OF_A_CODE)
        digits = self._engine.recognise(picture, DIGITS)
        first = security_code_in(digits.text)
        if own.is_sure and own.text == first:
            yield first, SURE
            return
        second = security_code_in(self._engine.recognise(picture, ALPHABET).text)
        is_backed = own.is_clear or first == second
        if is_backed and second is not None and own.text == second:
            yield second, SURE
            return
        is_agreed = digits.confidence > _AGREED or first == second
        if own.is_sure:
            is_contradicted = first is not None and is_agreed
            yield own.text, ALONE if own.is_clear and not is_contradicted else DOUBTFUL
        if first is not None and is_agreed:
            yield first, DOUBTFUL

    def _births_in(self, lines: list[PrintLine], preparation: Preparation) -> Readings:
        for line in lines:
            words = self._engine.recognise(line.picture(preparation), ALPHABET).text
            birth = birth_date_in(words, self._expiry)
            if birth is None:
                return
            birth, weight = self._with_year_read_again(line, birth, preparation)
            if not self._is_backed(birth):
                weight = min(weight, self._weight_of_day(line, birth))
            if self._is_believable(birth):
                yield birth, weight

    def _expiries_in(self, lines: list[PrintLine], preparation: Preparation) -> Readings:
        for line in lines:
            end = expiry_in(self._engine.recognise(line.picture(preparation), ALPHABET).text)
            if end is not None:
                yield self._with_year_read_again(line, end, preparation)

    def _with_year_read_again(
        self, line: PrintLine, day: PrintedDate, preparation: Preparation
    ) -> tuple[PrintedDate, int]:
        """The year's digits once more, one by one.

        Returns:
            The date, and what it weighs; 0: the two readings contradict each other.
        """
        columns = number_columns(line, is_after_era=bool(day.era))
        if not columns:
            return day, DOUBTFUL
        if day.era and day.year == 1:
            return day, _weight_of_first_year(line, columns[0])
        year = str(day.year)
        own = DigitReading.of(line, columns[0], len(year))
        if own.text == year and own.is_sure:
            return day, SURE if len(year) > 1 or _is_alone(line, own) else DOUBTFUL
        if own.text != year and not own.is_sure:
            return day, 0
        again = self._engine.recognise(line.picture_of(columns[0], preparation), DIGITS)
        if again.text != own.text:
            return day, DOUBTFUL if own.text == year else 0
        is_whole = len(year) > 1 or _is_alone(line, own)
        return replace(day, year=int(own.text)), SURE if is_whole else DOUBTFUL

    def _weight_of_day(self, line: PrintLine, day: PrintedDate) -> int:
        """Month and day once more, one by one; 0 where they are not the same or not found."""
        columns = number_columns(line, is_after_era=bool(day.era))
        if len(columns) < _NUMBERS_OF_A_DATE:
            return 0
        for span, number in zip(columns[1:], (day.month, day.day), strict=True):
            own = DigitReading.of(line, span, len(str(number)))
            if not own.is_sure or own.text != str(number):
                return 0
        return SURE

    def _is_backed(self, birth: PrintedDate) -> bool:
        return self._expiry is None or birth.is_birthday_of(self._expiry)

    def _is_believable(self, birth: PrintedDate) -> bool:
        try:
            born = day_of_birth(birth.words())
        except PrintedCodeUnreadableError:
            return False
        if self._expiry is None:
            return True
        return self._expiry.year - _OLDEST - _LONGEST_VALIDITY <= born.year <= self._expiry.year


def _weight_of_first_year(line: PrintLine, columns: Span) -> int:
    """Of an era's year 1, printed as a sign that engines also see in two blurred digits."""
    two = DigitReading.of(line, columns, 2)
    if two.is_sure:
        return 0
    one = DigitReading.of(line, columns, 1)
    if one.text:
        is_one = one.text == "1" and one.is_sure and _is_alone(line, one)
        return SURE if is_one else DOUBTFUL
    return SURE if two.is_guess else DOUBTFUL


def _is_alone(line: PrintLine, digit: DigitReading) -> bool:
    """Whether no digit can have stood between the era and this one."""
    place = (digit.first_px - line.columns[0]) / line.height_px
    return place < _SECOND_PLACE_EM or digit.is_first(line)


def _cast(ballot: Ballot[T], readings: Iterator[tuple[T, int]]) -> None:
    is_silent = True
    for value, weight in readings:
        if weight:
            ballot.cast(value, weight)
            is_silent = False
    if is_silent:
        ballot.abstain()


def wipe(picture: NDArray[np.uint8]) -> None:
    """Overwrites a picture that nobody needs any more."""
    picture.fill(0)
