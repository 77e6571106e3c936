"""Species: the card's photo for a moment, among pictures of somebody else who is alive or recorded.

The attacker looks at the reader, blinks and turns themselves, on a tablet or in person; only one or
two of the good pictures show the photo of a stolen card.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from tests.hw_sim.attacks.clips import NAMES, card_photo
from tests.hw_sim.attacks.hand import Hand, plain_room
from tests.hw_sim.attacks.id_print import ENLARGED, copied
from tests.hw_sim.attacks.id_print import FACE_PX as COPIED_FACE_PX
from tests.hw_sim.attacks.living import Living
from tests.hw_sim.attacks.presentation import Case, Picture, Presentation, cases_of
from tests.hw_sim.attacks.printed_photo import FACE_PX, PrintedPhoto
from tests.hw_sim.attacks.screen_replay import Operated, ScreenReplay

SPECIES = "card photo among own pictures"
ON_SCREEN = "card photo among own clips"
MOMENTS_S = {"one picture": (0.2, 0.3), "two pictures": (0.2, 0.45)}
"""When the photo is shown, from the first picture on: at the second good picture that is kept, and
at the second and the third."""


@dataclass(frozen=True, slots=True)
class Spliced:
    """Somebody who puts something else before the camera for a moment."""

    usual: Presentation
    other: Presentation
    moment_s: tuple[float, float]

    def picture(self, asked: str, since_s: float, at_s: float) -> Picture:
        """See `Presentation`."""
        begin_s, end_s = self.moment_s
        shown = self.other if begin_s <= at_s < end_s else self.usual
        return shown.picture(asked, since_s, at_s)


@dataclass(frozen=True, slots=True)
class CardPhoto:
    """A card's photo on a screen, as large as a face and where one is expected."""

    photo: Picture = field(repr=False)

    def shown(self, asked: str, since_s: float, at_s: float) -> Picture:
        height, width = (round(side * ENLARGED) for side in self.photo.shape[:2])
        large = np.asarray(Image.fromarray(self.photo).resize((width, height)))
        left, top = (
            round(place - face) for place, face in zip(FACE_PX, COPIED_FACE_PX, strict=True)
        )
        picture = plain_room().copy()
        cut = large[max(0, -top) :][: picture.shape[0]]
        picture[max(0, top) :][: cut.shape[0], left : left + width] = cut
        return picture


def cases(people: Sequence[str] = NAMES) -> Iterator[Case]:
    """Everybody's card, held to the camera by another one of them."""
    for attacker, victim in cases_of(people):
        paper = PrintedPhoto(copied(card_photo(victim)), COPIED_FACE_PX, Hand(50))
        for name, moment_s in MOMENTS_S.items():
            spliced = Spliced(Living(attacker), paper, moment_s)
            yield Case(SPECIES, f"{victim} by {attacker}, {name}", victim, spliced)


def on_screen_cases(people: Sequence[str] = NAMES) -> Iterator[Case]:
    """The same on a tablet, between recordings of the attacker."""
    for attacker, victim in cases_of(people):
        hand = Hand(51, swing_deg=0.0)
        own, card = (
            ScreenReplay(program, hand)
            for program in (Operated(attacker), CardPhoto(card_photo(victim)))
        )
        for name, moment_s in MOMENTS_S.items():
            spliced = Spliced(own, card, moment_s)
            yield Case(ON_SCREEN, f"{victim} by {attacker}, {name}", victim, spliced)
