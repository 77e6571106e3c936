"""Rendered fronts of people born in 大正, and in 明治, through the real camera reading and engine.

A reader's plausibility check must not take its oldest patients for a misreading.
"""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from benchmarks.printed_code import TrayCamera, lay
from device.reader.errors import PrintedCodeUnreadableError
from device.reader.front import birth_reading, camera_front
from device.reader.front.camera_front import CameraFront
from device.reader.ocr.tesseract import Settings, create
from device.reader.port import OcrEngine
from tests.hw_sim.card_front.holders import sample_oldest
from tests.hw_sim.card_front.laying import Laying, sample_laying
from tests.hw_sim.card_front.sample_shot import Difficulty

SEED, LAYINGS = 1913, 8
BIRTHS = {
    date(1911, 5, 28): "440528",
    date(1912, 7, 29): "450729",
    date(1912, 7, 30): "010730",
    date(1920, 2, 29): "090229",
    date(1926, 12, 24): "151224",
}
"""明治44年, its last day, the first day of 大正, a leap day, the last day of 大正."""


@pytest.fixture(scope="module")
def engine() -> OcrEngine:
    return create(Settings())


def born(day: date) -> Laying:
    """An easy laying of the card of somebody born on that day."""
    laying = sample_laying(np.random.default_rng(3), Difficulty.EASY, holders=sample_oldest)
    holder = replace(laying.profile.holder, birth_date=day)
    expiry = day.replace(year=2036)
    return replace(laying, profile=replace(laying.profile, holder=holder, card_expiry=expiry))


def read(laying: Laying, engine: OcrEngine) -> str:
    camera = TrayCamera(laying)
    front = CameraFront(lambda: camera, engine, now_s=lambda: camera.now_s)
    code = front.read_printed_code(laying.profile.card_expiry, lambda: False)
    return code.reference().decode()


@pytest.mark.parametrize(("day", "digits"), BIRTHS.items())
def test_the_oldest_are_read(engine: OcrEngine, day: date, digits: str) -> None:
    laying = born(day)
    assert read(laying, engine) == laying.profile.matching_code_b
    assert laying.profile.matching_code_b.startswith(digits)


def test_layings_of_the_oldest_as_difficult_as_in_the_population_are_read() -> None:
    results = [lay(number, SEED, sample_oldest).result for number in range(LAYINGS)]
    assert results.count("read") >= LAYINGS - 1
    assert "wrong" not in results


def test_a_reader_that_believes_in_nobody_so_old_is_caught(
    engine: OcrEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control; an honest reading takes two or three of the pictures of a second."""
    monkeypatch.setattr(birth_reading, "_OLDEST", 99)
    monkeypatch.setattr(camera_front, "LONGEST_S", 1.0)
    with pytest.raises(PrintedCodeUnreadableError):
        read(born(date(1911, 5, 28)), engine)
