import pytest

from device.reader.card_turns import CardTurns


@pytest.mark.parametrize(
    ("before", "laid", "served"),
    [
        ([], [], None),
        ([], ["b"], "b"),
        ([], ["a", "b"], "a"),
        (["b"], ["a", "b"], "b"),
        (["a"], [], None),
        (["a"], ["b"], "b"),
    ],
)
def test_the_card_so_far_else_the_first(
    before: list[str], laid: list[str], served: str | None
) -> None:
    turns = CardTurns[str]()
    turns.see(before)
    turns.see(laid)
    assert turns.served == served
    assert turns.has_several == (len(laid) > 1)


def test_a_card_that_stays_after_its_turn_does_not_count() -> None:
    turns = CardTurns[str]()
    turns.see(["staff"])
    assert turns.served == "staff"
    turns.end("staff")
    for patient in ("first", "second"):
        turns.see(["staff", patient])
        assert (turns.served, turns.has_several) == (patient, False)
        turns.end(patient)
        turns.see(["staff"])
        assert turns.served is None


def test_it_would_count_while_its_turn_is_not_over() -> None:
    """Negative control of the test above."""
    turns = CardTurns[str]()
    turns.see(["staff"])
    turns.see(["staff", "patient"])
    assert (turns.served, turns.has_several) == ("staff", True)


def test_a_card_after_its_turn_stays_the_one_that_lies_there() -> None:
    turns = CardTurns[str]()
    turns.see(["a"])
    turns.end("a")
    turns.see(["a"])
    assert turns.served == "a"


def test_a_card_that_was_lost_is_looked_for_anew() -> None:
    turns = CardTurns[str]()
    turns.see(["a"])
    turns.forget_served()
    assert turns.served is None
    turns.see(["a"])
    assert turns.served == "a"


def test_two_new_cards_are_several_whoever_stays() -> None:
    turns = CardTurns[str]()
    turns.see(["staff"])
    turns.end("staff")
    turns.see(["staff", "a", "b"])
    assert (turns.served, turns.has_several) == ("a", True)
