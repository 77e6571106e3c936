"""The pictures of a person, as a clip that can be played at any moment.

A person is a name of the cast, whose pictures are committed, or the path of another such folder.
"""

from functools import cache

import numpy as np
from PIL import Image

from tests.hw_sim.attacks.presentation import FRAMES_PER_S, Picture
from tests.hw_sim.camera_patient import PEOPLE

NAMES = ("taro", "hanako", "jiro", "umeko")
"""Who of the cast can turn."""
CLIP_FRAMES_PER_S = FRAMES_PER_S
"""So that no picture of a turn is left out."""
LIVE = "live"


@cache
def clip(person: str, folder: str = LIVE) -> tuple[Picture, ...]:
    """All pictures of a folder."""
    pictures = []
    for path in sorted((PEOPLE / person / folder).glob("*.jpg")):
        with Image.open(path) as picture:
            pictures.append(np.array(picture.convert("RGB"), np.uint8))
    return tuple(pictures)


def moment(person: str, folder: str, at_s: float) -> Picture:
    """The picture at a time of the clip, which is played over and over."""
    pictures = clip(person, folder)
    return pictures[round(at_s * CLIP_FRAMES_PER_S) % len(pictures)]


def has_clip(person: str, folder: str) -> bool:
    """Whether this person has pictures of that name."""
    return bool(folder) and (PEOPLE / person / folder).is_dir()


@cache
def card_photo(person: str) -> Picture:
    """The photo on the card: grey, ten years younger, `uint8[320, 240, 3]`."""
    with Image.open(PEOPLE / person / "portrait.jp2") as picture:
        return np.array(picture.convert("RGB"), np.uint8)
