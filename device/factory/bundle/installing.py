"""Copies a bundle beside the delivered ones, where the configuration finds it by its name."""

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from device.face.bundle import DESCRIPTION_FILE, sum_file
from device.face.bundle_file import content_of
from device.factory.bundle.checking import SIGNATURE_FILE, check, files_named_by, kind_of
from device.factory.errors import BundleRefusedError

_BESIDE = (SIGNATURE_FILE, "MODEL_CARD.md", "LICENSE", "LICENSE.txt")
"""Taken along where they are there."""


def install(folder: Path, models: Path, trusted_key: Path | None) -> str:
    """Installs one bundle that passes its check; what is checked is the copy.

    The copy gets its name last: whatever ends an installation leaves all other bundles as they
    were, and what a killed one leaves is taken away by the next one.

    Args:
        folder: of the bundle; its name is the one for the configuration.
        models: folder of the installed bundles.
        trusted_key: see `check`.

    Raises:
        BundleError: see `check`; or if something in the folder is no ordinary file.
        BundleRefusedError: see `check`; or if it names files elsewhere, or a bundle of that name
            is installed.
    """
    target = models / folder.resolve().name
    if target.exists():
        raise BundleRefusedError(f'"{target.name}" is installed already; remove it first')
    try:
        # Everything is read before anything is written.
        files = _files(folder)
        with _place_in(models) as place:
            fresh = place / target.name
            _write(files, fresh)
            answer = check(fresh, trusted_key)
            fresh.replace(target)
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise BundleRefusedError(f'"{target.name}" cannot be copied: {reason}') from error
    return f'{answer}\ninstalled; name it by {kind_of(target)} = "{target.name}" in [face]'


def _files(folder: Path) -> dict[str, bytes]:
    """Only what the description names: other files may be anything, pictures of people too."""
    description = content_of(folder / DESCRIPTION_FILE, may_be_link=False)
    named = files_named_by(description)
    sums = {sum_file(Path(name)).name for name in named}
    files = {}
    for name in sorted({*named, *sums, *_BESIDE}):
        try:
            files[name] = content_of(folder / name, may_be_link=False)
        except FileNotFoundError:
            continue
    return {**files, DESCRIPTION_FILE: description}


@contextmanager
def _place_in(models: Path) -> Iterator[Path]:
    """An empty folder for one installation at a time."""
    lock = os.open(models, os.O_RDONLY | os.O_CLOEXEC)
    try:
        # It ends with its process, so whatever lies there then is a killed one's.
        fcntl.flock(lock, fcntl.LOCK_EX)
        place = models / ".installing"
        if place.exists():
            shutil.rmtree(place)
        place.mkdir()
        try:
            yield place
        finally:
            shutil.rmtree(place)
    finally:
        os.close(lock)


def _write(files: Mapping[str, bytes], fresh: Path) -> None:
    fresh.mkdir()
    for name, content in files.items():
        with (fresh / name).open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
