"""Hands results over as files in the folder that reception software watches.

A file is first written whole into a staging folder on the same file system and synced; the
rename into the watched folder is the one step that counts. Just before it an empty file beside
the staged one says that it begins:

| staged | begun | so |
|---|---|---|
| yes | – | not handed over: do it (again) |
| – | yes | handed over; reception software may have taken it already |
| – | – | vanished by another hand (virus scanner, cleaner): prepare it again |

So nothing is lost or doubled at any kill. Several go through these steps side by side and share
what makes names durable. Each staging folder has a random name: when a share is not mounted, its
staging folder is missing too, which is never taken for a hand-over.

Source: facts/security.md §5.1; facts/oqs.md §2.3.
"""

import os
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from errno import errorcode
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from agent.characters import Encoding
from agent.clock import JAPAN, Clock, SystemClock
from agent.errors import (
    ConfigError,
    PreparedLostError,
    RelayRefusedError,
    RelayUnavailableError,
)
from agent.finding import Finding
from agent.folders import sync_folder
from agent.reachable import try_folder
from agent.relays._oqs_file import OqsFile, file_name, render
from agent.relays._oqs_profile import FACE_PREFIX, RULES, Profile, Unmappable, WriteMode, choose
from agent.relays.port import Prepared, Reception, Relay
from agent.tables import Table

STAGING_PREFIX = ".uketsuke-"
STAGED_SUFFIX = ".part"
BEGUN_SUFFIX = ".begun"
NOTICE_S = 0.4
"""A watcher reports a change only of a file that it has already seen for so long."""


class Settings(Table, frozen=True):
    """What `[[relays]]` holds for `target = "oqs_folder"`."""

    folder: Path
    """The watched folder; it is never created, since a missing one may be an absent share. A bare
    mount point must not be writable for the agent, or it is taken for the share."""
    profile: Profile = Profile.GENERIC
    """The software that watches."""
    encoding: Encoding = Encoding.UTF_8
    """What it is set to."""
    unmappable: Unmappable | None = None
    """What becomes of a character that `encoding` cannot hold; left out: as suits the profile."""
    write_mode: WriteMode | None = None
    """Left out: as suits the profile."""
    file_prefix: str | None = None
    """Left out: that of a face reader's results."""
    staging_folder: Path | None = None
    """Where to keep the staging folder if not in `folder`; must be on the same file system."""


def create(settings: Settings) -> Relay:
    """Make the relay; the folder may still be missing.

    Raises:
        ConfigError: A setting contradicts the profile, the prefix is not a part of a file name, or
            no file can be renamed from `staging_folder` into `folder`.
    """
    if settings.file_prefix is not None and not settings.file_prefix.isidentifier():
        raise ConfigError("[[relays]] file_prefix: write letters, digits and _ only.")
    if settings.staging_folder is not None:
        with suppress(OSError):  # a folder that is away may come later
            if settings.staging_folder.stat().st_dev != settings.folder.stat().st_dev:
                raise ConfigError(
                    "[[relays]] staging_folder: name one on the same file system as folder."
                )
    return OqsFolder(settings, time.sleep, SystemClock())


def examine(settings: Settings) -> Sequence[Finding]:
    """Whether the watched and the staging folder are there and can be written."""
    folders = dict.fromkeys((settings.folder, settings.staging_folder or settings.folder))
    return [try_folder(folder, STAGING_PREFIX) for folder in folders]


