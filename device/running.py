"""What a reader does from its start to its end: serve patients, or be paired with an agent."""

import logging
import threading
from collections.abc import Callable
from enum import Enum, auto
from pathlib import Path

from device.assembly import Reader, assemble
from device.common_assembly import make_standing
from device.config import Config
from device.errors import DeviceError
from device.pairing_assembly import make_button, make_window, show_unpaired
from device.reader.port import CardSlot

_log = logging.getLogger(__name__)

_LOOK_EVERY_S = 0.5


class End(Enum):
    """Why the reader ended."""

    STOPPED = auto()
    """Somebody asked it to."""
    BROKEN = auto()
    """The visit's or the link's thread ended by itself; it must be started anew."""


class RunningReader:
    """One reader, in service or being paired, one after the other."""

    def __init__(
        self,
        config: Config,
        folder: Path,
        stopping: threading.Event,
        make_slot: Callable[[], CardSlot] | None = None,
    ) -> None:
        """Read the pairings back.

        Args:
            config: What the configuration file says.
            folder: Where the file lies.
            stopping: Set when it is to end.
            make_slot: Makes a slot in place of the configured one.

        Raises:
            DeviceError: Something in the configuration cannot work.
        """
        self._config = config
        self._folder = folder
        self._stopping = stopping
        self._make_slot = make_slot
        self._standing = make_standing(config, folder)
        self._pairings = self._standing.pairings
        self._button = make_button(config, folder)
        self._is_pairing_wanted = threading.Event()

    def run(self) -> End:
        """Serve until told to stop.

        Raises:
            DeviceError: Something in the configuration cannot work.
        """
        if self._button is None:
            _log.warning("no [pairing_button]: this reader cannot be paired with a reception PC")
        else:
            self._button.watch(self._is_pairing_wanted.set)
        try:
            return self._run()
        finally:
            if self._button is not None:
                self._button.close()

    def _run(self) -> End:
        while not self._stopping.is_set():
            if self._is_pairing_wanted.is_set():
                self._pair()
            elif self._pairings.audience is None:
                self._wait_to_be_paired()
            elif (end := self._serve()) is not None:
                return end
        return End.STOPPED

    def _serve(self) -> End | None:
        """Serve patients; None: something else is to be done next."""
        slot = self._make_slot() if self._make_slot else None
        reader = assemble(self._config, self._folder, self._standing, slot)
        reader.start()
        try:
            end = self._watch(reader)
        finally:
            has_ended = reader.stop()
        # Another reader beside work that hangs would use the outbox twice.
        return end if has_ended or end is End.STOPPED else End.BROKEN

    def _watch(self, reader: Reader) -> End | None:
        while not self._stopping.wait(_LOOK_EVERY_S):
            if not reader.is_running:
                return End.BROKEN
            if self._pairings.audience is None:
                return None
            # A patient who is being served comes first.
            if self._is_pairing_wanted.is_set() and reader.is_idle:
                return None
        return End.STOPPED

    def _pair(self) -> None:
        """One window; where it cannot be opened, service goes on as before."""
        try:
            window = make_window(self._config, self._standing)
        except (DeviceError, OSError) as error:
            _log.error("no reception PC can be paired now: %s", error)
            self._is_pairing_wanted.clear()
            return
        window.run(self._stopping, self._is_pairing_wanted.clear)

    def _wait_to_be_paired(self) -> None:
        screen = show_unpaired(self._config)
        try:
            while not (self._stopping.wait(_LOOK_EVERY_S) or self._is_pairing_wanted.is_set()):
                pass
        finally:
            screen.close()
