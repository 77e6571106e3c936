"""Where the notice lies: a file, also one on a share, or an address of the maker."""

from collections.abc import Callable
from pathlib import Path

import httpx

from agent.errors import UpdateNoticeError
from agent.updates.notice import LONGEST_BYTES
from agent.web_address import read_address

LONGEST_WAIT_S = 10.0
"""For each part of the answer."""


def notice_place(place: str, folder: Path) -> Callable[[], bytes]:
    """How to get the notice.

    Args:
        place: As the configuration says it.
        folder: Where the path of a file starts if it is a relative one.

    Returns:
        Gets it, at most one byte too long; raises UpdateNoticeError where there is none.

    Raises:
        ConfigError: It is an address that may not be used.
    """
    if "://" not in place:
        return lambda: _from_file(folder / place)
    address = read_address(place, "[updates] notice")
    return lambda: _from_web(address)


def _from_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LONGEST_BYTES + 1)
    except OSError as error:
        raise UpdateNoticeError(f"{path}: {error.strerror}") from error


def _from_web(address: httpx.URL) -> bytes:
    content = bytearray()
    try:
        with httpx.stream(
            "GET",
            address,
            timeout=LONGEST_WAIT_S,
            trust_env=False,
            headers={"Accept-Encoding": "identity"},
        ) as response:
            if response.status_code != httpx.codes.OK:
                raise UpdateNoticeError(f"{address.host} answers HTTP {response.status_code}")
            for part in response.iter_raw():
                content += part
                if len(content) > LONGEST_BYTES:
                    break
    except httpx.HTTPError as error:
        raise UpdateNoticeError(f"{address.host}: {type(error).__name__}") from error
    return bytes(content)
