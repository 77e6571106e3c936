"""Every page of the screen in every language and every colours: nobody meets a barrier.

A trial opens one of these in a real Chromium and lets axe-core look for what WCAG 2.2 AA forbids,
with the strictest contrast (AAA) except in the soft colours, and looks itself for what lies outside
of the display, is cut off, or is smaller or closer than fingers need.

Source: facts/screens_and_agent.md §7.
"""

import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from device.screen.port import PageView
from device.screen.theme import SEVEN_INCH
from tests.browser import open_chromium, violations
from tests.device.screen.examples import EXAMPLES
from tests.device.screen.test_browser import COLOURS, Kiosk, misfits
from tests.device.screen.test_language import LANGUAGES
from tests.torture.report import Failure, Report

_ALL = tuple(product(LANGUAGES, COLOURS, EXAMPLES))
COUNT = len(_ALL)
_WEAR = "(colours) => { document.documentElement.dataset.colours = colours; }"


def run(count: int, seed: int) -> Report:
    """Look at `count` of them, evenly spread over all."""
    failures: list[Failure] = []
    with open_chromium() as browser, tempfile.TemporaryDirectory() as folder:
        kiosk = Kiosk(browser, Path(folder), SEVEN_INCH, 600)
        for at in range(count):
            tag, colours, page = _ALL[(seed - 1 + at * COUNT // count) % COUNT]
            where = f"{page.name} in {tag}, {colours}"
            failures += (
                Failure(seed, f"{where}: {what}") for what in _faults(kiosk, tag, colours, page)
            )
        failures += (Failure(seed, f"console: {text}") for text in kiosk.complaints)
        kiosk.close()
    return Report(count, tuple(failures), {"languages": len(LANGUAGES), "colours": len(COLOURS)})


def _faults(kiosk: Kiosk, tag: str, colours: str, page: PageView) -> Iterator[str]:
    kiosk.show(page)
    kiosk.speak(tag)
    kiosk.page.evaluate(_WEAR, colours)
    yield from violations(kiosk.page, is_clear=colours != "soft")
    yield from misfits(kiosk)
