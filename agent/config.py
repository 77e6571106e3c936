"""The agent's configuration file: TOML in, frozen tables out, or one clear sentence.

`docs/AGENT.md` shows a whole file.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from cryptography import x509
from msgspec import Meta

from agent.errors import ConfigError
from agent.tables import HOW_PATHS_ARE_WRITTEN, Table, read_table

AS_WHOM = "run this as the user of the agent"
_MARK = "\ufeff"
"""Notepad begins a file of UTF-8 with it."""
_IN_QUOTES = 'put text in quotes: "…"'
_WHAT_TO_WRITE = {
    r"Unescaped '\' in a string": HOW_PATHS_ARE_WRITTEN,
    "Invalid hex value": HOW_PATHS_ARE_WRITTEN,  # "C:\Users"
    "Invalid value": _IN_QUOTES,
    "Expected newline or end of document": _IN_QUOTES,  # it began like a number
}
"""By the beginning of what the library says of a mistake in TOML."""
Text = Annotated[str, Meta(min_length=1)]
UsbNumber = Annotated[int, Meta(ge=0, le=0xFFFF)]
ADAPTER_KEYS = {
    "eligibility": ("source", "ask_later_hours"),
    "patients": ("source",),
    "relays": ("target", "name"),
}
"""Tables that name an adapter, and the keys in them that are not the adapter's own."""


class LinkTable(Table, frozen=True):
    """Where the reader is plugged in: a port, or a USB device looked up by its numbers."""

    port: str | None = None
    """Path of the serial port, or its name on Windows."""
    usb_vendor_id: UsbNumber | None = None
    usb_product_id: UsbNumber | None = None
    usb_serial: str | None = None
    """USB serial number of this very reader."""

    def __post_init__(self) -> None:
        missing = [self.usb_vendor_id, self.usb_product_id, self.usb_serial].count(None)
        if missing != (0 if self.port is None else 3):
            raise ValueError(
                "give either port or all of usb_vendor_id, usb_product_id and usb_serial"
            )


ONLY_COUNTER = ""
"""Of the one reader of a configuration with `[link]`."""


class ReaderTable(LinkTable, frozen=True, kw_only=True):
    """One of several readers: where it is plugged in, and what staff call its place."""

    counter: Annotated[str, Meta(min_length=1, max_length=40)]
    """Such as 1番窓口."""


class CardTrustTable(Table, frozen=True):
    """Whom the agent trusts to issue 利用者証明用電子証明書."""

    anchors: Annotated[tuple[Path, ...], Meta(min_length=1)]
    """PEM files; several may hold the same name and different keys."""


class StoreTable(Table, frozen=True):
    """Where the agent keeps results until, and after, they are delivered."""

    path: Path
    """SQLite file on a local disk."""
    keep_open_visits_days: Annotated[int, Meta(ge=1, le=365)] = 7
    """An eligibility answer whose result never came is deleted after this many days; with none the
    patient at the reader would be forgotten."""


class AuditTable(Table, frozen=True):
    """How long the journal is kept."""

    keep_days: Annotated[int, Meta(ge=1, le=36_500)] = 1825
    """Older days are deleted whole. Days on which the agent did not run are not counted. The
    default is five years, as long as the patient's chart (診療録) is kept."""


class SourceTable(Table, frozen=True):
    """Who is asked about insured persons."""

    source: str
    """File name of the adapter in `agent/eligibility` without `.py`."""
    settings: dict[str, str | int | float | bool]
    """All other keys of the table, still unread."""
    ask_later_hours: Annotated[float, Meta(ge=0, le=168)] = 0
    """Where the source does not answer, complete the visit and go on asking for so long; 0: refuse
    the visit."""


class PatientsTable(Table, frozen=True):
    """Where the clinic's own list of patients is."""

    source: str
    """File name of the adapter in `agent/patients` without `.py`."""
    settings: dict[str, str | int | float | bool]
    """All other keys of the table, still unread."""


class RelayTable(Table, frozen=True):
    """One door of reception software."""

    target: str
    """File name of the adapter in `agent/relays` without `.py`."""
    settings: dict[str, str | int | float | bool]
    """All other keys of the table, still unread."""
    name: Text | None = None
    """Name of this use of the adapter, if there are several."""

    @property
    def label(self) -> str:
        """Deliveries are remembered under it."""
        return self.name or self.target


class ApiTable(Table, frozen=True):
    """The local API and the staff console, on this PC only."""

    port: Annotated[int, Meta(ge=0, le=65535)] = 8731
    """0: any that is free, for tests."""
    keep_hours: Annotated[float, Meta(ge=0, le=72)] = 12
    """What is known of a completed visit is kept so long after its result, for staff to see and
    software to ask for."""


