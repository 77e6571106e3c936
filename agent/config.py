"""The agent's configuration file: TOML in, frozen dataclasses out, or one clear sentence.

audience = "clinic-1311234567"              # results for anybody else are refused
medical_institution_code = "1311234567"
certificate = "agent.pem"                   # paths start at this file's folder
key = "agent.key"
trust_root = "maker-root.pem"
journal = "journal.jsonl"

[link]                                      # or usb_vendor_id, usb_product_id, usb_serial
port = "/dev/ttyACM0"

[card_trust]
anchors = ["jpki-1.pem", "jpki-2.pem"]

[store]
path = "agent.sqlite3"

[eligibility]                               # the rest is what this source's Settings hold
source = "http"
url = "http://127.0.0.1:8080"

[[relays]]                                  # the rest is what this relay's Settings hold
target = "oqs_folder"
folder = "/srv/OQS/face"
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from agent.errors import ConfigError
from agent.toml_table import read_table

INSTITUTION_CODE = re.compile(r"[0-9]{10}")
TABLES = {"link", "card_trust", "store", "eligibility", "relays"}


@dataclass(frozen=True, slots=True)
class LinkConfig:
    """Where the reader is plugged in: a port, or a USB device looked up by its numbers."""

    port: str | None = None
    """Path of the serial port, or its name on Windows."""
    usb_vendor_id: int | None = None
    usb_product_id: int | None = None
    usb_serial: str | None = None
    """USB serial number of this very reader."""


@dataclass(frozen=True, slots=True)
class CardTrustConfig:
    """Whom the agent trusts to issue 利用者証明用電子証明書."""

    anchors: tuple[Path, ...]
    """PEM files; several may hold the same name and different keys."""


@dataclass(frozen=True, slots=True)
class StoreConfig:
    """Where the agent keeps results until, and after, they are delivered."""

    path: Path
    """SQLite file on a local disk."""
    keep_open_visits_days: int = 7
    """An eligibility answer whose result never came is deleted after this many days."""


@dataclass(frozen=True, slots=True)
class AdapterConfig:
    """One adapter by name, with its own settings still unread."""

    name: str
    """File name of the adapter without `.py`."""
    label: str
    """Name of this use of it; deliveries are remembered under it."""
    settings: Mapping[str, object]
    where: str
    """Table it was written in, for an error's sentence."""


@dataclass(frozen=True, slots=True)
class Config:
    """Everything the agent must be told before it can start."""

    audience: str
    """Identifier of the clinic and agent; results for anybody else are refused."""
    medical_institution_code: str
    """医療機関コード, 10 digits."""
    certificate: Path
    """The agent's own certificate, PEM; the reader is paired with it."""
    key: Path
    trust_root: Path
    """PEM of the readers' maker; every reader's certificate ends there."""
    journal: Path
    link: LinkConfig
    card_trust: CardTrustConfig
    store: StoreConfig
    eligibility: AdapterConfig
    relays: tuple[AdapterConfig, ...]
    folder: Path
    """Folder of the configuration file; relative paths start there."""


@dataclass(frozen=True, slots=True)
class _TopKeys:
    audience: str
    medical_institution_code: str
    certificate: Path
    key: Path
    trust_root: Path
    journal: Path


def read_config(path: Path) -> Config:
    """Read and check a configuration file.

    Raises:
        ConfigError: The file is missing, is not TOML or says something that cannot be.
    """
    document, folder = _parse(path), path.absolute().parent
    top = read_table(
        {key: value for key, value in document.items() if key not in TABLES},
        _TopKeys,
        "top of the file",
        folder,
    )
    if not top.audience:
        raise ConfigError("audience: write a text that is not empty.")
    if not INSTITUTION_CODE.fullmatch(top.medical_institution_code):
        raise ConfigError("medical_institution_code: write exactly 10 digits.")
    return Config(
        audience=top.audience,
        medical_institution_code=top.medical_institution_code,
        certificate=top.certificate,
        key=top.key,
        trust_root=top.trust_root,
        journal=top.journal,
        link=_link(_table(document, "link"), folder),
        card_trust=_card_trust(_table(document, "card_trust"), folder),
        store=read_table(_table(document, "store"), StoreConfig, "[store]", folder),
        eligibility=_adapter(_table(document, "eligibility"), "source", "[eligibility]"),
        relays=_relays(document.get("relays", [])),
        folder=folder,
    )


def _parse(path: Path) -> Mapping[str, object]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise ConfigError(f"{path}: make this file readable ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: correct the TOML ({error}).") from error


def _table(document: Mapping[str, object], name: str) -> Mapping[str, object]:
    table = document.get(name)
    if not isinstance(table, dict):
        raise ConfigError(f"add a table [{name}].")
    return table


def _link(table: Mapping[str, object], folder: Path) -> LinkConfig:
    link = read_table(table, LinkConfig, "[link]", folder)
    usb = (link.usb_vendor_id, link.usb_product_id, link.usb_serial)
    has_all_usb, has_any_usb = None not in usb, usb != (None, None, None)
    if (link.port is None) != has_all_usb or has_any_usb != has_all_usb:
        raise ConfigError(
            "[link]: write either port or all of usb_vendor_id, usb_product_id and usb_serial."
        )
    if link.port is None or os.name != "posix":
        return link  # COM3 is no path
    return replace(link, port=str(folder / link.port))


def _card_trust(table: Mapping[str, object], folder: Path) -> CardTrustConfig:
    trust = read_table(table, CardTrustConfig, "[card_trust]", folder)
    if not trust.anchors:
        raise ConfigError("[card_trust] anchors: name at least one PEM file.")
    return trust


def _relays(tables: object) -> tuple[AdapterConfig, ...]:
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ConfigError("relays: write each relay as its own table [[relays]].")
    relays = tuple(_adapter(table, "target", "[[relays]]") for table in tables)
    labels = [relay.label for relay in relays]
    for label in labels:
        if labels.count(label) > 1:
            raise ConfigError(f"[[relays]]: give each relay {label!r} a name of its own.")
    return relays


def _adapter(table: Mapping[str, object], key: str, where: str) -> AdapterConfig:
    settings = dict(table)
    name = settings.pop(key, None)
    if not isinstance(name, str):
        raise ConfigError(f"{where}: add the key {key} with the name of an adapter.")
    label = settings.pop("name", name)
    if not isinstance(label, str) or not label:
        raise ConfigError(f"{where} name: write a text.")
    return AdapterConfig(name=name, label=label, settings=settings, where=where)
