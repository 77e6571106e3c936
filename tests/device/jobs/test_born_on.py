"""Whether the holder may be born on a day, asked while the card lies there.

Source: docs/decisions/0043-born-on-the-same-day.md.
"""

import pytest

from tests.device.jobs.card_bench import Bench, Lay, read_ahead
from tests.hw_sim.card import catalog
from tests.hw_sim.card.profile import CardProfile

OWN = f"{catalog.MY_NUMBER.holder.birth_date:%Y%m%d}"
ANOTHER = "19310105"


def may_be_born(bench: Bench) -> tuple[bool, bool]:
    return bench.jobs.may_be_born_on(OWN), bench.jobs.may_be_born_on(ANOTHER)


def test_once_the_record_is_proven_on_its_own_day_alone(lay: Lay) -> None:
    bench = lay(catalog.MY_NUMBER)
    told = [may_be_born(bench)]
    bench.recognise()
    told.append(may_be_born(bench))
    read_ahead(bench)
    told.append(may_be_born(bench))
    bench.jobs.stop_reading()
    told.append(may_be_born(bench))
    assert told == [(True, True), (True, True), (True, False), (True, False)]


def test_nothing_of_it_is_left_for_the_next_card(lay: Lay) -> None:
    bench = lay(catalog.MY_NUMBER)
    read_ahead(bench)
    bench.jobs.forget()
    bench.finish()
    assert may_be_born(bench) == (True, True)
    bench.recognise()
    assert may_be_born(bench) == (True, True)


@pytest.mark.parametrize("profile", [catalog.PHOTO_SWAPPED, catalog.CLONED])
def test_a_record_that_is_not_genuine_says_nothing(lay: Lay, profile: CardProfile) -> None:
    bench = lay(profile)
    read_ahead(bench)
    assert may_be_born(bench) == (True, True)
