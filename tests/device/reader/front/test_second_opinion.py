import numpy as np

from device.reader.front.agreement import DAMAGED, DOUBTFUL, LIKELY, SURE, Ballot, Weight
from device.reader.front.second_opinion import weighed
from device.reader.front.sighting import Damage, Sighting
from device.reader.front.strips import Strip

NOTHING = np.zeros((41, 100), bool)
STRIP = Strip(NOTHING.astype(np.float32), NOTHING, 34, np.zeros((10, 29)))


def votes(
    share: float, engine: str | None, *, fit: float = -0.01, value: str = "4821"
) -> list[tuple[str, Weight]]:
    return list(weighed(Sighting(value, share, fit, STRIP), engine))


def test_two_that_see_the_same_are_sure() -> None:
    assert votes(0.998, "4821") == [("4821", SURE)]


def test_what_is_clear_but_not_firm_is_likely() -> None:
    assert votes(0.98, "4821") == [("4821", LIKELY)]


def test_a_guess_that_an_engine_shares_is_doubtful() -> None:
    assert votes(0.7, "4821") == [("4821", DOUBTFUL)]


def test_clear_sight_is_likely_where_engines_see_nothing() -> None:
    assert votes(0.999, None) == [("4821", LIKELY)]
    assert votes(0.8, None) == [("4821", DOUBTFUL)]


def test_an_engine_that_contradicts_counts_against_it() -> None:
    assert votes(0.95, "4827") == [("4821", DOUBTFUL), ("4827", DOUBTFUL)]


def test_a_guess_says_nothing() -> None:
    assert votes(0.4, "4821") == []


def test_a_strip_that_shows_something_else_says_nothing() -> None:
    assert votes(1.0, None, fit=-9.0) == []


def test_light_may_hide_signs_that_nobody_needs() -> None:
    assert votes(1.0, "4821", fit=-9.0) == [("4821", SURE)]


def test_a_sighting_shows_nothing_of_what_it_saw() -> None:
    shown = repr(Sighting("4821", 1.0, 0.0, STRIP))
    assert shown == "Sighting(share=1.0, fit=0.0, damage=<Damage.NONE: 1>)"


def damaged(
    share: float, engine: str | None, damage: Damage = Damage.BORNE
) -> list[tuple[str, Weight]]:
    return list(weighed(Sighting("31", share, -0.01, STRIP, damage), engine))


def ballot_on_damaged(
    engine: str | None, pictures: int, damage: Damage = Damage.BORNE
) -> Ballot[str]:
    ballot: Ballot[str] = Ballot()
    for _ in range(pictures):
        for value, weight in damaged(0.9995, engine, damage):
            ballot.cast(value, weight)
    return ballot


def test_a_damaged_line_that_only_the_network_reads_is_never_believed() -> None:
    ballot = ballot_on_damaged(None, 20)
    assert ballot.winner() is None
    for _ in range(3):
        ballot.cast("3", SURE)
    assert ballot.winner() is None, "it still speaks against all else"


def test_a_damaged_line_takes_six_pictures_in_which_both_agree() -> None:
    assert ballot_on_damaged("31", 5).winner() is None
    assert ballot_on_damaged("31", 6).winner() == "31"


def test_a_damaged_line_of_which_an_engine_reads_something_else_is_not_believed() -> None:
    assert ballot_on_damaged("3", 20).winner() is None
    assert damaged(0.9995, "3") == [("31", DOUBTFUL), ("3", DOUBTFUL)]


def test_a_damaged_line_that_both_read_weighs_little() -> None:
    assert damaged(0.9995, "31") == [("31", DAMAGED)]
    assert damaged(0.9995, None) == [("31", DOUBTFUL)]


def test_a_damaged_line_that_may_hide_something_else_is_not_believed() -> None:
    assert votes(0.9995, "4821") == [("4821", SURE)]
    assert damaged(0.9995, "31", Damage.UNBORNE) == [("31", DOUBTFUL)]
    assert ballot_on_damaged("31", 20, Damage.UNBORNE).winner() is None


def test_damage_is_told_though_the_strip_fits_badly() -> None:
    seen = Sighting("31", 0.9, -9.0, STRIP, Damage.UNBORNE)
    assert list(weighed(seen, "34")) == [("31", DOUBTFUL), ("34", DOUBTFUL)]


def test_a_guess_at_a_damaged_line_says_nothing() -> None:
    assert not damaged(0.5, "31", Damage.UNBORNE)
