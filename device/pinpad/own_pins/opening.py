"""The reader's own PINs where its configuration says that everything is kept."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from device.clock import boot_time_s
from device.disk import keep_folder
from device.errors import ConfigurationError
from device.pinpad.disk import FolderDisk
from device.pinpad.own_pins.own_pins import OwnPins
from device.pinpad.reader_key import READER_KEY, derive_key, read_reader_key
from device.sealed_key import board_key

_PURPOSE = b"uketsuke own PINs, version 1"
_LOCK = "own_pins.lock"


@contextmanager
def opened_own_pins(folder: Path, device_secret: Path | None) -> Iterator[OwnPins]:
    """The PINs, for this process alone until the end: two that write would harm the count.

    Args:
        folder: Where they are kept; made if there is none.
        device_secret: File with a secret of the board. With it the PINs work on this board only;
            where it comes, goes or changes, they are locked and must be set anew.

    Raises:
        ConfigurationError: The board's secret cannot be had, or another process has the PINs.
        OSError: The folder cannot be written.
    """
    keep_folder(folder, 0o700)
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor, folder)
        yield OwnPins(FolderDisk(folder), _key(folder, device_secret), boot_time_s)
    finally:
        os.close(descriptor)


def _lock(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ConfigurationError(
            f"{folder}: another process uses the reader's PINs; stop the reader first"
        ) from error


def _key(folder: Path, device_secret: Path | None) -> bytes:
    path = folder / READER_KEY
    of_board = board_key(device_secret, path, _PURPOSE) if device_secret else b""
    return derive_key(read_reader_key(path) + of_board, "own PINs")
