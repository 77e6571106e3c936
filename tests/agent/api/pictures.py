"""Pictures of the console that the docs show."""

import os
from io import BytesIO
from pathlib import Path

from PIL import Image

from tests.agent.api.console_bench import Window

PICTURES = Path(__file__).parents[3] / "docs" / "console"
PICTURED = {
    *("day-ja", "day-en", "result-day-ja", "result-day-en", "result-night-ja"),
    *("papers-ja", "lookup-ja", "pairing-ja"),
}
ARE_PICTURES_WRITTEN = os.environ.get("UKETSUKE_WRITE_GOLDEN") == "1"


def picture(window: Window, name: str) -> None:
    """Keep what the window shows, where pictures are asked for; some are shown in the docs."""
    if not ARE_PICTURES_WRITTEN or name not in PICTURED:
        return
    taken = Image.open(BytesIO(window.page.screenshot(animations="disabled"))).convert("RGB")
    taken.save(PICTURES / f"{name}.webp", quality=70, method=6)
