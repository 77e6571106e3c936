"""The secret that lets one browser speak for the patient.

It lies in a file that only this user reads, from where the kiosk's start script hands it to the
browser. It stays the same while the file lives (a memory file system: until the next boot), so a
browser finds its way back after the reader's program was restarted.

Source: facts/screens_and_agent.md §5.1.
"""

import os
import re
import secrets
import stat
from pathlib import Path

_TOKEN_FORM = re.compile(r"[A-Za-z0-9_-]{43}")


def read_or_make_token(path: Path) -> str:
    """The token in the file, or a new one if the file is missing or not private to this user."""
    return read_token(path) or _make(path)


def read_token(path: Path) -> str | None:
    """The token in the file; None where it is missing or not private to this user."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return None
    with os.fdopen(descriptor, encoding="ascii", errors="replace") as file:
        status = os.fstat(descriptor)
        is_private = stat.S_ISREG(status.st_mode) and stat.S_IMODE(status.st_mode) == 0o600
        if not is_private or status.st_uid != os.getuid():
            return None
        token = file.read(64)
    return token if _TOKEN_FORM.fullmatch(token) else None


def _make(path: Path) -> str:
    token = secrets.token_urlsafe(32)
    new_path = path.with_name(path.name + ".new")
    new_path.unlink(missing_ok=True)
    descriptor = os.open(new_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(token)
    new_path.replace(path)
    return token
