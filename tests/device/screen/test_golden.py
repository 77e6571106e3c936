"""The docs show every page; what a screen reader hears is compared in `test_browser.py`."""

from tests.device.screen.examples import EXAMPLES
from tests.device.screen.golden import (
    DRAWN_IN,
    IS_WRITTEN,
    PAGES,
    PICTURES,
    TREES,
    contents,
    picture_name,
)
from tests.device.screen.test_language import LANGUAGES


def test_the_docs_show_every_page_and_no_other() -> None:
    wanted = {picture_name(number, tag) for number in range(len(EXAMPLES)) for tag in DRAWN_IN}
    assert {path.name for path in PICTURES.iterdir()} == wanted
    assert PAGES.read_text(encoding="utf-8") == contents()


def test_every_language_is_compared() -> None:
    assert {path.stem for path in TREES.iterdir()} == set(LANGUAGES)
    assert not IS_WRITTEN, "what was just written is no judge"
