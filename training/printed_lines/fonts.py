"""The fonts on this machine whose figures look like print on a card, found through fontconfig."""

import hashlib
import subprocess
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import ImageFont

from device.reader.front.line_net import DIGITS

_NEEDED = ("年", "月", "日", "生", "昭", "和", "令", "ま", "効")
_CHARSET = " ".join(f"{ord(digit):x}" for digit in DIGITS)
_SIGN_CHARSET = " ".join(f"{ord(sign):x}" for sign in _NEEDED)
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
_TRIAL_PX = 100
_UNEVEN_SHARE = 0.12
"""Old-style figures differ more in height."""
_DIGIT_EM = 0.76
"""Height of digits against the square of the signs, where a font has no signs to tell."""
_SHARES = {"OCR": 24, "Gothic": 5, "Mincho": 5, "CJK": 5, "Sans": 2, "Mono": 2}
"""What a card is likely to be printed with is drawn more often."""
HELD_OUT_PERCENT = 14


@dataclass(frozen=True, slots=True)
class Typeface:
    """One font."""

    family: str
    """Name in fontconfig."""
    path: str
    """File."""
    index: int
    """Of the face in the file."""
    has_signs: bool
    """Whether it can print a whole date."""
    is_held_out: bool
    """Kept out of training."""
    share: int
    """How often it is drawn, against other fonts."""
    digit_share: float
    """Height of its digits, in sizes."""

    def sized(self, em_px: float) -> ImageFont.FreeTypeFont:
        """The font for signs of this height; digits have the height that belongs to it."""
        size = em_px if self.has_signs else em_px * _DIGIT_EM / self.digit_share
        return _opened(self.path, self.index, round(size))


@lru_cache(maxsize=4096)
def _opened(path: str, index: int, size_px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size_px, index=index)


def typefaces() -> list[Typeface]:
    """Every font with lining figures, each shape of figures once."""
    with_signs = set(_files(f":charset={_SIGN_CHARSET}"))
    seen: set[bytes] = set()
    found = []
    for place in _files(f":charset={_CHARSET}"):
        if any(name in place[0] for name in _NO_PRINT):
            continue
        face = _typeface(*place, has_signs=place in with_signs)
        if face is None:
            continue
        shape = _shape(face)
        if shape not in seen:
            seen.add(shape)
            found.append(face)
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


def _typeface(family: str, path: str, index: int, *, has_signs: bool) -> Typeface | None:
    try:
        font = ImageFont.truetype(path, _TRIAL_PX, index=index)
        boxes = [font.getbbox(digit) for digit in DIGITS]
    except OSError:
        return None
    heights = [box[3] - box[1] for box in boxes]
    if min(heights) < 0.3 * _TRIAL_PX or np.ptp(heights) > _UNEVEN_SHARE * max(heights):
        return None
    share = max([1, *(n for name, n in _SHARES.items() if name in family)])
    held_out = _is_held_out(family)
    return Typeface(family, path, index, has_signs, held_out, share, max(heights) / _TRIAL_PX)


def _shape(face: Typeface) -> bytes:
    font = ImageFont.truetype(face.path, 40, index=face.index)
    text = DIGITS + ("".join(_NEEDED) if face.has_signs else "")
    return hashlib.sha256(b"".join(bytes(font.getmask(sign)) for sign in text)).digest()


def _is_held_out(family: str) -> bool:
    """By the family's first words, so that no cut of a family kept out is ever seen."""
    name = " ".join(family.split()[:2])
    return hashlib.sha256(name.encode()).digest()[0] % 100 < HELD_OUT_PERCENT
