"""What each page is to a screen reader, and how it looks, kept beside the tests and in the docs.

`UKETSUKE_WRITE_GOLDEN=1 make test PYTEST=tests/device/screen/test_browser.py` writes both anew, to
be read and looked at before they are committed. A test compares the trees word by word. Pictures
differ with every version of browser and fonts, so it only asks that each page has one.
"""

import os
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from device.screen.port import PageView
from tests.device.screen.examples import EXAMPLES
from tests.hw_sim.camera_patient import PEOPLE

TREES = Path(__file__).parent / "heard"
PAGES = Path(__file__).parents[3] / "docs" / "SCREENS.md"
PICTURES = Path(__file__).parents[3] / "docs" / "screens"
DRAWN_IN = ("ja",)
"""Languages whose pages are in the docs."""
IS_WRITTEN = os.environ.get("UKETSUKE_WRITE_GOLDEN") == "1"
_ABOUT = """Each page as a patient may see it, on the common 7-inch display, in Japanese. What a
screen reader makes of it is in `tests/device/screen/heard`, in all languages. Both are written by
the tests from `tests/device/screen/examples.py` (`CONTRIBUTING.md` tells how). Names and digits are
made up."""
_TOLD = (
    *("failure", "emergency", "is_phone", "is_retry", "is_reminder", "notices"),
    "pairing_refusal",
)
_PICTURE_MS = 150


def picture_name(number: int, tag: str) -> str:
    """The file of one example's picture."""
    return f"{number:02}-{EXAMPLES[number].name}-{tag}.webp"


def contents() -> str:
    """The page of the docs that shows all pictures."""
    lines = ["# The pages of the screen", "", _ABOUT, ""]
    for number, page in enumerate(EXAMPLES):
        told = ", ".join(f"{key} {value}" for key, value in page.values.items() if key in _TOLD)
        lines += [f"## {number:02} {page.name}{f': {told}' if told else ''}", ""]
        lines += [f"![{page.name}](screens/{picture_name(number, tag)})" for tag in DRAWN_IN]
        lines += [""]
    return "\n".join(lines)


class Golden:
    """The pages of one language, one after the other."""

    def __init__(self, tag: str) -> None:
        self._tag = tag
        self._trees: list[str] = []

    def compare(self, number: int, page: PageView, kiosk: Any) -> None:
        """Look at one page; the whole language is compared in `finish`."""
        # What was typed is told behind the page.
        kiosk.page.locator(".dots[aria-label='0'], .code:empty").wait_for(state="detached")
        tree = kiosk.page.locator("body").aria_snapshot()
        self._trees.append(f"# {number:02} {page.name}\n{tree}\n")
        if IS_WRITTEN and self._tag in DRAWN_IN:
            _take_picture(page, kiosk, PICTURES / picture_name(number, self._tag))

    def finish(self) -> None:
        """Every page is what it was, or the difference is shown."""
        path, found = TREES / f"{self._tag}.yaml", "\n".join(self._trees)
        if IS_WRITTEN:
            PAGES.write_text(contents(), encoding="utf-8")
            _drop_old_pictures()
            TREES.mkdir(exist_ok=True)
            path.write_text(found, encoding="utf-8")
        assert found.splitlines() == path.read_text(encoding="utf-8").splitlines()


def _take_picture(page: PageView, kiosk: Any, path: Path) -> None:
    # Somebody who does not exist stands before the camera, on the page that looks.
    somebody = PEOPLE / "hanako" / "live" / "000.jpg"
    kiosk.screen.show_preview(page.turn, somebody.read_bytes())
    kiosk.page.wait_for_timeout(_PICTURE_MS)
    taken = Image.open(BytesIO(kiosk.page.screenshot(animations="disabled"))).convert("RGB")
    small = taken.resize((taken.width * 3 // 4, taken.height * 3 // 4), Image.Resampling.LANCZOS)
    PICTURES.mkdir(exist_ok=True)
    small.save(path, quality=70, method=6)


def _drop_old_pictures() -> None:
    known = {picture_name(number, tag) for number in range(len(EXAMPLES)) for tag in DRAWN_IN}
    for path in PICTURES.iterdir():
        if path.name not in known:
            path.unlink()
