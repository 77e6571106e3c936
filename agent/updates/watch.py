"""Looks once a day for the maker's notice, and remembers the newest it has seen.

What it remembers is the signed notice itself, verified anew at each start. A notice that is older
by its date or its version is refused, whoever signed it: an old one is what somebody would show who
wants this PC to stay as it is.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from importlib import metadata
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from agent import log
from agent.clock import Clock, day_in_japan
from agent.config import Config
from agent.errors import UpdateNoticeError
from agent.updates.notice import LONGEST_BYTES, Notice, order_of, read_key, read_notice
from agent.updates.place import notice_place
from agent.whole_file import keep_file

EVERY_S = 24 * 3_600.0
FIRST_S = 600.0
"""After the start: an agent that is started again and again asks nobody each time."""
LONGEST_AHEAD = timedelta(days=2)
"""Of the maker's calendar before this PC's."""


class Updates:
    """The newest version this agent knows of.

    Args:
        get: Gets the signed notice; see `agent.updates.place`.
        key: The maker's.
        memory: File that keeps the newest notice.
        installed: Version of this program.
        clock: Of this PC.
    """

    def __init__(
        self,
        get: Callable[[], bytes],
        key: ec.EllipticCurvePublicKey,
        memory: Path,
        installed: str,
        clock: Clock,
    ) -> None:
        self._get = get
        self._key = key
        self._memory = memory
        self._installed = installed
        self._clock = clock
        self._newest = self._remembered()

    @property
    def sentence(self) -> str | None:
        """What staff are told; none: nothing newer is known. May be read from any thread."""
        newest = self._newest
        if newest is None or newest.order <= order_of(self._installed):
            return None
        return f"version {newest.version} is there: {newest.text}"

    def look(self) -> Notice:
        """Get the notice, believe it and remember it.

        Raises:
            UpdateNoticeError: It is not there, is not the maker's, or is an old one.
        """
        signed = self._get()
        notice = self._believed(signed)
        if notice != self._newest:
            with suppress(OSError):  # known all the same, until the next start
                keep_file(self._memory, signed)
            self._newest = notice
        return notice

    def try_out(self) -> Notice:
        """The same and nothing is remembered."""
        return self._believed(self._get())

    def _believed(self, signed: bytes) -> Notice:
        notice = read_notice(signed, self._key)
        if notice.released > day_in_japan(self._clock.now()) + LONGEST_AHEAD:
            raise UpdateNoticeError("it is from the future; look at this PC's clock")
        newest = self._newest
        if newest is not None and (
            notice.released < newest.released or notice.order < newest.order
        ):
            raise UpdateNoticeError(f"it is older than that of version {newest.version}")
        return notice

    def _remembered(self) -> Notice | None:
        with suppress(OSError, UpdateNoticeError):
            return read_notice(self._memory.read_bytes()[: LONGEST_BYTES + 1], self._key)
        return None


def updates_of(config: Config, folder: Path, clock: Clock) -> Updates | None:
    """What an agent of this configuration knows; none: nobody is to be asked.

    Args:
        config: The file's contents.
        folder: Where the file lies.
        clock: Of this PC.

    Raises:
        ConfigError: The maker's key or the address cannot be used.
    """
    if config.updates is None:
        return None
    return Updates(
        notice_place(config.updates.notice, folder),
        read_key(config.updates.key),
        config.store.path.with_suffix(".update"),
        metadata.version("uketsuke"),
        clock,
    )


class UpdateWatch:
    """Looks from a thread of its own, and logs once why a look was in vain."""

    def __init__(self, updates: Updates) -> None:
        self._updates = updates
        self._stopping = threading.Event()
        # Daemon: it may wait for an answer from the network.
        self._thread = threading.Thread(target=self._run, name="updates", daemon=True)
        self._why = ""

    def start(self) -> None:
        """Begin to wait for the first look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stopping.set()

    def look(self) -> None:
        """One look, told in the log where it was in vain for a new reason."""
        try:
            self._updates.look()
            why = ""
        except UpdateNoticeError as error:
            why = str(error)
        if why and why != self._why:
            log.warn(f"the notice of updates cannot be used: {why}")
        self._why = why

    def _run(self) -> None:
        wait_s = FIRST_S
        while not self._stopping.wait(wait_s):
            self.look()
            wait_s = EVERY_S
