"""The fonts on this machine whose figures look like print on a card, found through fontconfig."""

import hashlib
import subprocess
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

DIGITS = "0123456789"
SIGNS = "年月日元生平成昭和令"
CAP_PX = 36
"""Height of a digit as drawn."""
CELL_PX = 64
"""Height of a drawn cell."""
_CHARSET = " ".join(f"{ord(digit):x}" for digit in DIGITS)
_NO_PRINT = (
    "KanjiStrokeOrders",
    "Music",
    "Emoji",
    "Braille",
    "Symbols",
    "Halflings",
    "Math",
    "Keyboard",
)
_UNEVEN_SHARE = 0.12
"""Old-style figures differ more in height."""
_SHARES = {"OCR": 24, "Gothic": 5, "Mincho": 5, "CJK": 5, "Sans": 2, "Mono": 2}
"""What a card is likely to be printed with is drawn more often."""
HELD_OUT_PERCENT = 14


@dataclass(frozen=True, slots=True)
class Typeface:
    """The characters of one font as pictures."""

    family: str
    """Name in fontconfig."""
    is_held_out: bool
    """Kept out of training."""
    share: int
    """How often it is drawn, against other fonts."""
    glyphs: dict[str, NDArray[np.float32]] = field(repr=False)
    """`float32[CELL_PX, advance]`, 1 is ink; digits, and signs where the font has them."""


def typefaces() -> list[Typeface]:
    """Every font with lining figures, each shape of figures once."""
    signs = set(_files(f":charset={ord(SIGNS[0]):x} {ord(SIGNS[5]):x}"))
    seen: set[bytes] = set()
    found = []
    for family, path, index in _files(f":charset={_CHARSET}"):
        if any(name in family for name in _NO_PRINT):
            continue
        text = DIGITS + (SIGNS if (family, path, index) in signs else "")
        glyphs = _glyphs(path, index, text)
        if glyphs is None:
            continue
        print_of = hashlib.sha256(b"".join(glyphs[d].tobytes() for d in DIGITS)).digest()
        if print_of not in seen:
            seen.add(print_of)
            share = max([1, *(n for name, n in _SHARES.items() if name in family)])
            found.append(Typeface(family, _is_held_out(family), share, glyphs))
    return found


def _files(pattern: str) -> list[tuple[str, str, int]]:
    listed = subprocess.run(
        ["fc-list", pattern, "-f", "%{family[0]}\t%{file}\t%{index}\n"],
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [line.split("\t") for line in sorted(listed.stdout.splitlines())]
    return [(family, path, int(index) & 0xFFFF) for family, path, index in rows]


def _glyphs(path: str, index: int, text: str) -> dict[str, NDArray[np.float32]] | None:
    try:
        large = ImageFont.truetype(path, 100, index=index)
        boxes = [large.getbbox(digit) for digit in DIGITS]
    except OSError:
        return None
    heights = [box[3] - box[1] for box in boxes]
    if min(heights) < 30 or np.ptp(heights) > _UNEVEN_SHARE * max(heights):
        return None
    font = ImageFont.truetype(path, round(100 * CAP_PX / max(heights)), index=index)
    box = font.getbbox("0")
    top = round((CELL_PX - (box[3] - box[1])) / 2 - box[1])
    return {sign: _drawn(font, sign, top) for sign in text}


def _drawn(font: ImageFont.FreeTypeFont, sign: str, top: int) -> NDArray[np.float32]:
    cell = Image.new("L", (max(8, round(font.getlength(sign))), CELL_PX))
    ImageDraw.Draw(cell).text((0, top), sign, font=font, fill=255)
    return np.asarray(cell, np.float32) / 255


def _is_held_out(family: str) -> bool:
    """By the family's first words, so that no cut of a family kept out is ever seen."""
    name = " ".join(family.split()[:2])
    return hashlib.sha256(name.encode()).digest()[0] % 100 < HELD_OUT_PERCENT
