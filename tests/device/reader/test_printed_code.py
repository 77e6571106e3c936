from contextlib import nullcontext
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.reader.errors import PrintedCodeUnreadableError
from device.reader.printed_code import PrintedCode
from tests.hw_sim.card.era import era_of


def reference_of(birth_date: str) -> bytes:
    return PrintedCode.from_print(birth_date, 2035, "2285").reference()


@pytest.mark.parametrize(
    ("printed", "digits"),
    [
        ("昭和55年2月17日", b"550217"),  # the published test card (facts/card.md §5)
        ("昭和６４年　１月　７日", b"640107"),
        ("平成元年1月8日生", b"010108"),
        ("平成1年1月8日", b"010108"),
        ("令和2年2月24日", b"020224"),
        ("大正15年12月24日", b"151224"),
        ("明治45年7月29日", b"450729"),
        ("昭和 3年 2月29日", b"030229"),
        ("1980年2月17日", b"800217"),  # foreign residents
        ("2000年2月29日", b"000229"),
    ],
)
def test_reference_is_made_of_what_is_printed(printed: str, digits: bytes) -> None:
    assert reference_of(printed) == digits + b"2035" + b"2285"


@pytest.mark.parametrize(
    "printed",
    [
        "昭和64年1月8日",  # already 平成
        "平成元年1月7日",  # still 昭和
        "平成31年5月1日",
        "昭和0年1月1日",
        "昭和54年2月29日",
        "昭和55年13月1日",
        "昭禾55年2月17日",
        "55年2月17日",
        "1980-02-17",
        "550217",
        "",
    ],
)
def test_what_no_card_can_have_printed_is_not_believed(printed: str) -> None:
    with pytest.raises(PrintedCodeUnreadableError):
        reference_of(printed)


@pytest.mark.parametrize(
    ("expiry_year", "security_code"),
    [(35, "2285"), (1935, "2285"), (2035, "228"), (2035, "22851"), (2035, "228O"), (2035, "²285x")],
)
def test_implausible_year_or_code(expiry_year: int, security_code: str) -> None:
    with pytest.raises(PrintedCodeUnreadableError):
        PrintedCode.from_print("昭和55年2月17日", expiry_year, security_code)


@given(text=st.text(max_size=20), year=st.integers(), code=st.text(max_size=6))
def test_any_text_is_fourteen_digits_or_unreadable(text: str, year: int, code: str) -> None:
    try:
        reference = PrintedCode.from_print(text, year, code).reference()
    except PrintedCodeUnreadableError:
        return
    assert len(reference) == 14
    assert reference.isdigit()


@pytest.mark.parametrize("printed", ["令和88年1月1日", "令和18年1月1日", "2036年1月1日"])
def test_nobody_is_born_after_the_year_in_which_the_card_ends(printed: str) -> None:
    with pytest.raises(PrintedCodeUnreadableError):
        reference_of(printed)


@given(
    birth=st.dates(date(1868, 1, 25), date(2099, 12, 31)),
    years=st.integers(0, 150),
    is_in_era=st.booleans(),
)
def test_whoever_is_born_before_it_ends_may_have_the_card(
    birth: date, years: int, is_in_era: bool
) -> None:
    expiry_year = min(max(2016, birth.year + years), 2099)
    era = era_of(birth)
    year = f"{era.name}{era.year_of(birth)}" if is_in_era else f"{birth.year}"
    printed = f"{year}年{birth.month}月{birth.day}日"
    reference = PrintedCode.from_print(printed, expiry_year, "2285").reference()
    if is_in_era or birth.year >= 1900:
        assert PrintedCode.from_digits(reference.decode(), None).reference() == reference


TYPED_REST = "20352285"
"""Expiry year and security code."""


@pytest.mark.parametrize(
    "birth", ["550217", "000229", "010229", "041231", "640107", "310430", "000101", "140229"]
)
def test_typed_digits_of_a_day_that_exists(birth: str) -> None:
    code = PrintedCode.from_digits(birth + TYPED_REST, date(2035, 3, 14))
    assert code.reference() == (birth + TYPED_REST).encode("ascii")


@pytest.mark.parametrize(
    "birth", ["550230", "550431", "551131", "550000", "551301", "550132", "550200", "870229"]
)
def test_typed_digits_of_a_day_that_no_year_has(birth: str) -> None:
    with pytest.raises(PrintedCodeUnreadableError):
        PrintedCode.from_digits(birth + TYPED_REST, None)


@pytest.mark.parametrize(("expiry_year", "is_taken"), [(2027, False), (2028, True)])
def test_typed_digits_of_a_day_that_only_a_year_to_come_has(
    expiry_year: int, is_taken: bool
) -> None:
    """29 February of a tenth year: there is none but 令和10年, 2028."""
    digits = f"100229{expiry_year}2285"
    with nullcontext() if is_taken else pytest.raises(PrintedCodeUnreadableError):
        PrintedCode.from_digits(digits, None)


def test_repr_shows_nothing() -> None:
    assert repr(PrintedCode.from_print("昭和55年2月17日", 2035, "2285")) == "PrintedCode()"
