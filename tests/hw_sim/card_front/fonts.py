"""The fonts a card may be printed with, found through fontconfig.

A family that is not installed is replaced by Noto Sans CJK JP, so that the same seed prints the
same words everywhere, only in fewer shapes.
"""

import shutil
import subprocess
from functools import lru_cache

from PIL import ImageFont

DEFAULT_FAMILY = "Noto Sans CJK JP"
TEXT_FAMILIES = (
    "Noto Sans CJK JP",
    "Noto Serif CJK JP",
    "IPAexGothic",
    "IPAexMincho",
    "IPAGothic",
    "IPAMincho",
    "IPAPGothic",
    "TakaoGothic",
    "TakaoMincho",
    "VL Gothic",
    "VL PGothic",
)
"""Debian: fonts-noto-cjk, fonts-ipaexfont, fonts-ipafont, fonts-takao, fonts-vlgothic."""
CODE_FAMILIES = (*TEXT_FAMILIES, "OCR B", "OCRA")
"""Debian: fonts-ocr-b, fonts-ocr-a as well."""


@lru_cache(maxsize=64)
def _face_of(family: str, weight: str) -> tuple[str, int] | None:
    program = shutil.which("fc-match")
    if program is None:
        return None
    pattern = f"{family}:weight={weight}"
    listed = "%{family}\t%{file}\t%{index}"
    answer = subprocess.run(
        [program, "-f", listed, pattern], capture_output=True, text=True, check=True
    )
    names, path, index = answer.stdout.split("\t")
    if family not in names.split(","):
        return None
    return path, int(index) & 0xFFFF


@lru_cache(maxsize=256)
def font(family: str, size_px: int, *, is_bold: bool = False) -> ImageFont.FreeTypeFont:
    """A font in one size.

    Args:
        family: one of CODE_FAMILIES.
        size_px: em size in pixels.
        is_bold: the bold face, where the family has one.

    Raises:
        LookupError: not even Noto Sans CJK JP is installed.
    """
    weight = "200" if is_bold else "80"
    face = _face_of(family, weight) or _face_of(DEFAULT_FAMILY, weight)
    if face is None:
        raise LookupError(f"font {DEFAULT_FAMILY} is not installed")
    path, index = face
    return ImageFont.truetype(path, size_px, index=index)
