"""The words that the chip keeps as pictures, and that they take the room words take."""

import io
from collections.abc import Callable

import pytest
from PIL import Image

from tests.hw_sim.card.front_pictures import (
    address_picture,
    name_picture,
    security_code_picture,
)
from tests.hw_sim.card.png import blank_png

LONG_ADDRESS = "試験県見本市架空台１２－３４－５　架空マンション試験棟１２０５号室"
SAMPLES = [
    (name_picture, "受付　太郎", (368, 32)),
    (name_picture, "ＴＥＳＴＥＲ　ＭＡＲＩＡ　ＥＸＡＭＰＬＥ", (368, 32)),
    (address_picture, "試験県見本市例町１－２－３", (368, 64)),
    (address_picture, LONG_ADDRESS, (368, 64)),
    (security_code_picture, "4821", (24, 12)),
]


@pytest.mark.parametrize(("picture_of", "words", "size_px"), SAMPLES)
def test_words_are_black_on_white_in_a_one_bit_png_and_none_is_cut_off(
    picture_of: Callable[[str], bytes], words: str, size_px: tuple[int, int]
) -> None:
    with Image.open(io.BytesIO(picture_of(words))) as picture:
        assert (picture.format, picture.mode, picture.size) == ("PNG", "1", size_px)
        inked = picture.convert("L").point(lambda level: 255 - level).getbbox()
    assert inked is not None
    # A character that is cut off leaves ink on the last column; a full-width one ends before it.
    assert inked[2] < size_px[0]
    assert inked[2] > size_px[0] / 3


@pytest.mark.parametrize(("picture_of", "words", "size_px"), SAMPLES)
def test_a_picture_of_words_is_larger_than_a_blank_one(
    picture_of: Callable[[str], bytes], words: str, size_px: tuple[int, int]
) -> None:
    assert len(picture_of(words)) > len(blank_png(*size_px))


def test_the_pictures_of_a_front_have_a_lifelike_size() -> None:
    """Blank ones had 86 and 96 bytes: whoever skips them would seem to save nothing."""
    assert 200 < len(name_picture("受付　太郎")) < 1024
    assert 400 < len(address_picture("試験県見本市例町１－２－３")) < 2048
    assert len(address_picture(LONG_ADDRESS)) > len(address_picture("試験県見本市例町１－２－３"))


def test_other_words_are_another_picture_and_the_same_words_the_same() -> None:
    assert name_picture("受付　太郎") != name_picture("試験　花子")
    drawn_before = name_picture("受付　太郎")
    name_picture.cache_clear()
    assert name_picture("受付　太郎") == drawn_before
