"""The page a kiosk's browser opens first: it leads to the screen and hands over the secret.

A file that only this user reads; on a command line everybody on the machine could read the secret.
"""

import html
import os
from pathlib import Path

_PAGE = """<!doctype html>
<meta charset="utf-8">
<title>uketsuke</title>
<meta http-equiv="refresh" content="0;url={url}">
"""


def write_start_page(path: Path, url: str, token: str) -> None:
    """Writes the file anew.

    Args:
        path: where; best beside the token's file, in memory.
        url: of the screen, such as `http://127.0.0.1:8731/`.
        token: the browser's secret.

    Raises:
        OSError: It cannot be written.
    """
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(_PAGE.format(url=html.escape(f"{url}#{token}", quote=True)))
