from datetime import date

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from device.reader.front import front_reading
from device.reader.front.flat_card import straighten, turned
from device.reader.front.front_reading import FrontReading, wipe
from device.reader.front.layout import MY_NUMBER_CARD
from device.reader.front.sight import look_at
from device.reader.ocr.tesseract import Settings, create
from device.reader.port import OcrEngine, RecognisedLine
from tests.device.reader.front.engines import Blind
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


class MistakenAtFirst:
    """Reads as the engine does, but one code for another, the first few times."""

    def __init__(self, engine: OcrEngine, wrong: str, times: int) -> None:
        self._engine = engine
        self._wrong = wrong
        self._times = times

    def recognise(self, line: NDArray[np.uint8], alphabet: str) -> RecognisedLine:
        read = self._engine.recognise(line, alphabet)
        if read.text == PROFILE.holder.security_code and self._times:
            self._times -= 1
            return RecognisedLine(self._wrong, read.confidence)
        return read


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


def test_misreadings_cost_pictures_and_nothing_else(
    engine: OcrEngine, card: NDArray[np.uint8]
) -> None:
    mistaken = MistakenAtFirst(engine, "4827", times=4)
    assert pictures_needed(mistaken, card, PROFILE.card_expiry) > 2


def test_what_engines_cannot_read_takes_four_pictures(card: NDArray[np.uint8]) -> None:
    assert pictures_needed(Blind(), card, PROFILE.card_expiry) == 4


def noisy(card: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Grain as wide as a stroke."""
    grain = cv2.GaussianBlur(rng.normal(0, 1, card.shape[:2]), (0, 0), 1.8)
    grained = card + 64 * (grain / grain.std())[..., None]
    return np.asarray(np.clip(grained, 0, 255), np.uint8)


@pytest.mark.parametrize("fewer", ["_FUSED", "_FUSED_AGAIN"])
def test_print_that_drowns_in_noise_shows_in_many_pictures_together(
    engine: OcrEngine, card: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch, fewer: str
) -> None:
    def is_read() -> bool:
        rng = np.random.default_rng(7)
        reading = FrontReading(engine, MY_NUMBER_CARD, PROFILE.card_expiry)
        for _ in range(24):
            reading.add(noisy(card, rng))
        code = reading.result()
        assert code is None or code.reference().decode() == PROFILE.matching_code_b
        return code is not None

    assert is_read()
    monkeypatch.setattr(front_reading, fewer, 1000)
    assert not is_read()


def test_where_the_way_up_is_in_doubt_both_are_read(
    engine: OcrEngine, card: NDArray[np.uint8]
) -> None:
    reading = FrontReading(engine, MY_NUMBER_CARD, PROFILE.card_expiry)
    for _ in range(2):
        reading.add(turned(card), card)
    code = reading.result()
    assert code is not None
    assert code.reference().decode() == PROFILE.matching_code_b


def test_a_blank_card_has_nothing_to_read(engine: OcrEngine) -> None:
    image = np.full((480, 640, 3), 220, np.uint8)
    corners = np.array([[0, 0], [640, 0], [640, 400], [0, 400]], np.float32)
    assert pictures_needed(engine, straighten(image, corners), PROFILE.card_expiry) == 0


def test_wiping() -> None:
    picture = np.ones((4, 4), np.uint8)
    wipe(picture)
    assert not picture.any()


@given(st.integers(0, 2**32 - 1))
@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_nothing_that_lies_there_stops_the_reading(
    engine: OcrEngine, card: NDArray[np.uint8], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    reading = FrontReading(engine, MY_NUMBER_CARD, PROFILE.card_expiry)
    for _ in range(7):
        painted = card.copy()
        for x, y in rng.integers((0, 0), (1027, 648), (40, 2)):
            painted[y : y + rng.integers(1, 90), x : x + rng.integers(1, 90)] = rng.integers(256)
        reading.add(painted)
    code = reading.result()
    assert code is None or code.reference().decode() == PROFILE.matching_code_b
