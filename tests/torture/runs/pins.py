"""PINs and a card that is pulled, a reader whose power goes: each press sends one PIN at most.

A trial is one reader with one card and a random sequence of what patients, the air between card
and reader and the mains do. No PIN may be sent that nobody confirmed, no last try without a yes, no
third wrong one in one insertion; in the end the card's holder must still be able to use it. No
command may ever name the 12-digit number.

Source: facts/security.md §2 (T2, T3), §8.2.
"""

import logging
from collections.abc import Callable
from random import Random

from tests.hw_sim.card import catalog
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.my_number_watch import was_asked_for_my_number
from tests.torture.pin_reader import FAULTS, RIGHT, WRONG, PinReader
from tests.torture.report import Failure, Report

COUNT = 100_000
_MOST_STEPS = 24


def run(count: int, seed: int) -> Report:
    """Play `count` sequences. What the reader tells its staff of each is left out."""
    logging.disable(logging.WARNING)
    try:
        return _run(count, seed)
    finally:
        logging.disable(logging.NOTSET)


def _run(count: int, seed: int) -> Report:
    card = Issuer().issue(catalog.MY_NUMBER)
    failures: list[Failure] = []
    counted = dict.fromkeys(("PINs sent", "of them last tries", "power cuts"), 0)
    for at in range(seed, seed + count):
        reader = _played(card, Random(at))
        failures += (Failure(at, what) for what in sorted(reader.broken))
        counted["PINs sent"] += reader.sent
        counted["of them last tries"] += reader.last_tries
        counted["power cuts"] += reader.power_cuts
    return Report(trials=count, failures=tuple(failures), counted=counted)


def _played(card: SimulatedCard, rng: Random) -> PinReader:
    card.trace.clear()
    reader = PinReader(card, rng)
    acts, weights = zip(*_acts(reader, card, rng), strict=True)
    for _ in range(rng.randint(4, _MOST_STEPS)):
        rng.choices(acts, weights)[0]()
        if reader.is_laid and not card.physics.has_power and rng.random() < 0.7:
            reader.take()
    if not reader.is_of_use():
        reader.broken.add("the reader is of no use to the card's holder")
    reader.end()
    if was_asked_for_my_number(card):
        reader.broken.add("a card was asked for its number")
    return reader


def _acts(
    reader: PinReader, card: SimulatedCard, rng: Random
) -> tuple[tuple[Callable[[], None], int], ...]:
    """What may happen, and how often beside the rest."""
    return (
        (reader.lay, 8),
        (reader.take, 4),
        (reader.choose, 8),
        (lambda: reader.press(RIGHT), 2),
        (lambda: reader.press(WRONG), 10),
        (reader.say_yes, 6),
        (reader.time_out, 1),
        (lambda: reader.use_elsewhere(rng.randint(0, 3)), 2),
        (lambda: card.physics.pull_at(rng.randint(1, 3), rng.choice(FAULTS)), 2),
        (lambda: reader.light_fuse(rng.randint(0, 9)), 2),
        (reader.cut_power, 1),
    )
