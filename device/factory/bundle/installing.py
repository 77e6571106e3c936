"""Copies a bundle beside the delivered ones, where the configuration finds it by its name."""

import os
import shutil
import tempfile
from pathlib import Path

from device.face.bundle import sum_file
from device.factory.bundle.checking import SIGNATURE_FILE, check, files_of, kind_of
from device.factory.errors import BundleRefusedError

_BESIDE = (SIGNATURE_FILE, "MODEL_CARD.md", "LICENSE", "LICENSE.txt")
"""Taken along where they are there."""


def install(folder: Path, models: Path, trusted_key: Path | None) -> str:
    """Installs one bundle that passes its check; what is checked is the copy.

    Args:
        folder: of the bundle; its name is the one for the configuration.
        models: folder of the installed bundles.
        trusted_key: see `check`.

    Raises:
        BundleError: see `check`.
        BundleRefusedError: see `check`; or if a bundle of that name is installed.
    """
    target = models / folder.resolve().name
    if target.exists():
        raise BundleRefusedError(f'"{target.name}" is installed already; remove it first')
    try:
        with tempfile.TemporaryDirectory(dir=models, prefix=".installing-") as place:
            fresh = Path(place) / target.name
            _copy(folder, fresh)
            answer = check(fresh, trusted_key)
            fresh.replace(target)
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise BundleRefusedError(f'"{target.name}" cannot be copied: {reason}') from error
    return f'{answer}\ninstalled; name it by {kind_of(target)} = "{target.name}" in [face]'


def _copy(folder: Path, fresh: Path) -> None:
    """Only what the description names: other files may be anything, pictures of people too."""
    fresh.mkdir()
    named = files_of(folder)
    sums = {sum_file(Path(name)).name for name in named}
    for name in sorted({*named, *sums, *_BESIDE}):
        source = folder / name
        if source.is_file() and not source.is_symlink():
            _copy_file(source, fresh / name)


def _copy_file(source: Path, copy: Path) -> None:
    with source.open("rb") as taken, copy.open("wb") as written:
        shutil.copyfileobj(taken, written)
        written.flush()
        os.fsync(written.fileno())
