"""Reads the three fields of a card's front, picture after picture, until they are certain."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from device.reader.front.agreement import LEAD, Ballot, Weight
from device.reader.front.birth_reading import BirthReader, read_expiry
from device.reader.front.blinding_light import CODE_REACH_MM, YEAR_REACH_MM
from device.reader.front.card_outline import Picture
from device.reader.front.code_reading import read_security_code
from device.reader.front.field_text import PrintedDate
from device.reader.front.flat_card import PX_PER_MM, part
from device.reader.front.fusion import fused
from device.reader.front.ink import Print, print_on
from device.reader.front.layout import Layout
from device.reader.front.strips import PartStrips, Preparation
from device.reader.port import OcrEngine
from device.reader.printed_code import PrintedCode

PREPARATIONS = (
    Preparation(),
    Preparation(em_px=52, softness_px=0.8, is_evened=True),
    Preparation(em_px=38),
    Preparation(is_evened=True),
)
"""Taken in turn, so that agreeing readings differ in more than the noise."""
_LEAD_UNBACKED = 2 * LEAD
"""For a birthday that is not the card's last day: a foreign resident's, or misread."""

_FUSED = 6
"""Pictures laid over each other."""
_FUSED_AGAIN = 2
"""Such prints, after each of which all there are so far are laid over each other."""

T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True, slots=True)
class _Prints:
    """The print that is read, in one picture or several."""

    dates: Print = field(repr=False)
    security_code: Print = field(repr=False)

    @classmethod
    def of(cls, front: Picture, layout: Layout) -> Self:
        dates, security_code = part(front, layout.dates), part(front, layout.security_code)
        return cls(print_on(dates, YEAR_REACH_MM), print_on(security_code, CODE_REACH_MM))

    @classmethod
    def fused(cls, fronts: Sequence[Self]) -> Self:
        dates = fused([front.dates for front in fronts])
        return cls(dates, fused([front.security_code for front in fronts]))


class FrontReading:
    """What is known of one card's front so far."""

    def __init__(self, engine: OcrEngine, layout: Layout, expiry: date | None) -> None:
        """Knows nothing yet.

        Args:
            engine: the second opinion on every line.
            layout: where the lines are.
            expiry: the card's last day as its chip tells it; None: not told.
        """
        self._engine = engine
        self._layout = layout
        self._expiry = expiry
        self._birth_reader = BirthReader(engine, expiry)
        self._births: Ballot[PrintedDate] = Ballot()
        self._codes: Ballot[str] = Ballot()
        self._expiries: Ballot[PrintedDate] = Ballot()
        self._pictures = 0
        self._fronts: list[_Prints] = []
        self._fused: list[_Prints] = []

    def add(self, *ways: Picture) -> None:
        """Reads what is not certain yet in one more picture.

        Args:
            ways: straightened and upright; both ways round where that is in doubt.
        """
        fronts = [_Prints.of(way, self._layout) for way in ways]
        self._read(fronts)
        if len(fronts) == 1:
            self._fronts += fronts
        if len(self._fronts) == _FUSED:
            self._read_fused()

    def _read_fused(self) -> None:
        """What noise or a light that moves hides in each picture shows in all together."""
        self._fused.append(_Prints.fused(self._fronts))
        _wipe_all(self._fronts)
        self._read([self._fused[-1]])
        if len(self._fused) % _FUSED_AGAIN == 0:
            together = [_Prints.fused(self._fused)]
            try:
                self._read(together)
            finally:
                _wipe_all(together)

    def wipe(self) -> None:
        """Overwrites the print that was kept for the next pictures."""
        _wipe_all(self._fronts)
        _wipe_all(self._fused)

    def _read(self, fronts: list[_Prints]) -> None:
        preparation = PREPARATIONS[self._pictures % len(PREPARATIONS)]
        self._pictures += 1
        if self._codes.winner() is None:
            code_em_px = self._layout.security_code_em_mm * PX_PER_MM
            parts = [PartStrips(front.security_code, code_em_px) for front in fronts]
            codes = (read_security_code(each, self._engine, preparation) for each in parts)
            _cast(self._codes, codes)
        needs_birth = self._birth() is None
        needs_expiry = self._expiry is None and self._expiries.winner() is None
        if needs_birth or needs_expiry:
            dates_em_px = self._layout.dates_em_mm * PX_PER_MM
            parts = [PartStrips(front.dates, dates_em_px) for front in fronts]
            if needs_birth:
                births = (self._birth_reader.read(each, preparation) for each in parts)
                _cast(self._births, births)
            if needs_expiry:
                ends = (read_expiry(each, self._engine, preparation) for each in parts)
                _cast(self._expiries, ends)

    def result(self) -> PrintedCode | None:
        """The code, once every field is certain."""
        birth, code = self._birth(), self._codes.winner()
        expiry_year = self._expiry_year()
        if birth is None or code is None or expiry_year is None:
            return None
        return PrintedCode.from_print(birth.words(), expiry_year, code)

    def _birth(self) -> PrintedDate | None:
        birth = self._births.winner()
        if birth is None or self._expiry is None or birth.is_birthday_of(self._expiry):
            return birth
        return self._births.winner(_LEAD_UNBACKED)

    def _expiry_year(self) -> int | None:
        if self._expiry is not None:
            return self._expiry.year
        printed = self._expiries.winner()
        return None if printed is None else printed.year


def _wipe_all(fronts: list[_Prints]) -> None:
    for front in fronts:
        front.dates.ink.fill(0)
        front.security_code.ink.fill(0)
    fronts.clear()


def _cast(ballot: Ballot[T], ways: Iterable[Iterable[tuple[T, Weight]]]) -> None:
    readings = list(chain.from_iterable(ways))
    for value, weight in readings:
        ballot.cast(value, weight)
    if not readings:
        ballot.abstain()


def wipe(picture: NDArray[np.uint8]) -> None:
    """Overwrites a picture that nobody needs any more."""
    picture.fill(0)
