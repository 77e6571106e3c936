"""A card of another kind: somebody's point or bank card, made up."""

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.card_front.fonts import DEFAULT_FAMILY
from tests.hw_sim.card_front.ink import InkSheet, Typeface
from tests.hw_sim.card_front.layout import FLAT_SIZE_PX, Line


def render_other_card(rng: np.random.Generator) -> NDArray[np.uint8]:
    """A flat card of one strong colour with a made-up shop's name and number.

    Args:
        rng: its colours and number.

    Returns:
        `uint8[864, 1370, 3], RGB`.
    """
    width, height = FLAT_SIZE_PX
    corners = rng.uniform(20, 220, (2, 2, 3)).astype(np.float32)
    ground = cv2.resize(corners, (width, height), interpolation=cv2.INTER_LINEAR)
    cv2.circle(
        ground,
        (int(width * 0.82), int(height * 0.7)),
        height // 5,
        tuple(float(value) for value in rng.uniform(60, 255, 3)),
        -1,
        cv2.LINE_AA,
    )
    sheet = InkSheet(FLAT_SIZE_PX)
    bold = Typeface(DEFAULT_FAMILY, is_bold=True)
    sheet.set_line("見本ポイントカード", Line(6.0, 5.0, 5.0, 60.0), bold)
    digits = "".join(map(str, rng.integers(0, 10, 16)))
    groups = "  ".join(digits[start : start + 4] for start in (0, 4, 8, 12))
    sheet.set_line(groups, Line(6.0, 30.0, 4.2, 74.0), Typeface(DEFAULT_FAMILY))
    sheet.set_line("MIHON TARO", Line(6.0, 42.0, 3.4, 40.0), Typeface(DEFAULT_FAMILY))
    ink = 255.0 if ground.mean() < 128 else 25.0
    share = sheet.coverage()[:, :, None]
    return np.asarray(np.clip(ground * (1 - share) + ink * share, 0, 255), dtype=np.uint8)
