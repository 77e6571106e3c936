"""The delivery looks at what is fresh, and at everything where it does not know better."""

from agent.fresh import MOST_VISITS, NOTHING, FreshVisits, both

ONE, OTHER = frozenset((b"1",)), frozenset((b"2",))


def test_at_first_it_looks_at_all_and_then_at_what_was_added() -> None:
    fresh = FreshVisits()
    fresh.add(ONE)
    assert fresh.take() is None
    assert fresh.take() == NOTHING
    fresh.add(ONE)
    fresh.add(OTHER)
    assert fresh.take() == ONE | OTHER


def test_all_stays_all() -> None:
    assert both(None, ONE) is None
    assert both(ONE, None) is None


def test_very_many_are_all() -> None:
    many = frozenset(bytes((number // 256, number % 256)) for number in range(MOST_VISITS))
    assert both(many, NOTHING) == many
    assert both(many, ONE) is None
