"""Prints the front of a card for its holder."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from tests.hw_sim.card.profile import CardProfile
from tests.hw_sim.card_front import wear, wording
from tests.hw_sim.card_front.fonts import DEFAULT_FAMILY
from tests.hw_sim.card_front.guilloche import blank_card
from tests.hw_sim.card_front.handwriting import write_date
from tests.hw_sim.card_front.ink import InkSheet, Typeface
from tests.hw_sim.card_front.layout import FLAT_SIZE_PX, FRONT, Box, Line, px
from tests.hw_sim.card_front.look import PORTRAITS, PrintLook

_PEOPLE = Path(__file__).parents[1] / "people"
_LABEL_COLOUR = np.array((70, 80, 110), np.float32)
_INK_COLOUR = np.array((18, 18, 22), np.float32)
_LEVELS = np.array((0, 90, 160, 200, 222, 255), np.float32)
"""Of a grey photo; what is neither hair nor wall is mostly skin."""
_IN_GREY = (248 - 0.92 * (1 - _LEVELS[:, None] / 255) * (248 - _INK_COLOUR)).astype(np.float32)
_IN_COLOUR = np.array(
    (
        (36, 34, 41),
        (121, 84, 70),
        (201, 154, 130),
        (242, 214, 198),
        (248, 248, 248),
        (248, 248, 248),
    ),
    np.float32,
)
_PEN_COLOUR = np.array((25, 30, 70), np.float32)


class PrintedField(Enum):
    """A part of the front that the reader's code is made of."""

    BIRTH_DATE = "birth_date"
    EXPIRY_YEAR = "expiry_year"
    SECURITY_CODE = "security_code"


@dataclass(frozen=True, slots=True)
class PrintedFront:
    """A flat card and where on it the needed characters stand."""

    image: NDArray[np.uint8]
    """`uint8[H, W, 3], RGB`, PX_PER_MM, without rounded corners."""
    characters: Mapping[PrintedField, tuple[Box, ...]]
    """The box of every character of a field."""
    ink_left: Mapping[PrintedField, float]
    """Share of its ink that thin print and wear left to the field's worst character, 0 to 1."""


def render_front(profile: CardProfile, look: PrintLook) -> NDArray[np.uint8]:
    """The flat front of a card.

    Args:
        profile: whose card it is.
        look: how it is printed and worn.

    Returns:
        `uint8[864, 1370, 3], RGB`: 85.60 x 53.98 mm at 16 pixels a millimetre.
    """
    return print_front(profile, look).image


def print_front(profile: CardProfile, look: PrintLook) -> PrintedFront:
    """The flat front of a card, together with where its characters stand."""
    rng = np.random.default_rng(look.seed)
    card = blank_card(look.tint)
    card = _inked(card, _pre_print().coverage(), _LABEL_COLOUR, 0.85)
    sheet, characters = _set_personal(profile, look)
    left = wear.ink_left((card.shape[0], card.shape[1]), look, rng)
    coverage = sheet.coverage(look.spread_mm) * left
    card = _inked(card, coverage, _INK_COLOUR, look.ink)
    _print_photo(card, profile, look, left)
    if look.is_certificate_date_written:
        card = _inked(card, _written_date(profile, rng), _PEN_COLOUR, 0.8)
    printed = np.clip(card, 0, 255).astype(np.uint8)
    worn = wear.soil(wear.scratch(printed, look, rng), look, rng)
    meant = sheet.coverage()
    remaining = {
        part: min(_share_left(coverage, meant, box) for box in boxes)
        for part, boxes in characters.items()
    }
    return PrintedFront(worn, characters, remaining)


def _inked(
    card: NDArray[np.float32],
    coverage: NDArray[np.float32],
    colour: NDArray[np.float32],
    strength: float,
) -> NDArray[np.float32]:
    share = (coverage * strength)[:, :, None]
    return np.asarray(card * (1 - share) + colour * share, dtype=np.float32)


@lru_cache(maxsize=1)
def _pre_print() -> InkSheet:
    sheet = InkSheet(FLAT_SIZE_PX)
    labels = Typeface(DEFAULT_FAMILY)
    sheet.set_line("個人番号カード", FRONT.heading, Typeface(DEFAULT_FAMILY, is_bold=True))
    sheet.set_line("氏名", FRONT.name_label, labels)
    sheet.set_line("住所", FRONT.address_label, labels)
    sheet.set_line("性別", FRONT.sex_label, labels)
    sheet.set_line("電子証明書の有効期限", FRONT.certificate_label, labels)
    date_box, size_mm = FRONT.certificate_date, 1.9
    for word, share in (("年", 0.34), ("月", 0.64), ("日", 0.94)):
        left_mm = date_box.left_mm + share * date_box.width_mm
        sheet.set_line(word, Line(left_mm, date_box.top_mm + 0.8, size_mm, 3.0), labels)
    _frame_boxes(sheet, labels)
    return sheet


