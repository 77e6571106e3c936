from datetime import date

import cv2
import numpy as np
import pytest

from device.reader.front import ink as ink_reading
from device.reader.front.agreement import DAMAGED, DOUBTFUL, LIKELY, SURE
from device.reader.front.birth_reading import BirthReader, _with_other_numbers, read_expiry
from device.reader.front.blinding_light import YEAR_REACH_MM
from device.reader.front.field_text import PrintedDate
from device.reader.front.ink import Print, print_on
from device.reader.front.strips import PartStrips, Preparation
from device.reader.ocr.tesseract import Settings, create
from device.reader.port import OcrEngine
from tests.device.reader.front.engines import Blind, Mistaken
from tests.device.reader.front.printed_lines import EM_PX, printed, undamaged
from tests.hw_sim.card_front.fonts import TEXT_FAMILIES

EXPIRY = date(2035, 3, 14)
BORN = PrintedDate("昭和", 33, 3, 14)
PLAIN = Preparation()


@pytest.fixture(scope="module")
def engine() -> OcrEngine:
    return create(Settings())


def part_of(*lines: str, family: str = TEXT_FAMILIES[0]) -> PartStrips:
    return PartStrips(undamaged(printed(*lines, width_px=440, family=family)), EM_PX)


@pytest.mark.parametrize("family", TEXT_FAMILIES)
@pytest.mark.parametrize(
    ("words", "expiry", "born"),
    [
        ("昭和33年 3月14日生", EXPIRY, BORN),
        ("平成5年3月14日生", EXPIRY, PrintedDate("平成", 5, 3, 14)),
        ("平成元年 3月14日生", EXPIRY, PrintedDate("平成", 1, 3, 14)),
        ("大正15年 2月29日生", date(2028, 2, 29), None),
        ("昭和55年 2月29日生", date(2033, 2, 28), PrintedDate("昭和", 55, 2, 29)),
        ("1980年10月 7日生", EXPIRY, PrintedDate("", 1980, 10, 7)),
    ],
)
def test_dates_of_birth(
    engine: OcrEngine, family: str, words: str, expiry: date, born: PrintedDate | None
) -> None:
    part = part_of(words, "2035年 3月14日まで有効", family=family)
    readings = dict(BirthReader(engine, expiry).read(part, PLAIN))
    if born is None:
        # No such day: the year 1926 had no 29 February.
        assert SURE not in readings.values()
    else:
        assert max(readings, key=lambda read: readings[read].votes) == born


def test_what_the_engine_reads_as_well_is_sure(engine: OcrEngine) -> None:
    readings = BirthReader(engine, EXPIRY).read(part_of("昭和33年3月14日生"), PLAIN)
    assert list(readings) == [(BORN, SURE)]


def test_a_card_that_ends_on_a_leap_day_is_read_as_surely_as_others(engine: OcrEngine) -> None:
    part = part_of("平成20年 2月29日生")
    readings = list(BirthReader(engine, date(2036, 2, 29)).read(part, PLAIN))
    assert readings == [(PrintedDate("平成", 20, 2, 29), SURE)]


def test_what_no_engine_reads_stands_alone() -> None:
    readings = BirthReader(Blind(), EXPIRY).read(part_of("昭和33年3月14日生"), PLAIN)
    assert list(readings) == [(BORN, LIKELY)]


def test_an_engine_that_sees_another_year_makes_it_doubtful(engine: OcrEngine) -> None:
    mistaken = Mistaken(engine, {"33": "38"})
    readings = dict(BirthReader(mistaken, EXPIRY).read(part_of("昭和33年3月14日生"), PLAIN))
    assert readings[BORN] == DOUBTFUL


def test_the_chips_expiry_tells_month_and_day_of_worn_print(engine: OcrEngine) -> None:
    ink = printed("昭和33年3月14日生")
    ink[:, 225:245] *= 0.2
    part = PartStrips(undamaged(ink), EM_PX)
    assert BORN in dict(BirthReader(engine, EXPIRY).read(part, PLAIN))


def test_a_day_on_which_nobody_alive_was_born_is_not_believed(engine: OcrEngine) -> None:
    part = part_of("明治33年4月1日生")
    assert not list(BirthReader(engine, EXPIRY).read(part, PLAIN))


def test_the_last_day_with_its_end_hidden_is_no_date_of_birth(engine: OcrEngine) -> None:
    part = part_of("2035年3月14日生")
    assert not list(BirthReader(engine, EXPIRY).read(part, PLAIN))
    assert list(BirthReader(engine, date(2045, 3, 14)).read(part, PLAIN))


def test_a_gregorian_year_is_as_sure_as_its_digits(engine: OcrEngine) -> None:
    part = part_of("1980年10月7日生")
    assert list(BirthReader(engine, EXPIRY).read(part, PLAIN)) == [
        (PrintedDate("", 1980, 10, 7), SURE)
    ]


