"""Name, address and security code of EF 0002: the chip keeps printed words as 1-bit pictures.

Only the security code's size is public. The other sizes are an assumption: 32 pixels a line and
368 a row, so that a character has about the 28 pixels in which a kanji can be told from another.
Real pictures may be larger.

Source: facts/card.md §3.3; W3C PNG (third edition) clause 11.
"""

import io
from collections.abc import Sequence
from functools import lru_cache
from math import ceil

from PIL import Image, ImageDraw

from tests.hw_sim.card_front.fonts import DEFAULT_FAMILY, font

_ROW_PX, _LINE_PX, _CHARACTER_PX = 368, 32, 28
_CODE_SIZE_PX, _CODE_CHARACTER_PX = (24, 12), 11
_ADDRESS_LINES = 2
_KEPT = 256
"""Pictures: tests issue many cards to few people."""


@lru_cache(maxsize=_KEPT)
def name_picture(name: str) -> bytes:
    """DF25: one line.

    Args:
        name: As printed; what does not fit is set smaller.
    """
    return _picture((name,), (_ROW_PX, _LINE_PX), _fitting_px(name))


@lru_cache(maxsize=_KEPT)
def address_picture(address: str) -> bytes:
    """DF26: two lines.

    Args:
        address: As printed; what does not fit is set smaller.
    """
    in_a_line = max(_ROW_PX // _CHARACTER_PX, ceil(len(address) / _ADDRESS_LINES))
    lines = (address[:in_a_line], address[in_a_line:])
    return _picture(lines, (_ROW_PX, _LINE_PX * _ADDRESS_LINES), _fitting_px(lines[0]))


@lru_cache(maxsize=_KEPT)
def security_code_picture(code: str) -> bytes:
    """DF2A.

    Args:
        code: Four digits.
    """
    return _picture((code,), _CODE_SIZE_PX, _CODE_CHARACTER_PX)


def _fitting_px(line: str) -> int:
    return min(_CHARACTER_PX, _ROW_PX // len(line))


def _picture(lines: Sequence[str], size_px: tuple[int, int], character_px: int) -> bytes:
    """Black words on white."""
    picture = Image.new("1", size_px, 1)
    draw = ImageDraw.Draw(picture)
    line_px = size_px[1] // len(lines)
    for row, line in enumerate(lines):
        middle = (0, row * line_px + line_px // 2)
        draw.text(middle, line, fill=0, font=font(DEFAULT_FAMILY, character_px), anchor="lm")
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
