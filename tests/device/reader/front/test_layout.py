from dataclasses import astuple

from device.reader.front.card_outline import HEIGHT_MM, WIDTH_MM
from device.reader.front.layout import MY_NUMBER_CARD


def test_every_box_lies_on_the_card() -> None:
    for left, top, right, bottom in astuple(MY_NUMBER_CARD):
        assert 0 <= left < right <= WIDTH_MM
        assert 0 <= top < bottom <= HEIGHT_MM
