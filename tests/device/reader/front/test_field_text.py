from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.reader.front.field_text import (
    PrintedDate,
    birth_date_in,
    expiry_in,
    security_code_in,
)

EXPIRY = date(2035, 3, 14)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("昭和33年3月14日生", PrintedDate("昭和", 33, 3, 14)),
        ("平成元年 3月14日生", PrintedDate("平成", 1, 3, 14)),
        ("大正１５年３月１４日生", PrintedDate("大正", 15, 3, 14)),
        ("1980年2月17日生", PrintedDate("", 1980, 2, 17)),
        ("有和33年3月14日生", PrintedDate("昭和", 33, 3, 14)),
        ("昭和33年3月4日生", PrintedDate("昭和", 33, 3, 14)),
        ("昭和33年3月14生", PrintedDate("昭和", 33, 3, 14)),
        ("昭和33年10月2日生", PrintedDate("昭和", 33, 10, 2)),
    ],
)
def test_birth_date(words: str, expected: PrintedDate) -> None:
    assert birth_date_in(words, EXPIRY) == expected


@pytest.mark.parametrize(
    "words",
    [
        "",
        "33年3月14日生",
        "2035年3月14日まで有効",
        "昭和33年",
        "和5年3月14日生",
        "41980年2月17日生",
    ],
)
def test_what_is_no_birth_date(words: str) -> None:
    assert birth_date_in(words, EXPIRY) is None


def test_a_misread_day_is_not_completed_without_the_chip() -> None:
    assert birth_date_in("昭和33年3月14生", None) is None
    assert birth_date_in("1980年3月1日生", EXPIRY) == PrintedDate("", 1980, 3, 1)


@pytest.mark.parametrize("end", [date(2033, 2, 28), date(2036, 2, 29), date(2033, 3, 1)])
def test_leap_day(end: date) -> None:
    birth = birth_date_in("昭和55年2月29日生", end)
    assert birth == PrintedDate("昭和", 55, 2, 29)
    assert birth.is_birthday_of(end)


def test_a_day_before_leap_day_is_told_from_it() -> None:
    assert birth_date_in("昭和55年2月28日生", date(2033, 2, 28)) == PrintedDate("昭和", 55, 2, 28)


def test_birthday_of_another_card() -> None:
    assert not PrintedDate("昭和", 33, 3, 14).is_birthday_of(date(2035, 3, 15))


def test_expiry() -> None:
    assert expiry_in("2035年 3月14日まで有効") == PrintedDate("", 2035, 3, 14)
    assert expiry_in("昭和33年3月14日生") is None


@pytest.mark.parametrize(
    ("words", "code"), [("0821", "0821"), (" ８２１ 0", "8210"), ("821", None), ("08211", None)]
)
def test_security_code(words: str, code: str | None) -> None:
    assert security_code_in(words) == code


@given(st.text(alphabet="0123456789元年月日生まで昭和平成", max_size=20))
def test_any_words_are_something_or_nothing(words: str) -> None:
    birth_date_in(words, EXPIRY)
    expiry_in(words)
    security_code_in(words)


def test_repr_shows_nothing() -> None:
    assert repr(PrintedDate("昭和", 33, 3, 14)) == "PrintedDate()"
