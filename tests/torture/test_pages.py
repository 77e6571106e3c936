"""The run that looks at every page finds a barrier where there is one."""

from itertools import product

import pytest

from device.screen import shown
from device.screen.language import Language
from device.screen.pages import PageModel, page_model
from device.screen.port import PageView
from tests.device.screen.test_browser import COLOURS
from tests.device.screen.test_language import LANGUAGES
from tests.torture.runs import pages


def test_all_of_them_are_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, str, PageView]] = []

    def look(_: object, tag: str, colours: str, page: PageView) -> list[str]:
        seen.append((tag, colours, page))
        return []

    monkeypatch.setattr(pages, "_faults", look)
    assert pages.run(pages.COUNT, seed=1).failures == ()
    assert len(seen) == pages.COUNT
    assert {(tag, colours) for tag, colours, _ in seen} == set(product(LANGUAGES, COLOURS))


def test_negative_control_a_page_with_too_many_words(monkeypatch: pytest.MonkeyPatch) -> None:

    def wordy(page: PageView, language: Language) -> PageModel:
        model = page_model(page, language)
        model["paragraphs"] = ["too many words " * 80]
        return model

    monkeypatch.setattr(shown, "page_model", wordy)
    found = {failure.what for failure in pages.run(3, seed=1).failures}
    assert any("does not fit" in what for what in found), found
