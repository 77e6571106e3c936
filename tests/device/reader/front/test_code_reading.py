import cv2
import numpy as np
import pytest

from device.reader.front import sighting
from device.reader.front.agreement import DAMAGED, DOUBTFUL, LIKELY, SURE, Weight
from device.reader.front.blinding_light import CODE_REACH_MM
from device.reader.front.code_reading import read_security_code
from device.reader.front.ink import Ink, Print, ink_of, print_on
from device.reader.front.sighting import CLEAR
from device.reader.front.strips import PartStrips, Preparation
from device.reader.ocr.tesseract import Settings, create
from device.reader.port import OcrEngine
from tests.device.reader.front.engines import Blind, Mistaken
from tests.device.reader.front.printed_lines import EM_PX, printed, undamaged
from tests.hw_sim.card_front.fonts import CODE_FAMILIES


@pytest.fixture(scope="module")
def engine() -> OcrEngine:
    return create(Settings())


def code_on(words: str, *, family: str = CODE_FAMILIES[0]) -> Ink:
    return printed(words, height_px=68, width_px=252, family=family)


def readings_of(ink: Ink, engine: OcrEngine) -> list[tuple[str, Weight]]:
    return list(read_security_code(PartStrips(undamaged(ink), EM_PX), engine, Preparation()))


@pytest.mark.parametrize("family", CODE_FAMILIES)
@pytest.mark.parametrize("code", ["4821", "0075", "1111", "9363"])
def test_security_codes(engine: OcrEngine, family: str, code: str) -> None:
    readings = dict(readings_of(code_on(code, family=family), engine))
    assert max(readings, key=lambda read: readings[read].votes) == code


def test_what_the_engine_reads_as_well_is_sure(engine: OcrEngine) -> None:
    assert readings_of(code_on("4821"), engine) == [("4821", SURE)]


def test_what_no_engine_reads_is_likely() -> None:
    assert readings_of(code_on("4821"), Blind()) == [("4821", LIKELY)]


def test_an_engine_that_sees_another_code_makes_it_doubtful(engine: OcrEngine) -> None:
    readings = dict(readings_of(code_on("4821"), Mistaken(engine, {"4821": "4827"})))
    assert readings["4821"] == DOUBTFUL


def test_dirt_beside_the_code_is_no_digit(engine: OcrEngine) -> None:
    ink = code_on("4821")
    ink[24:30, 150:156] = 1.0
    ink[:, 200:204] = 0.8
    assert "4821" in dict(readings_of(ink, engine))


def covered(columns: slice, colour: tuple[int, int, int]) -> Ink:
    """8871 with something on it: the columns of its digits are 20 to 90."""
    card = np.full((68, 252, 3), 200, np.uint8)
    card -= (150 * code_on("8871")[..., None]).astype(np.uint8)
    card[:, columns] = colour
    return ink_of(card)


FINGER, LIGHT_FINGER, PALE_FINGER = (92, 58, 42), (236, 190, 165), (245, 222, 196)


def test_a_finger_beside_the_code_hides_nothing(engine: OcrEngine) -> None:
    assert "8871" in dict(readings_of(covered(slice(0, 0), FINGER), engine))
    assert "8871" in dict(readings_of(covered(slice(0, 14), FINGER), engine))


@pytest.mark.parametrize("colour", [FINGER, LIGHT_FINGER, PALE_FINGER])
@pytest.mark.parametrize("reach", range(20, 46, 2))
def test_half_a_digit_is_no_other_digit(
    engine: OcrEngine, colour: tuple[int, int, int], reach: int
) -> None:
    readings = readings_of(covered(slice(0, reach), colour), engine)
    assert not [code for code, weight in readings if code != "8871" and weight != DOUBTFUL]


@pytest.mark.parametrize("words", ["482", "", "年月"])
def test_what_is_no_code(engine: OcrEngine, words: str) -> None:
    assert not readings_of(code_on(words), engine)


def test_noise_is_no_code(engine: OcrEngine) -> None:
    rng = np.random.default_rng(2)
    for _ in range(10):
        assert not readings_of(rng.random((68, 252), np.float32), engine)


def scratched(code: str, ends: tuple[tuple[int, int], tuple[int, int]], width_px: int) -> Print:
    card = (205 * (1 - 0.85 * code_on(code)))[..., None].repeat(3, axis=2).astype(np.uint8)
    cv2.line(card, *ends, (235, 235, 235), width_px)
    return print_on(card, CODE_REACH_MM)


CUT = [
    ("9899", ((72, 0), (27, 67)), 5),
    ("5580", ((66, 0), (59, 67)), 5),
    ("6388", ((90, 0), (73, 67)), 5),
]
"""A scratch makes other digits of these, clear to the network and to the engine alike."""


@pytest.mark.parametrize(("code", "ends", "width_px"), CUT)
def test_what_a_scratch_made_of_a_digit_is_not_believed(
    engine: OcrEngine,
    code: str,
    ends: tuple[tuple[int, int], tuple[int, int]],
    width_px: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    part = PartStrips(scratched(code, ends, width_px), EM_PX)
    readings = list(read_security_code(part, engine, Preparation()))
    assert not [value for value, weight in readings if value != code and weight != DOUBTFUL]
    monkeypatch.setattr(sighting, "_PAPER_TO_INK", ())
    careless = list(read_security_code(part, engine, Preparation()))
    assert [value for value, weight in careless if value != code and weight != DOUBTFUL]


def test_what_is_half_hidden_is_not_as_clear_as_it_looks(
    engine: OcrEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = PartStrips(scratched("0569", ((58, 0), (65, 67)), 4), EM_PX)
    assert list(read_security_code(part, engine, Preparation())) == [("0559", DOUBTFUL)]
    monkeypatch.setattr(sighting, "FIRM", CLEAR)
    assert list(read_security_code(part, engine, Preparation())) == [("0559", DAMAGED)]


def test_what_stands_there_whatever_the_scratch_hides_is_read(engine: OcrEngine) -> None:
    scratches = np.zeros((68, 252), np.uint8)
    cv2.line(scratches, (0, 10), (251, 60), (1,), 2)
    print_ = Print(code_on("4821"), scratches > 0)
    (reading,) = read_security_code(PartStrips(print_, EM_PX), engine, Preparation())
    assert reading == ("4821", DAMAGED)


def test_the_twelve_digits_of_the_back_never_reach_an_engine() -> None:
    blind = Blind()
    assert not readings_of(code_on("123456789012"), blind)
    assert blind.lines == 0
