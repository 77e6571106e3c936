"""Puts together what the reader has to talk with a card: slot, front, terminal and records."""

import time
from pathlib import Path
from types import ModuleType
from typing import cast

from device.adapters import create_adapter, prepare_adapter
from device.config import Adapter, Config
from device.disk import keep_folder
from device.errors import ConfigurationError
from device.face import cameras
from device.jobs.card import CardParts
from device.pinpad.attempts import PinAttempts
from device.pinpad.disk import FolderDisk
from device.pinpad.reader_key import READER_KEY, read_reader_key
from device.reader import ocr, slots, terminals
from device.reader.front.camera_front import CameraFront
from device.reader.pinless import PinlessAuthenticator
from device.reader.port import CardCamera, CardSlot, OcrEngine
from device.reader.printed_code import CardFront
from device.reader.record_anchors import RecordAnchors, read_anchors


def make_card_parts(config: Config, folder: Path, slot: CardSlot | None) -> CardParts:
    """Make every part.

    Args:
        config: What the configuration file says.
        folder: Where relative paths in adapters' settings start.
        slot: A slot made by someone else, in place of the configured one.

    Raises:
        DeviceError: Something in the configuration cannot work.
        OSError: The state folder cannot be written.
    """

    def make(package: ModuleType, adapter: Adapter) -> object:
        return create_adapter(package, adapter.name, adapter.settings, folder)

    terminal = make(terminals, config.terminal) if config.terminal else None
    return CardParts(
        slot=slot or cast(CardSlot, make(slots, config.slot)),
        front=_front(config, folder),
        terminal=cast(PinlessAuthenticator | None, terminal),
        attempts=_attempts(config),
        anchors=_anchors(config),
    )


def _front(config: Config, folder: Path) -> CardFront | None:
    """Without a camera nothing reads the code on a card's front."""
    camera, engine = config.card_camera, config.ocr
    if camera is None:
        return None
    open_camera = prepare_adapter(cameras, camera.name, camera.settings, folder)
    reads_print = create_adapter(ocr, engine.name, engine.settings, folder)
    return CameraFront(lambda: cast(CardCamera, open_camera()), cast(OcrEngine, reads_print))


def _anchors(config: Config) -> RecordAnchors:
    if not config.records.anchors:
        raise ConfigurationError(
            "[records]: set anchors to the PEM files of the CAs under which cards' records are"
            " signed; without them a forged photo looks like any other"
        )
    return read_anchors(config.records.anchors)


def _attempts(config: Config) -> PinAttempts:
    folder = config.state_folder / "pin"
    keep_folder(folder, 0o700)
    return PinAttempts(FolderDisk(folder), read_reader_key(folder / READER_KEY), time.time)