def _frame_boxes(sheet: InkSheet, labels: Typeface) -> None:
    panel, donor = FRONT.sign_panel, FRONT.donor_box
    draw = ImageDraw.Draw(sheet.picture)
    for box in (panel, donor, FRONT.photo):
        corners = tuple(map(px, (box.left_mm, box.top_mm, box.right_mm, box.bottom_mm)))
        draw.rectangle(corners, outline=150, width=2)
    for row in range(1, 3):
        y = px(panel.top_mm + row * panel.height_mm / 3)
        draw.line((px(panel.left_mm), y, px(panel.right_mm), y), fill=110, width=2)
    sheet.set_line("追記", Line(panel.left_mm + 0.6, panel.top_mm + 0.6, 1.6, 5.0), labels)
    notes = (
        "《臓器提供意思》１.脳死後及び心臓停止後 ２.心臓停止後 ３.提供しない",
        "〔１又は２の方で提供したくない臓器：心臓・肺・肝臓・腎臓・膵臓・小腸・眼球〕",
        "《特記欄》　　　　　署名年月日　　　年　　月　　日　署名",
    )
    for row, words in enumerate(notes):
        line = Line(donor.left_mm + 0.6, donor.top_mm + 0.3 + 1.8 * row, 1.4, donor.width_mm - 1)
        sheet.set_line(words, line, labels)


def _set_personal(
    profile: CardProfile, look: PrintLook
) -> tuple[InkSheet, Mapping[PrintedField, tuple[Box, ...]]]:
    holder = profile.holder
    sheet = InkSheet(FLAT_SIZE_PX)
    place = (look.is_bold, look.scale, look.shift_right_mm, look.shift_down_mm)
    text, code = Typeface(look.text_family, *place), Typeface(look.code_family, *place)
    sheet.set_line(holder.name, FRONT.name, text)
    first, second = _address_rows(holder.address)
    sheet.set_line(first, FRONT.address[0], text)
    sheet.set_line(second, FRONT.address[1], text)
    birth = wording.birth_date_words(profile, is_day_padded=look.is_day_padded)
    expiry = wording.expiry_words(profile, is_day_padded=look.is_day_padded)
    sheet.set_line(wording.SEX_WORDS[holder.sex], FRONT.sex, text)
    sheet.set_line("見本市長", FRONT.issuer, text)
    return sheet, {
        PrintedField.BIRTH_DATE: sheet.set_line(birth, FRONT.birth_date, text),
        PrintedField.EXPIRY_YEAR: sheet.set_line(expiry, FRONT.expiry, text)[:4],
        PrintedField.SECURITY_CODE: sheet.set_line(holder.security_code, FRONT.security_code, code),
    }


def _address_rows(address: str) -> tuple[str, str]:
    if len(address) <= 22:
        return address, ""
    return address[:22], address[22:]


def _print_photo(
    card: NDArray[np.float32], profile: CardProfile, look: PrintLook, left: NDArray[np.float32]
) -> None:
    name = look.portrait or PORTRAITS[(int(profile.holder.serial) - 1) % len(PORTRAITS)]
    box = FRONT.photo
    top, left_px = px(box.top_mm), px(box.left_mm)
    size = (px(box.width_mm), px(box.height_mm))
    grey = cv2.resize(_portrait(name), size, interpolation=cv2.INTER_AREA).astype(np.float32)
    part = (slice(top, top + size[1]), slice(left_px, left_px + size[0]))
    levels = _IN_COLOUR if look.is_photo_coloured else _IN_GREY
    photo = np.stack([np.interp(grey, _LEVELS, levels[:, each]) for each in range(3)], axis=2)
    card[part] = 248 + (photo - 248) * left[part][:, :, None]


@lru_cache(maxsize=len(PORTRAITS))
def _portrait(name: str) -> NDArray[np.uint8]:
    with Image.open(_PEOPLE / name / "portrait.jp2") as picture:
        return np.asarray(picture.convert("L"))


def _written_date(profile: CardProfile, rng: np.random.Generator) -> NDArray[np.float32]:
    last = profile.card_expiry
    pen = np.zeros((FLAT_SIZE_PX[1], FLAT_SIZE_PX[0]), np.uint8)
    year = str(max(2021, last.year - int(rng.integers(0, 6))))
    write_date(pen, FRONT.certificate_date, (year, str(last.month), str(last.day)), rng)
    return pen.astype(np.float32) / 255


def _share_left(coverage: NDArray[np.float32], meant: NDArray[np.float32], box: Box) -> float:
    part = (
        slice(px(box.top_mm), px(box.bottom_mm)),
        slice(px(box.left_mm), px(box.right_mm)),
    )
    return min(1.0, float(coverage[part].sum()) / max(float(meant[part].sum()), 1.0))
