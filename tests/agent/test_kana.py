"""One name in kana is one key, however it is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.kana import kana_key

SAME = [
    ("ｳｹﾂｹ ﾀﾛｳ", "ウケツケ　タロウ", "うけつけたろう", " ウケツケ  タロウ "),
    ("ｷｮｳｺ", "ｷﾖｳｺ", "キョウコ", "きょうこ"),
    ("ﾘｯﾂ", "ﾘﾂﾂ", "リッツ"),
    ("ｶﾞｯﾊﾟ", "カ゛ッハ゜", "ガッパ", "がっぱ"),
    ("ｵｰﾀ", "オータ", "オ－タ", "オ-タ", "オ―タ", "オ─タ"),
    ("ｱﾝ･ﾏﾘｰ", "アン・マリー", "アン マリー"),
    ("ヴァン", "ゔぁん", "ｳﾞｱﾝ"),
    ("Ａｎｎｅ", "ANNE"),
]


@pytest.mark.parametrize("ways", SAME)
def test_ways_to_write_one_name_have_one_key(ways: tuple[str, ...]) -> None:
    assert len({kana_key(way) for way in ways}) == 1


def test_different_names_stay_different() -> None:
    names = ["ハナコ", "バナコ", "パナコ", "ハナエ", "ハーナコ", "オオタ", "オータ", "オタ"]
    assert len({kana_key(name) for name in names}) == len(names)
    assert len({kana_key(ways[0]) for ways in SAME}) == len(SAME)


@pytest.mark.parametrize("nothing", ["", " ", "　", "・", "゛"])
def test_what_has_no_letters_has_no_key(nothing: str) -> None:
    assert kana_key(nothing) == ""


@given(st.text(max_size=12))
def test_a_key_of_a_key_is_itself(name: str) -> None:
    assert kana_key(kana_key(name)) == kana_key(name)
