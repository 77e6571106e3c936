"""Layings of the simulated card for the tests of this folder, each photographed once."""

from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.card.catalog import MY_NUMBER
from tests.hw_sim.card_front.laying import Laying, Subject
from tests.hw_sim.card_front.look import PrintLook
from tests.hw_sim.card_front.shot import Finger, Glare, Shot

PROFILE = MY_NUMBER
SHOT = Shot(rotation_deg=3.0, tilt_right_deg=4.0)
"""How `picture_of` sees by default."""


@cache
def picture_of(
    subject: Subject,
    *,
    is_upside_down: bool = False,
    seed: int = 1,
    glares: tuple[Glare, ...] = (),
    finger: Finger | None = None,
    portrait: str = "taro",
    is_photo_coloured: bool = False,
) -> NDArray[np.uint8]:
    """A clear picture, `uint8[960, 1280, 3], RGB`; not to be written to."""
    shot = replace(
        SHOT,
        is_upside_down=is_upside_down,
        glares=glares,
        finger=finger,
    )
    look = PrintLook(portrait=portrait, is_photo_coloured=is_photo_coloured)
    laying = Laying(subject, PROFILE, look, shot, seed)
    image = next(iter(laying.frames(1))).image
    image.flags.writeable = False
    return image
