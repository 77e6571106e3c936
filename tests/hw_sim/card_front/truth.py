"""What is written beside the pictures, one JSON object a laying."""

from collections.abc import Mapping, Sequence

import numpy as np

from tests.hw_sim.card_front import wording
from tests.hw_sim.card_front.laying import Frame, Laying, is_readable
from tests.hw_sim.card_front.layout import CARD_HEIGHT_MM, CARD_WIDTH_MM
from tests.hw_sim.card_front.moment import moment_of
from tests.hw_sim.card_front.sample_shot import Difficulty
from tests.hw_sim.card_front.view import View

Json = str | int | float | bool | Sequence["Json"] | Mapping[str, "Json"]
_HALF_MM = np.array([CARD_WIDTH_MM, CARD_HEIGHT_MM]) / 2
_CORNERS_MM = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * _HALF_MM


def truth_of(
    difficulty: Difficulty, laying: Laying, frames: Sequence[tuple[str, Frame]]
) -> Mapping[str, Json]:
    """The truth about one laying.

    Args:
        difficulty: of its conditions.
        laying: the laying.
        frames: each picture with its file's name.
    """
    is_padded = laying.look.is_day_padded
    return {
        "subject": laying.subject.value,
        "difficulty": difficulty.value,
        "birth_date": wording.birth_date_words(laying.profile, is_day_padded=is_padded),
        "expiry": laying.profile.card_expiry.isoformat(),
        "security_code": laying.profile.holder.security_code,
        "matching_code": laying.profile.matching_code_b,
        "is_upside_down": laying.shot.is_upside_down,
        "is_readable": is_readable([frame for _, frame in frames]),
        "corners_px": _corners_px(laying),
        "frames": [
            {
                "file": name,
                "hidden": {part.value: why.value for part, why in frame.hidden.items()},
            }
            for name, frame in frames
        ],
    }


def _corners_px(laying: Laying) -> list[list[float]]:
    """The card's corners in the first picture, from its own upper left one clockwise."""
    view = View(laying.shot, moment_of(laying.shot, laying.seed, 0))
    return [[round(float(value), 1) for value in xy] for xy in view.to_picture(_CORNERS_MM)]
