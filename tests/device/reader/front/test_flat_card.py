import numpy as np

from device.reader.front.flat_card import PX_PER_MM, part, straighten, turned
from device.reader.front.layout import Box


def test_straightened_card_has_its_size_whatever_the_picture() -> None:
    image = np.zeros((300, 400, 3), np.uint8)
    image[100:200, 100:259] = 200
    corners = np.array([[100, 100], [258, 100], [258, 199], [100, 199]], np.float32)
    card = straighten(image, corners)
    assert card.shape == (648, 1027, 3)
    assert card[5:-5, 5:-5].min() == 200


def test_a_box_is_cut_out_in_millimetres() -> None:
    card = np.zeros((648, 1027, 3), np.uint8)
    card[2 * PX_PER_MM : 3 * PX_PER_MM, PX_PER_MM : 4 * PX_PER_MM] = 255
    assert part(card, Box(1, 2, 4, 3)).min() == 255
    assert part(card, Box(4, 3, 8, 9)).max() == 0


def test_turned_twice_is_the_same() -> None:
    card = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    assert (turned(turned(card)) == card).all()
    assert (turned(card)[0, 0] == card[-1, -1]).all()