@pytest.mark.parametrize(
    ("words", "others"),
    [
        ("1980年10月7日生", {"1988年10月7日生", "1980年1月7日生", "1980年10月17日生"}),
        ("昭和33年3月4日生", {"昭和38年3月4日生", "昭和3年3月4日生", "昭和33年3月14日生"}),
        ("令和元年5月3日生", {"令和2年5月3日生", "令和元年6月3日生", "令和元年5月31日生"}),
    ],
)
def test_every_number_of_a_date_has_its_rivals(words: str, others: set[str]) -> None:
    rivals = list(_with_other_numbers(words))
    assert rivals[0] == words
    assert others < set(rivals)
    assert len(rivals) == len(set(rivals))


def test_half_a_digit_makes_no_year_certain_where_the_chip_tells_nothing() -> None:
    ink = printed("昭和38年3月14日生")
    whole = dict(BirthReader(Blind(), None).read(PartStrips(undamaged(ink), EM_PX), PLAIN))
    assert whole == {PrintedDate("昭和", 38, 3, 14): LIKELY}
    ink[:, 112:119] = 0
    half = dict(BirthReader(Blind(), None).read(PartStrips(undamaged(ink), EM_PX), PLAIN))
    assert LIKELY not in half.values()


def test_a_scratched_birthday_that_both_read_weighs_little(engine: OcrEngine) -> None:
    ink = printed("昭和33年3月14日生", width_px=440)
    scratches = np.zeros(ink.shape, np.uint8)
    cv2.line(scratches, (90, 0), (150, 60), (1,), 2)
    part = PartStrips(Print(ink, scratches > 0), EM_PX)
    assert list(BirthReader(engine, EXPIRY).read(part, PLAIN)) == [(BORN, DAMAGED)]
    assert list(BirthReader(Blind(), EXPIRY).read(part, PLAIN)) == [(BORN, DOUBTFUL)]


def test_a_year_of_which_a_scratch_may_hide_anything_is_doubtful(engine: OcrEngine) -> None:
    ink = printed("昭和33年3月14日生", width_px=440)
    part = PartStrips(Print(ink, np.ones(ink.shape, bool)), EM_PX)
    assert list(BirthReader(engine, EXPIRY).read(part, PLAIN)) == [(BORN, DOUBTFUL)]


def under_light(words: str, x: int) -> Print:
    """A line of which light too strong for the camera hides what stands at x."""
    card = 190 * (1 - 0.85 * printed(words, width_px=440)[..., None].repeat(3, axis=2))
    down, right = np.mgrid[0 : card.shape[0], 0 : card.shape[1]]
    veil = 400 * np.exp(-((np.hypot(right - x, down - 30) / 22) ** 4))
    return print_on(np.clip(card + veil[..., None], 0, 255).astype(np.uint8), YEAR_REACH_MM)


def test_what_is_left_of_a_number_beside_blinding_light_is_doubtful(
    engine: OcrEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = BirthReader(engine, date(2027, 7, 31))
    sixth = PrintedDate("平成", 6, 7, 31)
    part = PartStrips(under_light("平成16年7月31日生", 86), EM_PX)
    assert list(reader.read(part, PLAIN)) == [(sixth, DOUBTFUL)]
    monkeypatch.setattr(ink_reading, "blinded_in", lambda part, _: np.zeros(part.shape[:2], bool))
    part = PartStrips(under_light("平成16年7月31日生", 86), EM_PX)
    assert list(reader.read(part, PLAIN)) == [(sixth, LIKELY)]


def test_no_last_day_is_read_through_a_scratch(engine: OcrEngine) -> None:
    ink = printed("2035年3月14日まで有効")
    assert list(read_expiry(PartStrips(undamaged(ink), EM_PX), engine, PLAIN))
    scratched = Print(ink, np.ones(ink.shape, bool))
    assert not list(read_expiry(PartStrips(scratched, EM_PX), engine, PLAIN))


def test_the_last_day(engine: OcrEngine) -> None:
    part = part_of("昭和33年3月14日生", "2035年3月14日まで有効")
    assert list(read_expiry(part, engine, PLAIN)) == [(PrintedDate("", 2035, 3, 14), SURE)]
    assert not list(read_expiry(part_of("昭和33年3月14日生"), engine, PLAIN))


def test_a_bare_card_has_no_dates(engine: OcrEngine) -> None:
    part = PartStrips(undamaged(np.zeros((130, 392), np.float32)), EM_PX)
    assert not list(BirthReader(engine, EXPIRY).read(part, PLAIN))
    assert not list(read_expiry(part, engine, PLAIN))
