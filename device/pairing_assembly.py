"""Puts together what a reader has to be paired with a reception PC."""

import ssl
from pathlib import Path
from typing import cast

from device.adapters import create_adapter
from device.common_assembly import (
    Standing,
    introduce,
    make_screen,
    maker_certificate,
    open_outbox,
)
from device.config import Config, LinkTable
from device.errors import ConfigurationError
from device.identity import hash_firmware, ueid_of
from device.pairing import buttons, pages
from device.pairing.ceremony import ReaderCeremony, ReaderSide
from device.pairing.port import PairingButton
from device.pairing.window import PairingWindow
from device.screen.port import Screen
from device.sealed_key import KeyFile
from hostlink.ends import Purpose
from hostlink.link import DeviceEnd
from hostlink.pairing import NO_SECRET
from hostlink.serial_stream import open_serial
from hostlink.tls import pairing_device_context


def make_button(config: Config, folder: Path) -> PairingButton | None:
    """The button that begins a pairing.

    Raises:
        ConfigurationError: Its settings cannot work.
    """
    wanted = config.pairing_button
    if wanted is None:
        return None
    return cast(PairingButton, create_adapter(buttons, wanted.name, wanted.settings, folder))


def make_window(config: Config, standing: Standing) -> PairingWindow:
    """A window for one attempt.

    Raises:
        DeviceError: Something in the configuration cannot work.
        OSError: The outbox cannot be read.
    """
    key, pairings = standing.key, standing.pairings
    ueid, firmware, outbox = ueid_of(key.chain[0]), hash_firmware(), open_outbox(config)
    side = ReaderSide(
        pairings=pairings.all,
        session_certificate=maker_certificate(config.link),
        chain=key.chain,
        sign=key.sign,
        make_certificate=pairings.make_certificate,
        keep=pairings.add,
    )
    end = DeviceEnd(
        tls=_maker_context(config.link),
        make_hello=lambda: introduce(ueid, firmware, standing.boot_count, outbox),
        secret_of=lambda _: NO_SECRET,
        purpose=Purpose.PAIRING,
    )
    return PairingWindow(
        ReaderCeremony(side),
        lambda listener: make_screen(config, listener),
        lambda: open_serial(config.link.port),
        end,
    )


def show_unpaired(config: Config) -> Screen:
    """Tell whoever stands there that this reader works for nobody yet.

    Raises:
        ConfigurationError: The screen cannot be switched on.
    """
    screen = make_screen(config, _NobodyListens())
    screen.show(pages.unpaired())
    return screen


class _NobodyListens:
    """That page has nothing to touch."""

    def chosen(self, turn: int, choice: str) -> None:
        """As `ScreenListener.chosen`."""

    def pad_pressed(self, turn: int, position: int) -> None:
        """As `ScreenListener.pad_pressed`."""


def _maker_context(link: LinkTable) -> ssl.SSLContext:
    password = KeyFile(link.key, link.device_secret).password()
    try:
        return pairing_device_context(link.certificate, link.key, password)
    except (ValueError, OSError) as error:
        raise ConfigurationError(
            "[link]: certificate and key must name PEM files that fit together"
            f" ({type(error).__name__})"
        ) from error
