"""One file to send to whoever helps: how agent, reader and cable do. Nothing about patients.

Each part is made from named figures, never by copying a file of the agent: names, birth dates and
what an eligibility service said lie in the store, keys and secrets beside the pairings. What is
broken may be why the file is wanted, so a part that cannot be made says why, and the others are. An
error is told by its kind and not by its text: in texts stand folders, and in these names of people.

Source: facts/security.md §4.2 (counters in every bundle), §2 T8.
"""

import io
import json
import os
import platform
import sqlite3
import ssl
from collections.abc import Callable
from contextlib import closing
from errno import errorcode
from importlib import metadata
from pathlib import Path
from typing import Annotated
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from agent.config import Config, read_certificates
from agent.errors import ConfigError
from agent.journal import Alarm, Event
from agent.own_file import open_own
from agent.pairings import Pairings
from agent.status import read_status

_ABOUT = """\
uketsuke 診断ファイル

患者さまの氏名・生年月日・被保険者番号・顔写真・暗証番号・マイナンバーは入っていません。
来院の日時と、来院ごとの乱数の番号は入っています。開いてご確認のうえ、お送りください。

Diagnostics of a reception PC. No names, birth dates, insured persons' numbers, faces, PINs or
12-digit numbers are inside. The times of visits are, with a random number for each. Please look
before you send it.

status.json         cable and results, as this PC and as the reader counted them
journal.jsonl       the last events of the agent, in order
store.json          how many results and visits are kept, how many wait to be delivered
configuration.json  which adapters are used, and until when certificates are valid
pairings.json       which readers are paired
versions.json       of this program, of what it uses and of the system
"""
_JOURNAL_BYTES = 1024 * 1024
"""Of its end: some thousand visits."""
_ANY_DATE = (1980, 1, 1, 0, 0, 0)
"""Of the files inside: this PC's clock may stand at 1970, which no ZIP file can say."""
_COUNTED = {
    "results": "SELECT count(*) FROM results",
    "conflicts": "SELECT count(*) FROM conflicts",
    "visits": "SELECT count(*) FROM visits",
    "deliveries_under_way": "SELECT count(*) FROM deliveries WHERE is_done = 0",
    "deliveries_done": "SELECT count(*) FROM deliveries WHERE is_done = 1",
}
PACKAGES = ("uketsuke", "cbor2", "cobs", "cryptography", "msgspec", "pyserial")

Json = dict[str, object]


class _Line(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """One line of the journal, with nothing else in it; see `agent.journal`."""

    number: int | None = None
    event: Event
    at_ms: float
    unix_ms: int
    counter: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    visit: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{32}\Z")] | None = None
    seq: int | None = None
    failure: Annotated[str, msgspec.Meta(pattern=r"\A[A-Z_]{1,40}\Z")] | None = None
    alarm: Alarm | None = None
    detail: Annotated[str, msgspec.Meta(max_length=120)] | None = None
    before: str | None = None


def write_diagnostics(config: Config, status: Path, target: Path) -> None:
    """Write the file, readable for its owner only.

    Args:
        config: Of the agent, which may run meanwhile or be broken.
        status: Where it tells how it is.
        target: The ZIP file; there must be none of that name.

    Raises:
        OSError: It cannot be written; nothing is left of it.
    """
    content = _zipped(config, status)
    descriptor = open_own(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    except OSError:
        target.unlink()
        raise


def _zipped(config: Config, status: Path) -> bytes:
    parts: dict[str, Callable[[], Json | str]] = {
        "about.txt": lambda: _ABOUT,
        "status.json": lambda: _status(status),
        "journal.jsonl": lambda: _journal(config.journal),
        "store.json": lambda: _store(config.store.path),
        "configuration.json": lambda: _configuration(config),
        "pairings.json": lambda: _pairings(config.pairings),
        "versions.json": _versions,
    }
    written = io.BytesIO()
    with ZipFile(written, "w") as bundle:
        for name, make in parts.items():
            bundle.writestr(ZipInfo(name, _ANY_DATE), _text_of(make), ZIP_DEFLATED)
    return written.getvalue()


def _text_of(make: Callable[[], Json | str]) -> str:
    try:
        made = make()
    except (OSError, sqlite3.Error, ConfigError, ValueError) as error:
        made = _reason(error)
    return made if isinstance(made, str) else json.dumps(made, ensure_ascii=False, indent=2)


def _reason(error: Exception) -> Json:
    number = error.errno if isinstance(error, OSError) else None
    return {"error": type(error).__name__, "errno": errorcode.get(number or 0)}


def _status(path: Path) -> Json:
    status = read_status(path)
    if status is None:
        return {"error": "the agent has not run here yet, or its status cannot be read"}
    built: Json = msgspec.to_builtins(status)
    return built


def _store(path: Path) -> Json:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as store:
        counts = {name: store.execute(sql).fetchone()[0] for name, sql in _COUNTED.items()}
    return counts | {"bytes": path.stat().st_size}


def _configuration(config: Config) -> Json:
    """Names of adapters only: their settings may hold passwords and addresses."""
    return {
        "readers": ["usb" if place.port is None else "port" for place in config.places.values()],
        "eligibility": config.eligibility.source,
        "relays": [{"label": each.label, "target": each.target} for each in config.relays],
        "trust_root": _validity_of(config.trust_root),
        "card_trust": [_validity_of(path) for path in config.card_trust.anchors],
    }


def _validity_of(path: Path) -> object:
    try:
        return [_validity(each) for each in read_certificates(path, path.name)]
    except ConfigError as error:
        return {"file": path.name, **_reason(error)}


def _validity(certificate: x509.Certificate) -> Json:
    return {
        "sha256": certificate.fingerprint(hashes.SHA256()).hex(),
        "not_before": certificate.not_valid_before_utc.isoformat(),
        "not_after": certificate.not_valid_after_utc.isoformat(),
    }


def _pairings(folder: Path) -> Json:
    if not folder.is_dir():
        return {"readers": []}
    readers = [
        {"ueid": each.ueid.hex()}
        | _validity(x509.load_der_x509_certificate(each.reader_certificate))
        for each in Pairings(folder).all()
    ]
    return {"readers": readers}


def _versions() -> Json:
    return {
        "packages": {name: _version_of(name) for name in PACKAGES},
        "python": platform.python_version(),
        "openssl": ssl.OPENSSL_VERSION,
        "sqlite": sqlite3.sqlite_version,
        "system": platform.platform(),
        "machine": platform.machine(),
    }


def _version_of(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _journal(path: Path) -> str:
    """The last lines, as far as they are the agent's."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _JOURNAL_BYTES))
        lines = file.read().splitlines()
    return "".join(filter(None, map(_copied, lines)))


def _copied(line: bytes) -> str | None:
    try:
        told = msgspec.json.decode(line, type=_Line)
    except (msgspec.DecodeError, RecursionError):
        return None
    if told.event is Event.RECEPTION_FILE_WRITTEN:
        # The file's name leads to the file, and there the patient's name is.
        told.detail = None
    # Of use only beside the lines as they were written.
    told.before = None
    return msgspec.json.encode(told).decode() + "\n"
