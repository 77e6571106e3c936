"""Species: the grey photo of the card itself, copied in life size."""

from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image

from tests.hw_sim.attacks.clips import NAMES, card_photo
from tests.hw_sim.attacks.hand import Hand
from tests.hw_sim.attacks.presentation import Case, Picture
from tests.hw_sim.attacks.printed_photo import INK, PrintedPhoto
from tests.hw_sim.attacks.sheet import Light

SPECIES = "grey ID print"
ENLARGED = 1.4
"""From a card's photo to life size."""
FACE_PX = (168.0, 235.0)
"""About where the middle of the face lies then, x, y."""
HANDS = {"flat": Hand(5), "bent": Hand(6, swing_deg=30.0, bend_per_dm=0.9)}


def copied(photo: Picture) -> Light:
    """A card's photo on paper, as large as a face."""
    height, width = photo.shape[:2]
    large = Image.fromarray(photo).resize((round(width * ENLARGED), round(height * ENLARGED)))
    return np.asarray(large, np.float32) * np.float32(INK[0]) + np.float32(INK[1])


def cases(people: Sequence[str] = NAMES) -> Iterator[Case]:
    """Everybody's card photo, flat and bent."""
    for person in people:
        for name, hand in HANDS.items():
            sheet = copied(card_photo(person))
            yield Case(SPECIES, f"{person}, {name}", person, PrintedPhoto(sheet, FACE_PX, hand))
