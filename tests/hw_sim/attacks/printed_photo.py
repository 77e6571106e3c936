"""Species: a colour photo on paper, held by a hand, flat, tilted or bent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from tests.hw_sim.attacks.clips import NAMES, clip
from tests.hw_sim.attacks.hand import Hand, plain_room, seen_by_sensor
from tests.hw_sim.attacks.presentation import Case, Picture
from tests.hw_sim.attacks.sheet import Light, hold

SPECIES = "printed photo"
FACE_PX = (320, 215)
"""About where the middle of the face lies in the pictures of the cast, x, y."""
HALF_WIDTH_PX, ABOVE_PX, BELOW_PX = 125, 165, 160
WHITE_MARGIN_PX = 10
INK = (0.80, 30.0)
"""Paper is neither as black nor as white as a screen: contrast and lightest black."""
EYES_DOWN_PX = (-35, 5)
STRIP_S = (0.6, 0.85)
"""When a strip of paper is drawn over the eyes after a blink was asked for."""
SKIN = (196.0, 150.0, 122.0)
HANDS = {
    "flat": Hand(1),
    "tilted": Hand(2, pitch_deg=18.0),
    "bent": Hand(3, swing_deg=35.0, bend_per_dm=0.7),
    "bent much": Hand(4, swing_deg=25.0, bend_per_dm=1.2),
}


@dataclass(frozen=True, slots=True)
class PrintedPhoto:
    """A sheet with a face."""

    sheet: Light = field(repr=False)
    centre_px: tuple[float, float]
    hand: Hand
    has_strip: bool = True
    """Whether a strip of skin colour is drawn over the eyes in place of a blink."""

    def picture(self, asked: str, since_s: float, at_s: float) -> Picture:
        """See `Presentation`."""
        sheet = self.sheet
        if self.has_strip and asked == "blink" and STRIP_S[0] <= since_s % 2.0 <= STRIP_S[1]:
            sheet = sheet.copy()
            low, high = (int(self.centre_px[1]) + part for part in EYES_DOWN_PX)
            sheet[low:high, :, :3] = SKIN
        held = self.hand.held(asked, since_s, at_s)
        return seen_by_sensor(hold(sheet, self.centre_px, held, plain_room()), at_s)


def printed(photo: Picture) -> tuple[Light, tuple[float, float]]:
    """A camera picture as a print in life size, and where its face is."""
    x, y = FACE_PX
    top = max(0, y - ABOVE_PX)
    cut = photo[top : y + BELOW_PX, x - HALF_WIDTH_PX : x + HALF_WIDTH_PX].astype(np.float32)
    margin = WHITE_MARGIN_PX
    sheet = np.pad(
        cut * INK[0] + INK[1], ((margin, margin), (margin, margin), (0, 0)), constant_values=235.0
    )
    return sheet.astype(np.float32), (float(HALF_WIDTH_PX + margin), float(y - top + margin))


def cases(people: Sequence[str] = NAMES) -> Iterator[Case]:
    """Everybody's photo in each way of holding it."""
    for person in people:
        sheet, centre_px = printed(clip(person)[0])
        for name, hand in HANDS.items():
            photo = PrintedPhoto(sheet, centre_px, hand)
            yield Case(SPECIES, f"{person}, {name}", person, photo)