class OqsFolder:
    """One watched folder."""

    needs_record = True

    def __init__(self, settings: Settings, pause: Callable[[float], None], clock: Clock) -> None:
        self._settings = settings
        self._pause = pause
        self._clock = clock
        profile, rules = settings.profile, RULES[settings.profile]
        self._rules = rules
        prefixes = (rules.file_prefix or settings.file_prefix or FACE_PREFIX,)
        self._prefix = choose("file_prefix", settings.file_prefix, prefixes, profile)
        self._unmappable = choose("unmappable", settings.unmappable, rules.unmappable, profile)
        self._write_mode = choose("write_mode", settings.write_mode, rules.write_modes, profile)

    def prepare(self, reception: Reception) -> Prepared:
        """Write and sync the staged file; see `Relay.prepare`."""
        (prepared,) = self.prepare_all([reception])
        return prepared

    def prepare_all(self, receptions: Sequence[Reception]) -> list[Prepared]:
        """Write and sync the staged files; see `BundlingRelay.prepare_all`."""
        files = [self._file(each) for each in receptions]
        with _folder_errors():
            staging = self._make_staging()
            for name, file in files:
                _write_synced(staging / f"{name}{STAGED_SUFFIX}", file.content)
            sync_folder(staging)
        return [
            Prepared(
                token=f"{staging.name}/{name}",
                is_encoding_changed=file.encoding is not self._settings.encoding,
                replaced=file.replaced,
            )
            for name, file in files
        ]

    def commit(self, token: str) -> str:
        """Rename the staged file into place; see `Relay.commit`."""
        (name,) = self.commit_all([token])
        return name

    def commit_all(self, tokens: Sequence[str]) -> list[str]:
        """Rename the staged files into place; see `BundlingRelay.commit_all`."""
        places = [self._place(token) for token in tokens]
        with _folder_errors():
            for staging, group in groupby(places, itemgetter(0)):
                self._commit(staging, [name for _, name in group])
        return [name for _, name in places]

    def settle(self, token: str) -> None:
        """Remove the sign that the hand-over began; see `Relay.settle`."""
        self.settle_all([token])

    def settle_all(self, tokens: Sequence[str]) -> None:
        """Remove the signs that the hand-overs began; see `BundlingRelay.settle_all`."""
        with _folder_errors():
            for staging, name in map(self._place, tokens):
                (staging / f"{name}{BEGUN_SUFFIX}").unlink(missing_ok=True)

    def _commit(self, staging: Path, names: Sequence[str]) -> None:
        present = self._look_into(staging)
        staged = [name for name in names if f"{name}{STAGED_SUFFIX}" in present]
        if any(f"{name}{BEGUN_SUFFIX}" not in present for name in set(names) - set(staged)):
            raise PreparedLostError
        for name in staged:
            self._withdraw_old(staging, name)
        if staged:
            self._hand_over(staging, staged)
        # Also of a rename before a kill: done means that no power cut takes the file back.
        sync_folder(self._settings.folder)
        sync_folder(staging)

    def _file(self, reception: Reception) -> tuple[str, OqsFile]:
        name = file_name(self._prefix, reception)
        self._check_day(name)
        return name, self._render(reception)

    def _render(self, reception: Reception) -> OqsFile:
        """The file, if the software behind the folder can read it."""
        if self._rules.can_read(reception.known.person):
            file = render(reception, self._settings.encoding, self._unmappable)
            if len(file.content) <= self._rules.longest_bytes:
                return file
        # Which rule it was would tell the journal of an illness or of 医療扶助.
        raise RelayRefusedError(f"software of the profile {self._settings.profile} cannot read it")

    def _place(self, token: str) -> tuple[Path, str]:
        staging_name, name = token.split("/")
        return self._staging_parent / staging_name, name

    def _look_into(self, staging: Path) -> set[str]:
        """Names in the staging folder, none if it is gone; an error if its parent is away."""
        if staging not in self._staging_parent.iterdir():
            return set()
        return {path.name for path in staging.iterdir()}

    def _withdraw_old(self, staging: Path, name: str) -> None:
        """Take back what nobody would look at any more: it is parked, and stays nowhere else."""
        try:
            self._check_day(name)
        except RelayRefusedError:
            # The sign first: alone it would say that the file was handed over.
            (staging / f"{name}{BEGUN_SUFFIX}").unlink(missing_ok=True)
            sync_folder(staging)
            (staging / f"{name}{STAGED_SUFFIX}").unlink()
            raise

    def _check_day(self, name: str) -> None:
        """By the name, which bears the day of the visit, not that on which its result came."""
        _, _, second = name.rpartition("_")
        is_today = second.startswith(f"{self._clock.now().astimezone(JAPAN):%Y%m%d}")
        if self._rules.is_of_today_only and not is_today:
            raise RelayRefusedError(
                f"software of the profile {self._settings.profile} reads files of today only"
            )

    def _hand_over(self, staging: Path, names: Sequence[str]) -> None:
        if self._write_mode is WriteMode.CREATE_THEN_WRITE:
            for name in names:
                # One that lies there since a kill must not look changed.
                (self._settings.folder / name).open("ab").close()
            self._pause(NOTICE_S)
        for name in names:
            (staging / f"{name}{BEGUN_SUFFIX}").touch()
        sync_folder(staging)
        waiting = list(names)
        try:
            while waiting:
                (staging / f"{waiting[0]}{STAGED_SUFFIX}").replace(
                    self._settings.folder / waiting[0]
                )
                del waiting[0]
        except OSError:
            if self._is_renamed(staging, waiting[0]):
                del waiting[0]
            for name in waiting:  # not handed over; the staged file may vanish
                (staging / f"{name}{BEGUN_SUFFIX}").unlink(missing_ok=True)
            raise

    def _is_renamed(self, staging: Path, name: str) -> bool:
        """Whether a share carried out what it reports as an error, as one whose answer was lost.

        Where the folder does not answer either, the sign stays as well, by the error raised here.
        """
        if (staging / f"{name}{STAGED_SUFFIX}").exists():
            return False
        handed_over = self._settings.folder / name
        # An empty one only lies there to be noticed.
        return handed_over.exists() and handed_over.stat().st_size > 0

    @property
    def _staging_parent(self) -> Path:
        return self._settings.staging_folder or self._settings.folder

    def _make_staging(self) -> Path:
        for folder in sorted(self._staging_parent.glob(f"{STAGING_PREFIX}*/")):
            return folder
        folder = self._staging_parent / f"{STAGING_PREFIX}{secrets.token_hex(8)}"
        folder.mkdir(mode=0o700)
        sync_folder(self._staging_parent)
        return folder


def _write_synced(path: Path, content: bytes) -> None:
    """Write a new file and wait for the disk; after an error nothing of it is trusted."""
    path.unlink(missing_ok=True)
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _folder_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RelayUnavailableError(errorcode.get(error.errno or 0, "OSError")) from error
