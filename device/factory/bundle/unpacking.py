"""Takes a model's file out of what was downloaded, whose sum is known to be right."""

import bz2
import hashlib
import tarfile
import zlib
from pathlib import Path

from device.factory.bundle.recipe import ModelFile, Source
from device.factory.errors import WrongFileError


def unpacked(download: Path, source: Source, file: ModelFile) -> bytes:
    """The file.

    Args:
        download: what was downloaded.
        source: how the file is packed in it.
        file: its size and sum.

    Raises:
        WrongFileError: if it is not in there, or another one.
    """
    name = source.address.rpartition("/")[2]
    try:
        content = _content(download, source, file.size_bytes + 1)
    except (OSError, EOFError, ValueError, zlib.error, tarfile.TarError) as error:
        raise WrongFileError(f'"{name}" cannot be unpacked') from error
    if len(content) > file.size_bytes:
        raise WrongFileError(f'what is packed in "{name}" is larger than it may be')
    if file.sha256 not in (None, hashlib.sha256(content).hexdigest()):
        raise WrongFileError(f'what is packed in "{name}" is another file')
    return content


def _content(download: Path, source: Source, most_bytes: int) -> bytes:
    match source.packing:
        case "none":
            with download.open("rb") as plain:
                return plain.read(most_bytes)
        case "bz2":
            with bz2.open(download) as packed:
                return packed.read(most_bytes)
        case "tar.gz":
            return _member(download, source.member, most_bytes)


def _member(download: Path, member: str | None, most_bytes: int) -> bytes:
    """Read as a stream: nothing of an archive is ever written to the disk."""
    with tarfile.open(download, "r|gz") as archive:
        for entry in archive:
            content = archive.extractfile(entry) if entry.name == member else None
            if content is not None:
                return content.read(most_bytes)
    raise ValueError("there is no such file in the archive")
