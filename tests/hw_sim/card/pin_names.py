"""The secrets a card knows: their names, how often they may be guessed, what the holder chose.

Source: facts/card.md §4.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class PinName(Enum):
    """A secret's reference: application and file."""

    JPKI_AUTHENTICATION = "jpki_authentication"
    JPKI_SIGNATURE = "jpki_signature"
    TEXT_PIN = "text_pin"
    TEXT_CODE_A = "text_code_a"
    TEXT_CODE_B = "text_code_b"
    SURFACE_BIRTH_DATE = "surface_birth_date"
    SURFACE_CODE_A = "surface_code_a"
    SURFACE_CODE_B = "surface_code_b"
    COMMON_PIN = "common_pin"
    RESIDENT_PIN = "resident_pin"


FULL_TRIES: Mapping[PinName, int] = {
    PinName.JPKI_AUTHENTICATION: 3,
    PinName.JPKI_SIGNATURE: 5,
    PinName.TEXT_PIN: 3,
    PinName.TEXT_CODE_A: 10,
    PinName.TEXT_CODE_B: 10,
    PinName.SURFACE_BIRTH_DATE: 10,
    PinName.SURFACE_CODE_A: 10,
    PinName.SURFACE_CODE_B: 10,
    PinName.COMMON_PIN: 3,
    PinName.RESIDENT_PIN: 3,
}
"""Tries of an untouched card."""

CHANGEABLE_TO: Mapping[PinName, range] = {
    PinName.JPKI_AUTHENTICATION: range(4, 5),
    PinName.JPKI_SIGNATURE: range(6, 17),
    PinName.TEXT_PIN: range(4, 5),
    PinName.COMMON_PIN: range(4, 5),
    PinName.RESIDENT_PIN: range(4, 5),
}
"""How long a new secret may be, in bytes; the printed codes can never be changed."""


@dataclass(frozen=True, slots=True)
class Pins:
    """The secrets the holder chose."""

    authentication: str = field(default="1234", repr=False)
    """4 digits, 利用者証明用."""
    signature: str = field(default="ABC123", repr=False)
    """6 to 16 capital letters and digits, 署名用."""
    text: str = field(default="2345", repr=False)
    """4 digits, 券面事項入力補助用."""
    resident: str = field(default="3456", repr=False)
    """4 digits, 住民基本台帳用."""
