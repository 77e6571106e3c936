import pytest

from device.reader.status_word import StatusWord


def test_ok() -> None:
    assert StatusWord(0x9000).is_ok
    assert not StatusWord(0x6100).is_ok


def test_a_warning_to_a_select_still_selects() -> None:
    selected = (0x9000, 0x6200, 0x6282, 0x6283, 0x62FF)
    assert all(StatusWord(value).is_selected for value in selected)
    assert not any(StatusWord(value).is_selected for value in (0x6300, 0x6400, 0x6A82, 0x6F00))


def test_only_words_about_the_name_say_that_an_application_is_missing() -> None:
    missing = (0x6A81, 0x6A82, 0x6A86, 0x6A88, 0x6981, 0x6986, 0x6999, 0x6B00, 0x6D00, 0x6E00)
    telling_nothing = (0x9000, 0x6282, 0x6300, 0x6400, 0x6581, 0x6700, 0x6982, 0x6985, 0x6F00)
    assert all(StatusWord(value).is_application_missing for value in missing)
    assert not any(StatusWord(value).is_application_missing for value in telling_nothing)


def test_what_is_not_there_and_what_is_only_refused_are_two_things() -> None:
    not_there, refused = (0x6A82, 0x6A83, 0x6A88), (0x6981, 0x6982, 0x6985, 0x6986)
    neither = (0x9000, 0x6282, 0x6400, 0x6700, 0x6A81, 0x6A86, 0x6B00, 0x6D00, 0x6F00)
    assert all(StatusWord(value).is_not_found for value in not_there)
    assert not any(StatusWord(value).is_not_found for value in (*refused, *neither))
    assert all(StatusWord(value).is_not_allowed for value in refused)
    assert not any(StatusWord(value).is_not_allowed for value in (*not_there, *neither))


@pytest.mark.parametrize("value", [0x6983, 0x6984, 0x63C0])
def test_every_way_to_say_blocked(value: int) -> None:
    assert StatusWord(value).is_blocked


def test_tries_left_is_hexadecimal() -> None:
    assert StatusWord(0x63CA).tries_left == 10
    assert StatusWord(0x63C0).tries_left == 0
    assert StatusWord(0x6300).tries_left is None
    assert StatusWord(0x6983).tries_left is None
    assert StatusWord(0x6300).is_rejected_uncounted


def test_zero_means_256_where_bytes_are_announced() -> None:
    assert StatusWord(0x6100).bytes_waiting == 256
    assert StatusWord(0x6110).bytes_waiting == 16
    assert StatusWord(0x6C00).right_length == 256
    assert StatusWord(0x6C20).right_length == 32
    assert StatusWord(0x9000).bytes_waiting is None
    assert StatusWord(0x6120).right_length is None


def test_repr_is_hexadecimal() -> None:
    assert repr(StatusWord(0x6A82)) == "StatusWord(6A82)"


@pytest.mark.parametrize(
    ("value", "tries"),
    [(0x63C2, 2), (0x6984, 0), (0x6983, 0), (0x63C0, 0), (0x9000, 3), (0x6300, 3), (0x6A82, None)],
)
def test_tries_that_a_word_tells(value: int, tries: int | None) -> None:
    assert StatusWord(value).tries_left_of(3) == tries


def test_words_about_a_secret_are_no_refusal_of_its_name() -> None:
    words = (0x9000, 0x6300, 0x6982, 0x6983, 0x6984, 0x6F00, *range(0x63C0, 0x63D0))
    assert not any(StatusWord(value).is_naming_refused for value in words)
    assert StatusWord(0x6A86).is_naming_refused
    assert StatusWord(0x6982).is_unauthorised
    assert not StatusWord(0x6985).is_unauthorised
