"""Prints the back of a card: nothing there is of use to the reader, and it must notice that.

The number printed is the holder's, whose check digit is wrong, so that it can be nobody's.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.card.profile import CardProfile
from tests.hw_sim.card_front import wear, wording
from tests.hw_sim.card_front.fonts import DEFAULT_FAMILY
from tests.hw_sim.card_front.guilloche import blank_card
from tests.hw_sim.card_front.ink import InkSheet, Typeface
from tests.hw_sim.card_front.layout import BACK, FLAT_SIZE_PX, Box, px
from tests.hw_sim.card_front.look import PrintLook

_CODE_MODULES = 29


def render_back(profile: CardProfile, look: PrintLook) -> NDArray[np.uint8]:
    """The flat back of a card.

    Args:
        profile: whose card it is.
        look: how it is printed and worn.

    Returns:
        `uint8[864, 1370, 3], RGB`, as `render_front`.
    """
    rng = np.random.default_rng(look.seed)
    card = blank_card(look.tint)
    share = (_words(profile, look) * look.ink)[:, :, None]
    printed = np.clip(card * (1 - share) + 20 * share, 0, 255).astype(np.uint8)
    printed[_part(BACK.stripe)] = (42, 38, 38)
    _draw_contacts(printed)
    _draw_code_block(printed, np.random.default_rng(int(profile.holder.serial)))
    return wear.soil(wear.scratch(printed, look, rng), look, rng)


def _words(profile: CardProfile, look: PrintLook) -> NDArray[np.float32]:
    sheet = InkSheet(FLAT_SIZE_PX)
    text = Typeface(look.text_family, scale=look.scale)
    number = profile.holder.my_number
    groups = " ".join(number[start : start + 4] for start in (0, 4, 8))
    sheet.set_line("個人番号", BACK.heading, Typeface(DEFAULT_FAMILY))
    sheet.set_line(groups, BACK.number, text)
    sheet.set_line(profile.holder.name, BACK.name, text)
    birth = wording.birth_date_words(profile, is_day_padded=look.is_day_padded)
    sheet.set_line(birth, BACK.birth_date, text)
    return sheet.coverage(look.spread_mm)


def _part(box: Box) -> tuple[slice, slice]:
    return slice(px(box.top_mm), px(box.bottom_mm)), slice(px(box.left_mm), px(box.right_mm))


def _draw_contacts(card: NDArray[np.uint8]) -> None:
    box = BACK.contacts
    left, top, right, bottom = map(px, (box.left_mm, box.top_mm, box.right_mm, box.bottom_mm))
    gold, groove = (206, 172, 96), (120, 96, 48)
    cv2.rectangle(card, (left + 20, top), (right - 20, bottom), gold, -1)
    cv2.rectangle(card, (left, top + 20), (right, bottom - 20), gold, -1)
    for corner in ((left + 20, top + 20), (right - 20, top + 20)):
        cv2.circle(card, corner, 20, gold, -1)
        cv2.circle(card, (corner[0], bottom - 20), 20, gold, -1)
    third, quarter = (right - left) // 3, (bottom - top) // 4
    for column in (1, 2):
        cv2.line(card, (left + column * third, top), (left + column * third, bottom), groove, 4)
    for row in (1, 2, 3):
        cv2.line(card, (left, top + row * quarter), (right, top + row * quarter), groove, 4)


def _draw_code_block(card: NDArray[np.uint8], rng: np.random.Generator) -> None:
    modules = (rng.random((_CODE_MODULES, _CODE_MODULES)) < 0.5).astype(np.uint8)
    finder = np.ones((7, 7), np.uint8)
    finder[1:6, 1:6] = 0
    finder[2:5, 2:5] = 1
    for rows, columns in ((0, 0), (0, -8), (-8, 0)):
        modules[rows : rows + 8 or None, columns : columns + 8 or None] = 0
        top, left = rows % _CODE_MODULES + (rows < 0), columns % _CODE_MODULES + (columns < 0)
        modules[top : top + 7, left : left + 7] = finder
    part = _part(BACK.code_block)
    size = (part[1].stop - part[1].start, part[0].stop - part[0].start)
    block = cv2.resize(255 * (1 - modules), size, interpolation=cv2.INTER_NEAREST)
    card[part] = np.clip(block, 25, 245)[:, :, None]
