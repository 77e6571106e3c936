from dataclasses import astuple

from device.reader.front.card_outline import HEIGHT_MM, WIDTH_MM
from device.reader.front.layout import MY_NUMBER_CARD


def test_every_box_lies_on_the_card() -> None:
    boxes = [part for part in astuple(MY_NUMBER_CARD) if isinstance(part, tuple)]
    assert len(boxes) > 5
    for left, top, right, bottom in boxes:
        assert 0 <= left < right <= WIDTH_MM
        assert 0 <= top < bottom <= HEIGHT_MM
