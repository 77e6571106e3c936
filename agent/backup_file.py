"""A backup as a file: a ZIP whose every part is known and has its SHA-256 in a list.

The parts: `agent.toml`, `store.sqlite3`, `journal/…`, `pairings/…`, and under `files/` what else
the configuration names, such as certificates.
"""

import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Literal
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

import msgspec

import agent.eligibility
import agent.relays
from agent.adapters import settings_of
from agent.config import Config
from agent.errors import BackupError

CONFIGURATION = "agent.toml"
STORE = "store.sqlite3"
JOURNAL = "journal/"
PAIRINGS = "pairings/"
_FILES = "files/"
_LIST = "backup.json"
_ABOUT = """\
Backup of an agent of uketsuke. It holds the keys with which this PC speaks to its readers, and
patients' data: names and insurance of visits that were not handed over yet or were completed within
the hours before that staff can see at the console (keep_hours), who was still to be looked up, what
staff typed off papers, and the numbers of the patients they chose. Keep it as you keep the PC.
Restore it with:  python -m agent restore --from THIS_FILE
(add --config FILE where the configuration is to lie elsewhere than under /etc/uketsuke)
"""
_ANY_DATE = (1980, 1, 1, 0, 0, 0)
"""Of the parts: this PC's clock may stand at 1970, which no ZIP file can say."""
_CHUNK_BYTES = 1024 * 1024


class PartList(msgspec.Struct, frozen=True):
    """What a backup holds."""

    form: Literal[1]
    made: datetime
    """With the clock of the PC."""
    sha256: dict[str, str]
    """Of each part, in hex."""


def other_files(config: Config, folder: Path) -> dict[str, Path]:
    """Parts and places of all files that the configuration names besides the agent's own state.

    But for the clinic's list of patients: it is another program's, which keeps writing it anew, an
    agent starts without it, and a list of everybody is more than a backup of the agent should hold.

    Args:
        config: Of the agent.
        folder: Where the configuration lies.

    Raises:
        ConfigError: The settings of an adapter cannot be used.
    """
    places = {"trust_root": config.trust_root}
    places |= {
        f"card_trust/{number}": path for number, path in enumerate(config.card_trust.anchors)
    }
    if config.updates is not None:
        places["updates/key"] = config.updates.key
    source = config.eligibility
    tables = {"eligibility": settings_of(agent.eligibility, source.source, source.settings, folder)}
    for number, relay in enumerate(config.relays):
        made = settings_of(agent.relays, relay.target, relay.settings, folder)
        tables[f"relays/{number}"] = made
    for name, table in tables.items():
        values = msgspec.structs.asdict(table)
        places |= {f"{name}/{key}": path for key, path in values.items() if isinstance(path, Path)}
    return {f"{_FILES}{name}": path for name, path in places.items()}


class BackupWriter:
    """Puts the parts of a backup into an open ZIP file."""

    def __init__(self, bundle: ZipFile) -> None:
        self._bundle = bundle
        self._sums: dict[str, str] = {}
        self._bundle.writestr(_info("about.txt"), _ABOUT)

    def add(self, name: str, content: bytes) -> None:
        """A part that is at hand."""
        self._bundle.writestr(_info(name), content)
        self._sums[name] = sha256(content).hexdigest()

    def add_file(self, name: str, path: Path) -> None:
        """A part that may be too large for the memory of a small PC."""
        digest = sha256()
        with path.open("rb") as file, self._bundle.open(_info(name), "w", force_zip64=True) as part:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
                part.write(chunk)
        self._sums[name] = digest.hexdigest()

    def end(self, made: datetime) -> None:
        """The list, as the last part: without it the file is no backup."""
        written = PartList(1, made, self._sums)
        self._bundle.writestr(_info(_LIST), msgspec.json.encode(written))


class Backup:
    """A backup that was found sound.

    Raises:
        BackupError: It cannot be read, is none, or is damaged.
    """

    def __init__(self, path: Path) -> None:
        with ExitStack() as stack, _errors(path):
            self._bundle = stack.enter_context(ZipFile(path))
            parts = _read_through(self._bundle)
            stack.pop_all()
        self.made = parts.made
        self.names = frozenset(parts.sha256)

    def read(self, name: str) -> bytes:
        """One part."""
        return self._bundle.read(name)

    def under(self, folder: str) -> dict[str, str]:
        """The parts in a folder such as `JOURNAL`, by the names of their files."""
        found = sorted(name for name in self.names if name.startswith(folder))
        return {PurePosixPath(name).name: name for name in found}

    def close(self) -> None:
        """Give the file back."""
        self._bundle.close()


@contextmanager
def _errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BackupError(f"{path}: {error.strerror}") from error
    except (BadZipFile, KeyError, ValueError, zlib.error, EOFError, NotImplementedError) as error:
        # NotImplementedError: a damaged byte asks for another way of packing.
        raise BackupError(
            f"{path}: it is damaged, no backup, or of a later agent; take another one."
        ) from error


def _read_through(bundle: ZipFile) -> PartList:
    parts = msgspec.json.decode(bundle.read(_LIST), type=PartList)
    for name, digest in parts.sha256.items():
        if _sum(bundle, name) != digest:
            raise BadZipFile(name)
    return parts


def _sum(bundle: ZipFile, name: str) -> str:
    digest = sha256()
    with bundle.open(name) as part:
        while chunk := part.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _info(name: str) -> ZipInfo:
    info = ZipInfo(name, _ANY_DATE)
    info.compress_type = ZIP_DEFLATED
    return info
