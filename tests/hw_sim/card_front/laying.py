"""Something laid on the tray, photographed several times, together with the truth about it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache, partial
from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from tests.hw_sim.card.profile import CardProfile
from tests.hw_sim.card_front.back import render_back
from tests.hw_sim.card_front.camera import photograph_things
from tests.hw_sim.card_front.case import opaque_case
from tests.hw_sim.card_front.front import PrintedField, PrintedFront, print_front, render_front
from tests.hw_sim.card_front.holders import sample_profile
from tests.hw_sim.card_front.laid import Laid
from tests.hw_sim.card_front.legibility import Hiding, Sight
from tests.hw_sim.card_front.look import PrintLook, sample_look
from tests.hw_sim.card_front.other_card import render_other_card
from tests.hw_sim.card_front.sample_shot import Difficulty, sample_shot
from tests.hw_sim.card_front.shot import Shot
from tests.hw_sim.card_front.sleeve import SLEEVE_GLOSS, in_sleeve

Holders = Callable[[np.random.Generator], CardProfile]
"""Draws the card of one of some people."""


class Subject(Enum):
    """What lies on the tray."""

    FRONT = "front"
    BACK = "back"
    FRONT_IN_SLEEVE = "front_in_sleeve"
    BACK_IN_SLEEVE = "back_in_sleeve"
    SEVERAL = "several"
    EMPTY = "empty"
    IN_CASE = "in_case"
    """An opaque case; nothing of the card in it is seen."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture and the truth about it."""

    image: NDArray[np.uint8]
    """`uint8[960, 1280, 3], RGB`."""
    hidden: Mapping[PrintedField, Hiding]
    """What nobody could read in it; everything where no front lies alone."""


@dataclass(frozen=True, slots=True)
class Laying:
    """One laying: what lies there and how it is seen."""

    subject: Subject
    """What lies on the tray."""
    profile: CardProfile
    """Whose card."""
    look: PrintLook
    """How it is printed and worn."""
    shot: Shot
    """How it is seen."""
    seed: int
    """Draws all small movements, the noise, and what lies with the card."""

    def frames(self, count: int) -> Iterator[Frame]:
        """The pictures, one after the other.

        Args:
            count: how many.
        """
        front = cache(partial(print_front, self.profile, self.look))
        things = self._things(front)
        for index in range(count):
            image = photograph_things(things, self.shot, self.seed, index)
            yield Frame(image, self._hidden(front, index))

    def _things(self, front: Callable[[], PrintedFront]) -> list[Laid]:
        rng = np.random.default_rng([self.seed, 5])
        match self.subject:
            case Subject.EMPTY:
                return []
            case Subject.FRONT:
                return [Laid.of(front().image)]
            case Subject.BACK:
                return [Laid.of(render_back(self.profile, self.look))]
            case Subject.FRONT_IN_SLEEVE:
                return in_sleeve(front().image, rng)
            case Subject.BACK_IN_SLEEVE:
                return in_sleeve(render_back(self.profile, self.look), rng)
            case Subject.SEVERAL:
                return _with_another(front().image, rng)
            case Subject.IN_CASE:
                return [opaque_case(rng)]
            case _:
                assert_never(self.subject)

    def _hidden(
        self, front: Callable[[], PrintedFront], index: int
    ) -> Mapping[PrintedField, Hiding]:
        match self.subject:
            case Subject.FRONT:
                gloss = 1.0
            case Subject.FRONT_IN_SLEEVE:
                gloss = SLEEVE_GLOSS
            case _:
                return dict.fromkeys(PrintedField, Hiding.ABSENT)
        return Sight(front(), self.look, self.shot, self.seed, index, gloss).hidden()


def is_readable(frames: Sequence[Frame]) -> bool:
    """Whether a person who sees all pictures could read every field in at least one of them."""
    return not frozenset.intersection(*(frozenset(frame.hidden) for frame in frames))


def _with_another(front: NDArray[np.uint8], rng: np.random.Generator) -> list[Laid]:
    other = (
        render_other_card(rng)
        if rng.random() < 0.6
        else render_front(sample_profile(rng), sample_look(rng))
    )
    is_beside = rng.random() < 0.5
    towards = np.sign(rng.random(2) - 0.5)
    away_mm = towards * (
        rng.uniform((0, 48), (20, 60)) if is_beside else rng.uniform((4, 6), (35, 30))
    )
    second = Laid.of(
        other,
        right_mm=float(away_mm[0]),
        down_mm=float(away_mm[1]),
        turn_deg=float(rng.normal(0, 12)),
    )
    first = Laid.of(front)
    return [second, first] if rng.random() < 0.5 else [first, second]


def sample_laying(
    rng: np.random.Generator,
    difficulty: Difficulty,
    subject: Subject = Subject.FRONT,
    holders: Holders = sample_profile,
) -> Laying:
    """Draws one laying of a made-up person's card.

    Args:
        rng: draws everything.
        difficulty: of the conditions.
        subject: what lies there.
        holders: whose card.
    """
    return Laying(
        subject,
        holders(rng),
        sample_look(rng),
        sample_shot(rng, difficulty),
        int(rng.integers(2**31)),
    )
