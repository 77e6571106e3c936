import re
import shutil
import string
from pathlib import Path

import pytest

from device.errors import ConfigurationError
from device.pairing.pages import PairingChoice, PairingPage
from device.screen.errors import UnknownTextError
from device.screen.language import LANGUAGES_FOLDER, Language, load_languages
from device.visit.effects import Choice, PageName
from hostlink.terms import ConsentItem, FailureCode, Notice, PairingRefusal
from tests.device.screen.examples import HINTS

LANGUAGES = load_languages("ja")


def words_to_fill(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def needed_keys() -> set[str]:
    """Every text that the rest of the house may ask for."""
    pages = (*PageName, *PairingPage)
    return {
        *(f"page.{page.value}.{part}" for page in pages for part in ("title", "body")),
        *(f"choice.{choice.value}" for choice in (*Choice, *PairingChoice)),
        *(f"pairing_refusal.{refusal.name.lower()}" for refusal in PairingRefusal),
        *(f"failure.{code.name.lower()}.{part}" for code in FailureCode for part in TOLD),
        *(f"notice.{notice.name.lower()}" for notice in Notice),
        *(f"consent.{item.name.lower()}" for item in ConsentItem),
        *(f"hint.{hint}" for hint in HINTS),
    }


TOLD = ("title", "next")


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
def test_every_language_says_everything(language: Language) -> None:
    assert needed_keys() - language.texts.keys() == set()
    assert all(text.strip() for text in language.texts.values())


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
def test_every_language_fills_in_the_same_words(language: Language) -> None:
    japanese = LANGUAGES["ja"].texts
    for key, text in language.texts.items():
        assert words_to_fill(text) == words_to_fill(japanese[key]), key


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
def test_no_text_is_there_that_nobody_asks_for(language: Language) -> None:
    others = {key for key in language.texts if not key.startswith("label.")} - needed_keys()
    pictures = {key for key in others if re.fullmatch(r"failure\..*\.picture", key)}
    assert pictures == {f"failure.{name}.picture" for name in DRAWN}
    variants = {key for key in others if key.endswith(("_phone", "_ambulance"))}
    assert {key.rpartition("_")[0] for key in variants} <= language.texts.keys()
    failures = {key for key in others if re.fullmatch(r"failure\..*\.(look|end)", key)}
    assert {key.split(".")[1] for key in failures} <= {code.name.lower() for code in FailureCode}
    assert others - pictures - variants - failures == {
        *("page.pin.retry", "page.take_card.reminder", "page.printed_code.doubt"),
        *("page.staff_password.retry", "page.staff_password.wait"),
        "page.staff_password.wait_minutes",
    }


DRAWN = ("card_face_down", "card_upside_down", "card_in_case", "several_cards")


@pytest.mark.parametrize("name", DRAWN)
def test_what_is_described_is_drawn(name: str) -> None:
    assert (LANGUAGES_FOLDER.parent / "web" / "pictures" / f"{name}.svg").is_file()


OWN_LETTERS = {
    "ja": r"[\u3040-\u30ff\u4e00-\u9fff]",
    "ja-x-easy": r"[\u3040-\u30ff]",
    "zh-Hans": r"[\u4e00-\u9fff]",
    "zh-Hant": r"[\u4e00-\u9fff]",
    "ko": r"[\uac00-\ud7a3]",
    "ne": r"[\u0900-\u097f]",
    "my": r"[\u1000-\u109f]",
}
"""Else Latin letters."""
LETTERS_OF_OTHERS = r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3\u0900-\u097f\u1000-\u109f]"
SAME_IN_ALL = {"label.language", "label.position", "label.patient", "choice.confirm"}
"""A word that anybody finds or knows, or no word at all."""


@pytest.mark.parametrize("tag", LANGUAGES)
def test_each_language_is_written_in_its_own_letters(tag: str) -> None:
    own = OWN_LETTERS.get(tag, "[A-Za-z]")
    for key, text in LANGUAGES[tag].texts.items():
        assert key in SAME_IN_ALL or re.search(own, text), key
        assert not re.search(LETTERS_OF_OTHERS, re.sub(own, "", text)), key


@pytest.mark.parametrize("tag", [tag for tag in LANGUAGES if tag != "en"])
def test_nothing_is_left_in_english(tag: str) -> None:
    english = LANGUAGES["en"].texts
    left = {key for key, text in LANGUAGES[tag].texts.items() if text == english[key]}
    assert left - SAME_IN_ALL == set()


BLAMING = (
    *("間違い", "まちがい", "不正", "失敗", "エラー"),
    *("wrong", "incorrect", "invalid PIN", "error", "failed"),
)


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
def test_no_page_blames_the_patient(language: Language) -> None:
    for key, text in language.texts.items():
        if key.startswith(("failure.", "page.")) and key != "failure.internal.title":
            assert not [word for word in BLAMING if word in text], key


@pytest.mark.parametrize("code", FailureCode)
def test_every_failure_says_what_to_do_next(code: FailureCode) -> None:
    key = f"failure.{code.name.lower()}.next"
    assert "ください" in LANGUAGES["ja"].text(key)
    assert re.search(r"\b[Pp]lease\b", LANGUAGES["en"].text(key))


def test_another_language_is_one_more_file(tmp_path: Path) -> None:
    folder = shutil.copytree(LANGUAGES_FOLDER, tmp_path / "languages")
    text = (folder / "en.toml").read_text().replace('name = "English"', 'name = "Esperanto"')
    (folder / "eo.toml").write_text(text)
    languages = load_languages("ja", folder)
    assert set(languages) == {*load_languages("ja"), "eo"}
    assert languages["eo"].name == "Esperanto"


def test_the_language_to_start_with_comes_first() -> None:
    assert next(iter(load_languages("en"))) == "en"


def test_a_language_that_lacks_a_text_is_told_by_its_key(tmp_path: Path) -> None:
    folder = shutil.copytree(LANGUAGES_FOLDER, tmp_path / "languages")
    lines = (folder / "en.toml").read_text().splitlines(keepends=True)
    (folder / "en.toml").write_text("".join(line for line in lines if "hold_still" not in line))
    with pytest.raises(ConfigurationError, match=r"en\.toml.*hint\.hold_still"):
        load_languages("ja", folder)


def test_an_unknown_language_is_told_with_those_there_are() -> None:
    with pytest.raises(ConfigurationError, match="en, es"):
        load_languages("xx")


def test_a_text_that_is_not_there_is_told_by_its_key() -> None:
    with pytest.raises(UnknownTextError) as caught:
        LANGUAGES["ja"].text("page.nowhere.title")
    assert caught.value.key == "page.nowhere.title"
