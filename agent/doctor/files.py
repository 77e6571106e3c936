"""Whether what the agent must keep can be kept: the store, the disk below it, the journal."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from agent.finding import Finding
from agent.folders import sync_folder
from agent.migrations import HEAD

LEAST_FREE_BYTES = 500 * 1024 * 1024
"""Results of years need less; what fills a disk to here fills it up soon."""
_MIB = 1024 * 1024


def examine_store(path: Path) -> Iterator[Finding]:
    """The database and its folder; neither is changed or made."""
    folder = _nearest(path.parent)
    if not os.access(folder, os.W_OK | os.X_OK):
        yield _not_writable("store", folder)
        return
    yield _keeps_durably(folder)
    free = shutil.disk_usage(folder).free
    yield Finding(
        f"disk: {free // _MIB:,} MiB are free for the store",
        None if free >= LEAST_FREE_BYTES else f"Free {LEAST_FREE_BYTES // _MIB} MiB or more.",
    )
    if path.exists():
        yield _contents(path)
    else:
        yield Finding(f"store: {path} will be made at the first start")


def examine_journal(path: Path) -> Iterator[Finding]:
    """The file of today, and the folder that every other day is kept in."""
    places = [_nearest(path.parent), *([path] if path.exists() else [])]
    refused = [place for place in places if not os.access(place, os.W_OK)]
    if path.is_dir() or refused:
        yield _not_writable("journal", (*refused, path)[0])
    else:
        yield Finding(f"journal: {path} can be written")


def _nearest(folder: Path) -> Path:
    """The folder, or the lowest one above it that is there: the agent makes those between."""
    return next(each for each in (folder, *folder.absolute().parents) if each.is_dir())


def _not_writable(part: str, place: Path) -> Finding:
    return Finding(
        f"{part}: {place} cannot be written by this user",
        "Give it to the user that the agent runs as, and run this as that user.",
    )


def _keeps_durably(folder: Path) -> Finding:
    """Tried with a database of its own: WAL, each commit synced, the folder synced."""
    with tempfile.TemporaryDirectory(prefix=".uketsuke-doctor-", dir=folder) as probe:
        database = Path(probe) / "probe.sqlite3"
        try:
            with closing(sqlite3.connect(database, isolation_level=None)) as store:
                (mode,) = store.execute("PRAGMA journal_mode = wal").fetchone()
                store.execute("PRAGMA synchronous = FULL")
                store.execute("CREATE TABLE probe (value)")
            sync_folder(Path(probe))
        except (sqlite3.Error, OSError) as error:
            mode = type(error).__name__
    if mode == "wal":
        return Finding(f"store: {folder} keeps what is written there")
    return Finding(
        f"store: {folder} cannot keep results durably ({mode})",
        "Choose a folder on a local disk for [store] path, not a share.",
    )


def _contents(path: Path) -> Finding:
    if not os.access(path, os.R_OK | os.W_OK):
        return _not_writable("store", path)
    try:
        with closing(sqlite3.connect(_to_look_at(path), uri=True)) as store:
            (verdict,) = store.execute("PRAGMA quick_check(1)").fetchone()
            version = _version(store)
    except sqlite3.Error as error:
        verdict, version = type(error).__name__, ""
    if verdict != "ok":
        # What SQLite says of a damaged page could show what stands on it.
        return Finding(
            f"store: {path} is damaged",
            "Stop the agent, put the file aside for whoever helps, and use the last backup.",
        )
    if version > HEAD:
        return Finding(
            f"store: {path} was made by a later version", "Install that version of the agent."
        )
    return Finding(f"store: {path} is whole, {path.stat().st_size / _MIB:.1f} MiB")


def _to_look_at(path: Path) -> str:
    """Where no log lies beside it nobody has it open; SQLite would make one even to read."""
    is_open = path.with_name(f"{path.name}-wal").exists()
    return f"{path.absolute().as_uri()}?{'mode=ro' if is_open else 'immutable=1'}"


def _version(store: sqlite3.Connection) -> str:
    """Of its tables; empty: older than versions are."""
    is_there = "SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'"
    if store.execute(is_there).fetchone() == (0,):
        return ""
    (version,) = store.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(version)
