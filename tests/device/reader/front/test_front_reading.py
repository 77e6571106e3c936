import re
from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray

from device.reader.front.flat_card import straighten
from device.reader.front.front_reading import FrontReading, wipe
from device.reader.front.layout import MY_NUMBER_CARD
from device.reader.front.sight import look_at
from device.reader.ocr.tesseract import Settings, create
from device.reader.port import OcrEngine, RecognisedLine
from tests.device.reader.front.layings import PROFILE, picture_of
from tests.hw_sim.card_front.laying import Subject


@pytest.fixture(scope="module")
def engine() -> OcrEngine:
    return create(Settings())


@pytest.fixture(scope="module")
def card() -> NDArray[np.uint8]:
    front = look_at(picture_of(Subject.FRONT), MY_NUMBER_CARD).front
    assert front is not None
    return front


class Mistaken:
    """Reads as the engine does, but one code for another, the first few times."""

    def __init__(self, engine: OcrEngine, right: str, wrong: str, times: int) -> None:
        self._engine = engine
        self._right = right
        self._wrong = wrong
        self._times = times

    def recognise(self, line: NDArray[np.uint8], alphabet: str) -> RecognisedLine:
        read = self._engine.recognise(line, alphabet)
        if read.text == self._right and self._times:
            self._times -= 1
            return RecognisedLine(self._wrong, read.confidence)
        return read


class Silent:
    """Reads dates and no code, as engines do in a font they do not know."""

    def __init__(self, engine: OcrEngine) -> None:
        self._engine = engine

    def recognise(self, line: NDArray[np.uint8], alphabet: str) -> RecognisedLine:
        read = self._engine.recognise(line, alphabet)
        return RecognisedLine("", 0.0) if len(read.text) == 4 else read


def pictures_needed(engine: OcrEngine, card: NDArray[np.uint8], expiry: date | None) -> int:
    reading = FrontReading(engine, MY_NUMBER_CARD, expiry)
    for count in range(1, 25):
        reading.add(card)
        code = reading.result()
        if code is not None:
            assert code.reference().decode() == PROFILE.matching_code_b
            return count
    return 0


def test_a_clear_card_takes_two_pictures(engine: OcrEngine, card: NDArray[np.uint8]) -> None:
    assert pictures_needed(engine, card, PROFILE.card_expiry) == 2


def test_without_the_chips_expiry_the_printed_one_is_read(
    engine: OcrEngine, card: NDArray[np.uint8]
) -> None:
    assert pictures_needed(engine, card, None) == 2


def test_another_cards_expiry_makes_it_harder(engine: OcrEngine, card: NDArray[np.uint8]) -> None:
    reading = FrontReading(engine, MY_NUMBER_CARD, date(2035, 10, 27))
    for _ in range(2):
        reading.add(card)
    assert reading.result() is None


def test_one_misreading_costs_pictures_and_nothing_else(
    engine: OcrEngine, card: NDArray[np.uint8]
) -> None:
    code = PROFILE.holder.security_code
    mistaken = Mistaken(engine, code, "4827", times=2)
    assert pictures_needed(mistaken, card, PROFILE.card_expiry) > 2


def test_one_network_is_outvoted_by_two_others(engine: OcrEngine, card: NDArray[np.uint8]) -> None:
    code = PROFILE.holder.security_code
    mistaken = Mistaken(engine, code, "4827", times=1)
    assert pictures_needed(mistaken, card, PROFILE.card_expiry) == 2


def test_a_code_that_engines_cannot_read_takes_three_pictures(
    engine: OcrEngine, card: NDArray[np.uint8]
) -> None:
    assert pictures_needed(Silent(engine), card, PROFILE.card_expiry) == 3


def test_engines_that_contradict_the_network_read_nothing(
    engine: OcrEngine, card: NDArray[np.uint8]
) -> None:
    code = PROFILE.holder.security_code
    mistaken = Mistaken(engine, code, "4827", times=-1)
    assert pictures_needed(mistaken, card, PROFILE.card_expiry) == 0


def test_a_blank_card_has_nothing_to_read(engine: OcrEngine) -> None:
    image = np.full((480, 640, 3), 220, np.uint8)
    corners = np.array([[0, 0], [640, 0], [640, 400], [0, 400]], np.float32)
    assert pictures_needed(engine, straighten(image, corners), PROFILE.card_expiry) == 0


def test_wiping() -> None:
    picture = np.ones((4, 4), np.uint8)
    wipe(picture)
    assert not picture.any()


class FirstYear:
    """Sees the sign of an era's first year where two digits stand."""

    def __init__(self, engine: OcrEngine) -> None:
        self._engine = engine

    def recognise(self, line: NDArray[np.uint8], alphabet: str) -> RecognisedLine:
        read = self._engine.recognise(line, alphabet)
        return RecognisedLine(re.sub(r"(昭和|平成)\d+年", r"\1元年", read.text), read.confidence)


def test_a_first_year_where_digits_stand_is_not_believed(
    engine: OcrEngine, card: NDArray[np.uint8]
) -> None:
    assert pictures_needed(FirstYear(engine), card, PROFILE.card_expiry) == 0
