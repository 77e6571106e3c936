"""Designs that are wrong on purpose: the harness of power cuts must find what each does.

The first four are those of facts/security.md §3.2: they keep nothing but a number in a file.
"""

import struct
from typing import ClassVar
from zlib import crc32

from device.pinpad.attempts import AttemptOutcome
from device.pinpad.record_log import RecordLog
from tests.device.pinpad.fake_disk import FakeDisk
from tests.device.pinpad.guard_design import Guard
from tests.device.pinpad.power_cuts import UnreadableError, World

_FILE = "failures"
_COUNT = struct.Struct(">II")


class NumberInAFile:
    """A number of wrong guesses and its checksum; `_keep` is what the designs differ in."""

    def __init__(self, disk: FakeDisk, world: World) -> None:
        self._disk = disk
        self._world = world
        self.failures = self._read()

    def tries_left(self) -> int:
        return self._world.limit - self.failures

    def ask(self) -> None:
        """Nobody else knows."""

    def guess(self) -> None:
        """Counts before it compares; `CheckThenWrite` does it the other way round."""
        self._keep(self.failures + 1)
        if self._world.compare():
            self._keep(0)

    def _read(self) -> int:
        content = self._disk.read(_FILE)
        if content is None:
            return 0
        if len(content) != _COUNT.size:
            raise UnreadableError
        failures, crc = _COUNT.unpack(content)
        if crc != crc32(content[:4]):
            raise UnreadableError
        return int(failures)

    def _keep(self, failures: int) -> None:
        self.failures = failures

    def _encoded(self, failures: int) -> bytes:
        number = struct.pack(">I", failures)
        return number + struct.pack(">I", crc32(number))


class RewrittenInPlace(NumberInAFile):
    """Counts first and syncs, but over the only copy."""

    def _keep(self, failures: int) -> None:
        super()._keep(failures)
        if self._disk.read(_FILE) is not None:
            self._disk.truncate(_FILE, 0)
        self._disk.append(_FILE, self._encoded(failures))
        self._disk.sync(_FILE)
        self._disk.sync_folder()


class CheckThenWrite(RewrittenInPlace):
    """Compares first."""

    def guess(self) -> None:
        self._keep(0 if self._world.compare() else self.failures + 1)


class RenamedWithoutSync(NumberInAFile):
    """Writes beside and renames, and syncs nothing."""

    syncs_file: ClassVar = False

    def _keep(self, failures: int) -> None:
        super()._keep(failures)
        self._disk.remove(_FILE + ".new")
        self._disk.append(_FILE + ".new", self._encoded(failures))
        if self.syncs_file:
            self._disk.sync(_FILE + ".new")
        self._disk.rename(_FILE + ".new", _FILE)


class FolderNotSynced(RenamedWithoutSync):
    """Syncs the file beside, but not the folder after the renaming."""

    syncs_file = True


class Synced(FolderNotSynced):
    """Nothing is wrong with this one: what shows that the harness blames no design at random."""

    def _keep(self, failures: int) -> None:
        super()._keep(failures)
        self._disk.sync_folder()


class OutcomeBeforeCompare(Guard):
    """Writes that the guess was right, and takes it back where it was not."""

    def guess(self) -> None:
        token = self._attempts.begin(self._CARD)
        token.settle(AttemptOutcome.ACCEPTED)
        if not self._world.compare():
            again = self._attempts.begin(self._CARD)
            again.settle(AttemptOutcome.REJECTED, self._world.tries_left)


class IntentNotCounted(Guard):
    """Reads outcomes only: what was begun and not ended is no guess to it."""

    def tries_left(self) -> int:
        told = self._attempts.tries_left_seen(self._CARD)
        return self._world.limit if told is None else told


class SendsAgain(Guard):
    """Ends after a start what it had begun before."""

    def __init__(self, disk: FakeDisk, world: World) -> None:
        super().__init__(disk, world)
        if self._attempts.has_unsettled(self._CARD):
            world.compare()
            self.ask()


class HastyLog(RecordLog):
    """Rewrites without waiting for the disk."""

    def _replace(self, name: str, content: bytes) -> None:
        self._disk.remove(name + ".new")
        self._disk.append(name + ".new", content)
        self._disk.rename(name + ".new", name)


class RewrittenInHaste(Guard):
    """Rewrites the log without waiting for the disk."""

    def __init__(self, disk: FakeDisk, world: World) -> None:
        super().__init__(disk, world)
        self._attempts._log.__class__ = HastyLog
