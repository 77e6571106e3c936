"""`python -m agent backup`: all of an agent in one file, made while it runs.

The store is copied as it is at one moment. The journal is read before it, so that all results whose
storing it tells of are there. The file appears under its name when it was written, synced and read
through once more, or not at all.
"""

import os
from pathlib import Path
from zipfile import ZipFile

from agent.backup_file import (
    CONFIGURATION,
    JOURNAL,
    PAIRINGS,
    STORE,
    Backup,
    BackupWriter,
    other_files,
)
from agent.chain_check import files_of
from agent.clock import SystemClock
from agent.config import Config
from agent.errors import BackupError
from agent.folders import sync_folder
from agent.store_copy import copied


def write_backup(config: Config, config_file: Path, target: Path) -> None:
    """Write the file, readable for its owner alone.

    Args:
        config: Of the agent, which may be running.
        config_file: Where the configuration lies.
        target: The ZIP file; it must not be there yet.

    Raises:
        BackupError: It could not be made; nothing is left of it.
        ConfigError: The settings of an adapter cannot be used.
        StoreUnavailableError: The store cannot be read.
    """
    if target.exists():
        raise BackupError(f"{target}: it is there already; choose another name.")
    if not config.store.path.exists():
        raise BackupError(f"{config.store.path}: there is no store; the agent has not run here.")
    part = target.with_name(f"{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        with part.open("r+b") as file:
            with ZipFile(file, "w") as bundle:
                _write_parts(BackupWriter(bundle), config, config_file)
            file.flush()
            os.fsync(file.fileno())
        Backup(part).close()
        part.replace(target)
        sync_folder(target.absolute().parent)
    except OSError as error:
        raise BackupError(f"{error.filename or target}: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)


def _write_parts(writer: BackupWriter, config: Config, config_file: Path) -> None:
    writer.add(CONFIGURATION, config_file.read_bytes())
    for name, path in other_files(config, config_file.absolute().parent).items():
        if path.is_file():
            writer.add(name, path.read_bytes())
    for path in sorted(config.pairings.glob("*.p*")):
        if path.suffix in {".pairing", ".pem"}:
            writer.add(f"{PAIRINGS}{path.name}", path.read_bytes())
    for name, content in files_of(config.journal):
        writer.add(f"{JOURNAL}{name}", content)
    with copied(config.store.path) as copy:
        writer.add_file(STORE, copy)
    writer.end(SystemClock().now())
