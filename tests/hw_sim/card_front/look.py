"""In what one printed card may differ from another with the same words on it."""

from dataclasses import dataclass, replace

import numpy as np

from tests.hw_sim.card_front.fonts import CODE_FAMILIES, DEFAULT_FAMILY, TEXT_FAMILIES

PORTRAITS = ("taro", "hanako", "jiro", "umeko")
"""Folders of tests/hw_sim/people."""


@dataclass(frozen=True, slots=True)
class PrintLook:
    """How one card was printed, and what its years in a wallet did to it."""

    text_family: str = DEFAULT_FAMILY
    """Font of name, address and dates; one of TEXT_FAMILIES."""
    code_family: str = DEFAULT_FAMILY
    """Font of the security code; one of CODE_FAMILIES."""
    is_bold: bool = False
    """Personal print in the bold face."""
    shift_right_mm: float = 0.0
    """Personal print against its place, -0.4 to 0.4."""
    shift_down_mm: float = 0.0
    """Personal print against its place, -0.4 to 0.4."""
    scale: float = 1.0
    """Size of the characters, 0.92 to 1.08."""
    ink: float = 0.92
    """Share of light the ink takes, 0.5 (pale) to 0.97 (black)."""
    spread_mm: float = 0.0
    """Growth of each stroke's edges, -0.012 (thin) to 0.05 (run together)."""
    grain: float = 0.1
    """Unevenness of the ink, 0 to 0.5."""
    is_day_padded: bool = True
    """One-digit months and days take the room of two."""
    tint: float = 0.0
    """Lot of blank cards: background lighter or stronger, -0.3 to 0.5."""
    is_certificate_date_written: bool = True
    """Somebody wrote the certificate's last day by hand."""
    scratches: int = 0
    """Fine scratches, 0 to 40."""
    faded_spots: int = 0
    """Places where print was rubbed off, 0 to 6."""
    fading: float = 0.0
    """Share of the ink gone in a spot's middle, 0 to 0.7."""
    dirt: float = 0.0
    """Grime, 0 to 1."""
    portrait: str = ""
    """Folder in tests/hw_sim/people; empty: chosen by the card's serial number."""
    is_photo_coloured: bool = False
    """Whether the photo is printed in colour; which is right is in no public source."""
    seed: int = 0
    """Draws the places of scratches, spots, grain and the handwriting."""


def sample_look(rng: np.random.Generator) -> PrintLook:
    """Draws one card from a pile: most are nearly new, a quarter is well worn."""
    age = float(rng.beta(1.0, 2.2))
    text_family = str(rng.choice(TEXT_FAMILIES))
    has_own_code_font = rng.random() < 0.3
    code_family = str(rng.choice(CODE_FAMILIES))
    look = PrintLook(
        text_family=text_family,
        code_family=code_family if has_own_code_font else text_family,
        is_bold=bool(rng.random() < 0.15),
        shift_right_mm=float(rng.uniform(-0.4, 0.4)),
        shift_down_mm=float(rng.uniform(-0.4, 0.4)),
        scale=float(rng.uniform(0.92, 1.08)),
        ink=float(np.clip(rng.normal(0.88, 0.08) - 0.15 * age, 0.5, 0.97)),
        spread_mm=float(rng.uniform(-0.012, 0.05)),
        grain=float(rng.uniform(0.0, 0.2) + 0.3 * age * rng.random()),
        is_day_padded=bool(rng.random() < 0.8),
        tint=float(rng.uniform(-0.3, 0.5)),
        is_certificate_date_written=bool(rng.random() < 0.7),
        scratches=int(rng.poisson(20 * age)),
        faded_spots=int(rng.poisson(2 * age)),
        fading=float(rng.uniform(0.1, 0.7) * age),
        dirt=float(rng.random() * age),
        portrait=str(rng.choice(PORTRAITS)),
        seed=int(rng.integers(2**31)),
    )
    return replace(look, is_photo_coloured=bool(look.seed % 2))
