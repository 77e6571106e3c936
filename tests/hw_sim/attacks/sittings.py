"""Sittings of made-up people and of attacks on them; hands, bends and programs come from a seed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from tests.hw_sim.attacks import cut_out_mask, id_print, printed_photo, screen_replay, sitter
from tests.hw_sim.attacks.actor import Actor
from tests.hw_sim.attacks.clips import card_photo, clip
from tests.hw_sim.attacks.cut_out_mask import CutOutMask, mask_of
from tests.hw_sim.attacks.hand import Hand
from tests.hw_sim.attacks.presentation import Case
from tests.hw_sim.attacks.printed_photo import PrintedPhoto, printed
from tests.hw_sim.attacks.screen_replay import Clip, Medley, Operated, ScreenReplay, Slides, Still

BOTH_TURNS = "screen replay, both turns"
LARGEST_BEND_PER_DM = 1.4
SHARE_FLAT = 0.3
ASIDE_DEG = (8.0, 20.0)
"""How far somebody is turned who looks aside at first."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody made up."""

    seed: int
    recordings: str
    """Folder of what was recorded of them."""
    actor: Actor = field(repr=False)


def bona_fide(people: Sequence[Person], rounds: int) -> Iterator[Case]:
    """Everybody, each time in another manner."""
    for person in people:
        for number in range(rounds):
            seed = 100 * person.seed + number
            living = sitter.Sitter(person.actor, seed)
            yield Case(sitter.SPECIES, f"{person.seed}/{number}", person.recordings, living)


def arriving(people: Sequence[Person], rounds: int) -> Iterator[Case]:
    """Everybody, turned to a side when the check begins."""
    for person in people:
        for number in range(rounds):
            rng = np.random.default_rng([person.seed, number, 19])
            begins_deg = float(rng.choice([-1.0, 1.0]) * rng.uniform(*ASIDE_DEG))
            living = sitter.Sitter(person.actor, 100 * person.seed + number, begins_deg)
            name = f"{person.seed}/{number}, {begins_deg:.0f} degrees"
            yield Case(sitter.ARRIVING, name, person.recordings, living)


def attacks(people: Sequence[Person], rounds: int) -> Iterator[Case]:
    """Each species against everybody."""
    for number, person in enumerate(people):
        wearer = people[(number + 1) % len(people)]
        for turn in range(rounds):
            rng = np.random.default_rng([person.seed, turn, 18])
            yield from _on_paper(person, f"{person.seed}/{turn}", rng)
            yield from _on_screen(person, number + turn, rng)
            yield _cut_out(person, wearer, rng)


def hand(rng: np.random.Generator, least_deg: float = 15.0, most_deg: float = 45.0) -> Hand:
    """A way of holding a sheet: flat or bent, upright or tilted, turned far or less far."""
    return Hand(
        int(rng.integers(1 << 30)),
        swing_deg=float(rng.uniform(least_deg, most_deg)),
        bend_per_dm=_bend(rng),
        pitch_deg=float(rng.uniform(-15.0, 15.0)),
    )


def _bend(rng: np.random.Generator) -> float:
    bend = float(rng.uniform(0.3, LARGEST_BEND_PER_DM))
    return 0.0 if rng.random() < SHARE_FLAT else bend


def _on_paper(person: Person, name: str, rng: np.random.Generator) -> Iterator[Case]:
    sheet, centre_px = printed(clip(person.recordings)[0])
    photo = PrintedPhoto(sheet, centre_px, hand(rng))
    yield Case(printed_photo.SPECIES, name, person.recordings, photo)
    copy = id_print.copied(card_photo(person.recordings))
    grey = PrintedPhoto(copy, id_print.FACE_PX, hand(rng))
    yield Case(id_print.SPECIES, name, person.recordings, grey)


def _on_screen(person: Person, number: int, rng: np.random.Generator) -> Iterator[Case]:
    recordings = person.recordings
    program = (Still, Clip, Slides)[number % 3](recordings)
    held = Hand(int(rng.integers(1 << 30)), swing_deg=float(rng.uniform(10.0, 40.0)))
    name = f"{person.seed}, {type(program).__name__}"
    yield Case(screen_replay.SPECIES, name, recordings, ScreenReplay(program, held))
    sides = rng.permutation(["turn_left", "turn_right"]).tolist()
    still = Hand(int(rng.integers(1 << 30)), swing_deg=0.0)
    medley = ScreenReplay(Medley(recordings, sides[0], sides[1]), still)
    yield Case(BOTH_TURNS, f"{person.seed}", recordings, medley)
    operated = ScreenReplay(Operated(recordings), still)
    yield Case(screen_replay.OPERATED, f"{person.seed}", recordings, operated)


def _cut_out(person: Person, wearer: Person, rng: np.random.Generator) -> Case:
    mask = CutOutMask(mask_of(clip(person.recordings)[0]), wearer.recordings, _bend(rng))
    name = f"{person.seed} on {wearer.seed}, bend {mask.bend_per_dm:.1f}"
    return Case(cut_out_mask.SPECIES, name, person.recordings, mask)