class UpdatesTable(Table, frozen=True):
    """Where the maker tells of newer versions; nothing is ever installed by the agent."""

    notice: Text
    """Path of a file, or an https address."""
    key: Path
    """PEM of the maker's public key."""


class Config(Table, frozen=True):
    """Everything the agent must be told before it can start."""

    audience: Annotated[
        str,
        Meta(
            pattern=r"\A[ -~]{1,128}\Z",
            description="1 to 128 letters, digits and signs of ASCII, in quotes",
        ),
    ]
    """Identifier of the clinic and agent, ASCII; results for anybody else are refused."""
    medical_institution_code: Annotated[
        str, Meta(pattern=r"\A[0-9]{10}\Z", description="ten digits in quotes")
    ]
    """医療機関コード, 10 digits."""
    pairings: Path
    """Folder of the paired readers: keys and secrets, on a local disk, for this user alone."""
    trust_root: Path
    """PEM of the readers' maker; every reader's certificate ends there."""
    journal: Path
    card_trust: CardTrustTable
    store: StoreTable
    eligibility: SourceTable
    audit: AuditTable = AuditTable()
    relays: tuple[RelayTable, ...] = ()
    patients: PatientsTable | None = None
    """Left out: nobody's results are matched with the clinic's patients."""
    link: LinkTable | None = None
    """Where the only reader is plugged in."""
    readers: tuple[ReaderTable, ...] = ()
    """Or where each of several is."""
    api: ApiTable | None = None
    """None: no local API, no console, and a visit is deleted as soon as it is handed over."""
    emergency: Literal["ambulance", "disaster"] | None = None
    """What the reader is set to serve instead of an ordinary reception."""
    updates: UpdatesTable | None = None
    """Left out: nobody is asked for newer versions."""

    @property
    def places(self) -> dict[str, LinkTable]:
        """Where readers are plugged in, by the names of their counters."""
        only = {} if self.link is None else {ONLY_COUNTER: self.link}
        return {**only, **{reader.counter: reader for reader in self.readers}}

    def __post_init__(self) -> None:
        if (self.link is None) == (self.readers == ()):
            raise ValueError("give either `link` for one reader or `readers` for several")
        if len(self.places) < len(self.readers):
            raise ValueError("give a `counter` of its own for each reader")
        doors = [(each.port, each.usb_serial) for each in self.places.values()]
        if len(set(doors)) < len(doors):
            raise ValueError("give a port or `usb_serial` of its own for each reader")
        labels = [relay.label for relay in self.relays]
        for label in labels:
            if labels.count(label) > 1:
                raise ValueError(f"give a name of its own for each relay {label!r}")


def read_config(path: Path) -> Config:
    """Read and check the file; its paths are taken from its own folder.

    Raises:
        ConfigError: It is missing, is no TOML, or a key is missing, unknown or wrong.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ConfigError(
            f"{path} is not there; name the configuration with --config FILE."
        ) from error
    except OSError as error:
        raise ConfigError(f"{path} {_why_unread(error)}.") from error
    except ValueError as error:
        raise ConfigError(f"{path}: save the file as UTF-8.") from error
    return parse_config(text, path)


def parse_config(text: str, path: Path) -> Config:
    """Check what such a file says, or will say once it lies at `path`; see `read_config`."""
    try:
        values = tomllib.loads(text.removeprefix(_MARK))
    except ValueError as error:
        told = str(error)
        hints = [hint for start, hint in _WHAT_TO_WRITE.items() if told.startswith(start)]
        raise ConfigError("; ".join([f"{path}: {told}", *hints])) from error
    for table in ADAPTER_KEYS.keys() & values.keys():
        values[table] = _set_apart(values[table], ADAPTER_KEYS[table])
    return read_table(values, Config, path.absolute().parent, str(path))


def read_certificates(path: Path, where: str) -> tuple[x509.Certificate, ...]:
    """All certificates of a PEM file.

    Raises:
        ConfigError: It cannot be read or holds none.
    """
    try:
        return tuple(x509.load_pem_x509_certificates(path.read_bytes()))
    except OSError as error:
        raise ConfigError(f"{where}: {path} {_why_unread(error)}.") from error
    except ValueError as error:
        raise ConfigError(f"{where}: {path} is no PEM certificate.") from error


def _why_unread(error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return "is not there"
        case PermissionError():
            return f"may not be read: {AS_WHOM}"
        case _:
            return f"cannot be read: {error.strerror}"


def _set_apart(value: object, own: tuple[str, ...]) -> object:
    """Gathers what only the adapter understands under `settings`, beside the agent's own keys."""
    match value:
        case list():
            return [_set_apart(table, own) for table in value]
        case dict():
            settings = {key: value[key] for key in value if key not in own}
            return {key: value[key] for key in own if key in value} | {"settings": settings}
        case _:
            return value
