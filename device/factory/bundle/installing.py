"""Copies a bundle beside the delivered ones, where the configuration finds it by its name."""

import shutil
from pathlib import Path

from device.factory.bundle.checking import check
from device.factory.errors import BundleRefusedError


def install(folder: Path, models: Path, trusted_key: Path | None) -> str:
    """Installs one bundle that passes its check.

    Args:
        folder: of the bundle; its name is the one for the configuration.
        models: folder of the installed bundles.
        trusted_key: see `check`.

    Raises:
        BundleError: see `check`.
        BundleRefusedError: see `check`; or if a bundle of that name is installed.
    """
    answer = check(folder, trusted_key)
    target = models / folder.resolve().name
    if target.exists():
        raise BundleRefusedError(f'"{target.name}" is installed already; remove it first')
    fresh = target.with_name(f"{target.name}.new")
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(folder, fresh)
        fresh.replace(target)
    except OSError as error:
        shutil.rmtree(fresh, ignore_errors=True)
        raise BundleRefusedError(f'"{target.name}" cannot be copied: {error.strerror}') from error
    return f'{answer}\ninstalled; name it by embedder = "{target.name}" in the table [face]'
