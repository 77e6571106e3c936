"""Parts that both a reader in service and a reader that is being paired are made of."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from device import keys
from device.adapters import create_adapter
from device.config import Config, LinkTable
from device.disk import keep_folder
from device.errors import ConfigurationError
from device.identity import count_boot
from device.keys import file
from device.keys.port import SigningKey
from device.outbox import Outbox
from device.pairings import Pairings
from device.screen.port import ScreenListener
from device.screen.server import ScreenSettings, WebScreen
from device.screen.shown import Sounds
from device.screen.theme import ScreenProfile
from hostlink.errors import HostlinkError
from hostlink.messages import DeviceHello
from hostlink.signing import payload_hash
from hostlink.version import HIGHEST_VERSION, LOWEST_VERSION


@dataclass(frozen=True, slots=True)
class Standing:
    """What is made once a start, however often the reader is put together meanwhile."""

    pairings: Pairings
    """The reception PCs it works for."""
    key: SigningKey
    """Signs its results."""
    boot_count: int


def make_standing(config: Config, folder: Path) -> Standing:
    """Open what stands from the start to the end.

    Args:
        config: What the configuration file says.
        folder: Where the file lies; relative paths in adapters' settings start there.

    Raises:
        DeviceError: Something in the configuration cannot work.
    """
    identity = config.identity
    key = create_adapter(keys, identity.name, identity.settings, folder)
    # A cable's key that does not open is told now, not to whoever pairs the reader one day.
    maker_certificate(config.link)
    try:
        keep_folder(config.state_folder)
        return Standing(
            Pairings(config.state_folder / "pairings", config.link.device_secret),
            cast(SigningKey, key),
            count_boot(config.state_folder),
        )
    except OSError as error:
        raise ConfigurationError(f"{error.filename}: {error.strerror}") from error


def maker_certificate(link: LinkTable) -> bytes:
    """What the reader shows while it is paired (DER); its key is found to be the right one.

    Raises:
        ConfigurationError: The files cannot be used.
    """
    return file.create(file.Settings(link.key, link.certificate, link.device_secret)).chain[0]


def make_screen(config: Config, listener: ScreenListener) -> WebScreen:
    """Switch the screen on.

    Raises:
        ConfigurationError: A setting is impossible, or the port is taken.
    """
    settings = ScreenSettings(
        token_file=config.screen.token_file,
        port=config.screen.port,
        language=config.screen.language,
        profile=ScreenProfile(config.screen.width_px, config.screen.width_mm),
        pictures=config.screen.pictures,
        voices=config.screen.voices,
        sounds=Sounds(config.screen.speaks, config.screen.chimes),
    )
    return WebScreen(settings, listener)


def open_outbox(config: Config) -> Outbox:
    """The results that no agent has yet.

    Raises:
        ConfigurationError: The newest one is damaged.
        OSError: The folder cannot be used.
    """
    folder = config.state_folder / "outbox"
    outbox = Outbox(folder)
    try:
        if (latest := outbox.latest()) is not None:
            payload_hash(latest)
    except (HostlinkError, OSError) as error:
        raise ConfigurationError(
            f"{folder}: the newest result is damaged, and the next one must continue from it; keep"
            " the folder for the maker"
        ) from error
    return outbox


def introduce(ueid: bytes, firmware_hash: bytes, boot_count: int, outbox: Outbox) -> DeviceHello:
    """What the reader says first in each session."""
    return DeviceHello(
        lowest_version=LOWEST_VERSION,
        highest_version=HIGHEST_VERSION,
        ueid=ueid,
        firmware=firmware_hash.hex()[:16],
        boot_count=boot_count,
        next_seq=outbox.next_seq,
    )
