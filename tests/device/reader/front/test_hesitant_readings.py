"""Layings of which an earlier reader believed another code: what network and engine saw in them.

Each is every picture of one field, in order, up to the one that was believed, of numbers of the
rendered population of seed 99700 (`benchmarks/printed_code.py`).
"""

from dataclasses import dataclass

import numpy as np
import pytest

from device.reader.front import second_opinion
from device.reader.front.agreement import DOUBTFUL, LEAD, LIKELY, SURE, Ballot, Weight
from device.reader.front.second_opinion import weighed
from device.reader.front.sighting import CLEAR, Sighting
from device.reader.front.strips import Strip

NOTHING = np.zeros((41, 100), bool)
STRIP = Strip(NOTHING.astype(np.float32), NOTHING, 34, np.zeros((10, 29)))
ENGINE_SAW_NOTHING = None


@dataclass(frozen=True)
class Laying:
    why: str
    believed: str
    looks: list[tuple[str, float, str | None]]
    """What the network saw, how probable that was, what the engine saw."""
    lead: int = LEAD


def agreed(value: str, *shares: float) -> list[tuple[str, float, str | None]]:
    return [(value, share, value) for share in shares]


def unseen(value: str, *shares: float) -> list[tuple[str, float, str | None]]:
    return [(value, share, ENGINE_SAW_NOTHING) for share in shares]


LAYINGS = [
    Laying(
        "4098, a finger on half a 6",
        "5065",
        agreed("5065", 0.5424, 0.7483, 0.8959, 0.9924, 0.9435, 0.5330, 0.9982),
    ),
    Laying(
        "6941, a thin 1 in blurred pictures: 14",
        "4",
        [
            *unseen("4", 0.9475),
            *agreed("14", 0.8889),
            *agreed("4", 0.8495),
            *unseen("4", 0.9217),
            *agreed("4", 0.9831, 0.9257),
            *unseen("4", 0.8747),
            *agreed("4", 0.9709),
        ],
    ),
    Laying(
        "2732, laid again, a blurred 5",
        "7613",
        [
            *unseen("7613", 0.5272),
            *agreed("7513", 0.7432),
            *agreed("7613", 0.9517, 0.5635),
            *agreed("7513", 0.5079),
            *agreed("7613", 0.9728, 0.8577),
            *unseen("7613", 0.5983, 0.6890, 0.7434),
            *agreed("7613", 0.9981),
            *unseen("7613", 0.8458),
        ],
    ),
    Laying(
        "4386, laid again, a thin pale 1: 12",
        "2",
        agreed("2", 0.9305, 0.9759, 0.8267, 0.8480, 0.9581, 0.9641, 0.9299, 0.8408, 0.9901),
    ),
    Laying(
        "6939, laid again, a thin pale 1 that nothing in the chip tells: 21",
        "2",
        [
            *agreed("2", 0.9760, 0.9610),
            *unseen("2", 0.9552),
            *agreed("2", 0.9782, 0.9299, 0.9669, 0.8661, 0.8817),
        ],
        2 * LEAD,
    ),
]


def ballot_on(laying: Laying) -> Ballot[str]:
    ballot: Ballot[str] = Ballot()
    for value, share, engine in laying.looks:
        readings = list(weighed(Sighting(value, share, -0.1, STRIP), engine))
        for read, weight in readings:
            ballot.cast(read, weight)
        if not readings:
            ballot.abstain()
    return ballot


@pytest.mark.parametrize("laying", LAYINGS, ids=lambda laying: laying.why)
def test_the_two_clearest_of_many_doubtful_readings_are_not_believed(
    laying: Laying, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ballot_on(laying).winner(laying.lead) is None
    # As it was: a doubtful reading spoke for its value, and two barely clear ones were enough.
    monkeypatch.setattr(second_opinion, "DOUBTFUL", Weight(2, DOUBTFUL.against))
    monkeypatch.setattr(second_opinion, "FIRM", CLEAR)
    assert ballot_on(laying).winner(laying.lead) == laying.believed


@pytest.mark.parametrize("laying", LAYINGS, ids=lambda laying: laying.why)
def test_however_long_they_go_on(laying: Laying) -> None:
    ballot = ballot_on(Laying(laying.why, laying.believed, 8 * laying.looks))
    assert ballot.winner(laying.lead) is None


def test_one_doubtful_reading_before_clear_ones_costs_one_picture_more() -> None:
    first = agreed("4821", 0.9)
    assert ballot_on(Laying("", "", [*first, *agreed("4821", 0.999, 0.999)])).winner() is None
    assert ballot_on(Laying("", "", [*first, *agreed("4821", *[0.999] * 3)])).winner() == "4821"


def test_sure_is_only_what_is_firm() -> None:
    for share, weight in ((0.96, DOUBTFUL), (0.98, LIKELY), (0.998, SURE)):
        assert list(weighed(Sighting("4821", share, -0.1, STRIP), "4821")) == [("4821", weight)]
