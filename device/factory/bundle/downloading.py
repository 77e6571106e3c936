"""Downloads one file over HTTPS and lets nothing read it before its sum is right."""

import hashlib
import http.client
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from urllib.error import URLError
from urllib.request import HTTPRedirectHandler, Request

from device.factory.bundle.recipe import LARGEST_BYTES, Source
from device.factory.errors import DownloadError, WrongFileError

LONGEST_S = 900.0
"""For the whole file."""
LONGEST_SILENCE_S = 30.0
_PIECE_BYTES = 1 << 16


def download(source: Source, sha256: str, target: Path) -> None:
    """Downloads one file.

    Args:
        source: where it is.
        sha256: what it must be.
        target: the file to write; it is gone again if anything is wrong.

    Raises:
        DownloadError: if it cannot be had from there.
        WrongFileError: if something else is there.
    """
    try:
        _download(source, sha256, target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _download(source: Source, sha256: str, target: Path) -> None:
    digest, size = hashlib.sha256(), 0
    try:
        with target.open("wb") as file:
            for piece in _pieces(source):
                size += len(piece)
                if size > (source.size_bytes or LARGEST_BYTES):
                    raise WrongFileError(f"{source.address} is larger than it may be")
                digest.update(piece)
                file.write(piece)
    except (OSError, http.client.HTTPException) as error:
        raise DownloadError(f"{source.address} cannot be had: {_reason(error)}") from error
    if source.size_bytes is not None and size < source.size_bytes:
        raise DownloadError(
            f"{source.address} ended after {size} of {source.size_bytes} bytes; try again"
        )
    if digest.hexdigest() != sha256:
        raise WrongFileError(f"{source.address} is another file: its sha256 is not {sha256}")


def _pieces(source: Source) -> Iterator[bytes]:
    deadline_s = time.monotonic() + LONGEST_S
    opener = urllib.request.build_opener(_SecureRedirects())
    # A recipe's address is HTTPS by its pattern, and so is whatever it redirects to.
    with opener.open(Request(source.address), timeout=LONGEST_SILENCE_S) as answer:  # noqa: S310
        while piece := answer.read1(_PIECE_BYTES):
            yield piece
            if time.monotonic() > deadline_s:
                raise DownloadError(f"{source.address} takes too long")


class _SecureRedirects(HTTPRedirectHandler):
    def redirect_request(
        self,
        req: Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> Request | None:
        if not newurl.startswith("https://"):
            raise DownloadError(f"{req.full_url} leads away from HTTPS")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _reason(error: OSError | http.client.HTTPException) -> str:
    """A failure has its own reason, or wraps the one beneath it."""
    beneath = error.reason if isinstance(error, URLError) else error
    return str(beneath) or type(beneath).__name__
