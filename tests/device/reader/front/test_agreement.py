from device.reader.front.agreement import DOUBTFUL, LIKELY, SURE, Ballot, Weight


def ballot(*votes: tuple[str, Weight]) -> Ballot[str]:
    cast: Ballot[str] = Ballot()
    for value, weight in votes:
        cast.cast(value, weight)
    return cast


def test_nothing_wins_without_a_vote() -> None:
    assert ballot().winner() is None


def test_one_sure_reading_is_not_enough() -> None:
    assert ballot(("4821", SURE)).winner() is None


def test_two_sure_readings_agree() -> None:
    assert ballot(("4821", SURE), ("4821", SURE)).winner() == "4821"


def test_doubtful_readings_alone_never_win() -> None:
    assert ballot(*[("4821", DOUBTFUL)] * 40).winner() is None


def test_likely_readings_take_four() -> None:
    assert ballot(*[("4821", LIKELY)] * 3).winner() is None
    assert ballot(*[("4821", LIKELY)] * 4).winner() == "4821"


def test_what_as_many_readings_deny_never_wins() -> None:
    sure, denied = [("3966", SURE)] * 40, ("3960", DOUBTFUL)
    assert ballot(*sure, *[denied] * 44).winner() == "3966"
    assert ballot(*sure, *[denied] * 46).winner() is None


def test_two_sure_readings_deny_any_number_of_likely_ones() -> None:
    likely = [("3966", LIKELY)] * 20
    assert ballot(*likely, ("3960", SURE)).winner() == "3966"
    assert ballot(*likely, *[("3960", SURE)] * 2).winner() is None


def test_two_sure_readings_among_doubtful_ones_are_chance() -> None:
    votes = [("4821", SURE), ("4821", SURE), ("4821", DOUBTFUL)]
    assert ballot(*votes).winner() is None
    assert ballot(*votes, ("4821", SURE)).winner() == "4821"


def test_what_is_as_often_doubtful_as_likely_never_wins() -> None:
    assert ballot(*[("4821", LIKELY), ("4821", DOUBTFUL)] * 100).winner() is None


def test_a_contradiction_asks_for_more() -> None:
    votes = [("4821", SURE), ("4821", SURE), ("4827", DOUBTFUL)]
    assert ballot(*votes).winner() is None
    assert ballot(*votes, ("4821", SURE)).winner() == "4821"


def test_two_values_that_hold_the_balance_never_win() -> None:
    assert ballot(*[("4821", SURE), ("4827", SURE)] * 20).winner() is None


def test_silence_asks_for_more() -> None:
    hard = ballot(("4821", SURE), ("4821", SURE))
    for _ in range(7):
        hard.abstain()
    assert hard.winner() == "4821"
    hard.abstain()
    assert hard.winner() is None
    hard.cast("4821", LIKELY)
    assert hard.winner() == "4821"
