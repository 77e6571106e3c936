import numpy as np

from device.reader.front.agreement import ALONE, DOUBTFUL, SURE, Ballot
from device.reader.front.second_opinion import Sighting, doubted, weighed
from device.reader.front.strips import Strip

NOTHING = np.zeros((41, 100), bool)
STRIP = Strip(NOTHING.astype(np.float32), NOTHING, 34, np.zeros((10, 29)))


def votes(
    share: float, engine: str | None, *, fit: float = -0.01, value: str = "4821"
) -> list[tuple[str, int]]:
    return list(weighed(Sighting(value, share, fit, STRIP), engine))


def test_two_that_see_the_same_are_sure() -> None:
    assert votes(0.98, "4821") == [("4821", SURE)]


def test_a_guess_that_an_engine_shares_is_doubtful() -> None:
    assert votes(0.7, "4821") == [("4821", DOUBTFUL)]


def test_clear_sight_stands_alone_where_engines_see_nothing() -> None:
    assert votes(0.999, None) == [("4821", ALONE)]
    assert votes(0.8, None) == [("4821", DOUBTFUL)]


def test_an_engine_that_contradicts_counts_against_it() -> None:
    assert votes(0.95, "4827") == [("4821", DOUBTFUL), ("4827", DOUBTFUL)]


def test_a_guess_says_nothing() -> None:
    assert votes(0.4, "4821") == []


def test_a_strip_that_shows_something_else_says_nothing() -> None:
    assert votes(1.0, None, fit=-9.0) == []
    assert votes(1.0, "4821", fit=-20.0) == []


def test_light_may_hide_signs_that_nobody_needs() -> None:
    assert votes(1.0, "4821", fit=-9.0) == [("4821", SURE)]


def test_a_sighting_shows_nothing_of_what_it_saw() -> None:
    assert repr(Sighting("4821", 1.0, 0.0, STRIP)) == "Sighting(share=1.0, fit=0.0)"


def test_a_damaged_line_speaks_against_what_else_is_read_and_never_for_itself() -> None:
    ballot: Ballot[str] = Ballot()
    for _ in range(20):
        for value, weight in doubted(Sighting("31", 0.99, -0.01, STRIP)):
            ballot.cast(value, weight)
    assert ballot.winner() is None
    for _ in range(3):
        ballot.cast("3", SURE)
    assert ballot.winner() is None
    assert not list(doubted(Sighting("31", 0.5, -0.01, STRIP)))
