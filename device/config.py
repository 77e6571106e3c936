"""The reader's configuration file: TOML in, frozen tables out, or one clear sentence.

`docs/HARDWARE.md` shows a whole file.
"""

import tomllib
from pathlib import Path

from device.errors import ConfigurationError
from device.tables import Table, read_table


class Adapter(Table, frozen=True):
    """One adapter: a file in its folder, and that file's own settings."""

    name: str
    """File name of the adapter without `.py`."""
    settings: dict[str, str | int | float | bool] = {}
    """The adapter's own table, still unread."""


class LinkTable(Table, frozen=True):
    """The cable to the reception PC."""

    port: str
    """Serial port of the gadget or pty, such as `/dev/ttyGS0`."""
    certificate: Path
    """PEM: the maker's certificate for the cable, leaf first; shown while the reader is paired."""
    key: Path
    """PEM: its private key."""
    device_secret: Path | None = None
    """File with a secret of the board, 32 bytes or more, to which `key` and the keys of all
    pairings are sealed."""


class ScreenTable(Table, frozen=True):
    """The patient's screen."""

    token_file: Path
    """Where the browser's secret is written, readable by this user alone; best on a tmpfs."""
    port: int = 8731
    """TCP port on 127.0.0.1."""
    language: str = "ja"
    width_px: int = 1024
    width_mm: float = 154.0
    """The visible width, so that a button is as wide as a fingertip on every display."""
    pictures: Path | None = None
    """Folder of pictures in place of those in `device/screen/web/pictures`, by their names."""
    voices: Path | None = None
    """Folder of recorded sentences (`python -m device.factory voices`); none: nothing is said."""
    speaks: bool = False
    """Read every page aloud until a patient does not want it; else from when one wants it."""
    chimes: bool = True
    """Two tones say that it is done, and call for a card that is left."""
    is_pad_shuffled: bool = True
    """Scramble the digits of the PIN pad for each patient."""


class FaceTable(Table, frozen=True):
    """The models of the face check."""

    embedder: str = "resnet29"
    detector: str = "detector"
    occlusion: str = "occlusion"
    """Folders in `device/face/models`."""
    runtime: str = "auto"
    """`device/face/runtimes`."""
    asks_for_movement: bool = True
    """Ask to blink and to turn a little; who is not seen to do so goes on with the PIN or the staff
    (decision 0014). False: a photo of the patient, held before the camera, verifies whoever holds
    it, so that staff must watch."""


class RecordsTable(Table, frozen=True):
    """What tells a genuine card's face record from another."""

    anchors: list[Path] = []
    """PEM files, one public key each: the CAs under which cards' records were signed."""


class Config(Table, frozen=True):
    """Everything the reader must be told before it can start."""

    state_folder: Path
    """Outbox, pairings, PIN attempt log and counters: beside journal and token, all that the
    reader writes."""
    link: LinkTable
    slot: Adapter
    """Where cards are laid: `device/reader/slots`."""
    camera: Adapter
    """`device/face/cameras`."""
    identity: Adapter
    """Where the signing key lives: `device/keys`."""
    screen: ScreenTable
    records: RecordsTable = RecordsTable()
    card_camera: Adapter | None = None
    """Looks at the front of the laid card: `device/face/cameras`; none: it cannot be read."""
    ocr: Adapter = Adapter(name="tesseract")
    """Reads what the card's camera sees: `device/reader/ocr`."""
    terminal: Adapter | None = None
    """What the card trusts in place of a PIN after a face match: `device/reader/terminals`."""
    pairing_button: Adapter | None = None
    """Begins a pairing with a reception PC: `device/pairing/buttons`; none: it cannot begin."""
    keypad: Adapter | None = None
    """A physical PIN pad beside the one on the screen: `device/pinpad/keypads`."""
    face: FaceTable = FaceTable()
    visit: dict[str, bool | int | float | str] = {}
    """Time limits, numbers of tries, permissions, the emergency that is served: by their names in
    `device/visit/policy.py`."""
    journal: Path | None = None
    """File for the names of events; none: not kept."""


def read_config(path: Path) -> Config:
    """Read and check the file; its paths are taken from its own folder.

    Raises:
        ConfigurationError: It is missing, is no TOML, or a key is missing, unknown or wrong.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise ConfigurationError(f"{path}: {error}") from error
    return read_table(values, Config, path.resolve().parent, str(path))
