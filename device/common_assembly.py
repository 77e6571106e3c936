"""Parts that both a reader in service and a reader that is being paired are made of."""

from device.config import Config
from device.errors import ConfigurationError
from device.outbox import Outbox
from device.screen.port import ScreenListener
from device.screen.server import ScreenSettings, WebScreen
from device.screen.theme import ScreenProfile
from hostlink.errors import HostlinkError
from hostlink.messages import DeviceHello
from hostlink.signing import payload_hash
from hostlink.version import HIGHEST_VERSION, LOWEST_VERSION


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
