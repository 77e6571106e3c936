"""An append-only log of sealed records: what was appended is on the disk when `append` returns.

It may be kept in several copies, each a file of its own. They are written one after the other, so
a power cut tears one of them at most, and the one that goes furthest counts.

Source: facts/security.md §3.2 (append-only records, synced before they count) and §3.3.
"""

from collections.abc import Iterable, Sequence
from enum import Enum, unique

from device.pinpad.disk import Disk
from device.pinpad.errors import AttemptLogError
from device.pinpad.sealed_records import ReadBack, RecordSeal


@unique
class LogCondition(Enum):
    """What was found at the start."""

    INTACT = "intact"
    MISSING = "missing"
    """There is no file, in no copy."""
    DAMAGED = "damaged"
    """No copy is whole, and no power cut explains it."""
    UNREADABLE = "unreadable"
    """The disk failed: nothing may be done until the next start."""


class RecordLog:
    """One log. Used from one thread, and by one process at a time."""

    def __init__(self, disk: Disk, copies: Sequence[str], seal: RecordSeal) -> None:
        """Reads the log back, and repairs what a power cut left behind. Raises nothing.

        Args:
            disk: The folder that holds it.
            copies: Names of its files, in the order in which they are written.
            seal: Seals each record.
        """
        self._disk = disk
        self._copies = tuple(copies)
        self._seal = seal
        self._content = b""
        self._last_sequence = 0
        self.bodies: tuple[bytes, ...] = ()
        """Of all records, in order; none unless the log is intact."""
        self.condition = LogCondition.UNREADABLE
        """A log that is missing or damaged takes no record before it was written anew."""
        try:
            self.condition = self._open()
        except OSError:
            return

    def has_room(self, records: int, max_bytes: int) -> bool:
        """Whether it stays within `max_bytes` with so many records more."""
        return len(self._content) + records * self._seal.record_bytes <= max_bytes

    def append(self, body: bytes) -> None:
        """Adds one record; it is durable and was read back when this returns.

        Raises:
            AttemptLogError: It is not. After that nothing is written until the next start,
                because a disk that failed once may claim success the second time.
        """
        if self.condition is not LogCondition.INTACT:
            raise AttemptLogError
        record = self._seal.seal(self._last_sequence + 1, body)
        try:
            for name in self._copies:
                self._append(name, record)
        except OSError as error:
            self.condition = LogCondition.UNREADABLE
            raise AttemptLogError from error
        self._content += record
        self._last_sequence += 1
        self.bodies = (*self.bodies, body)

    def rewrite(self, bodies: Iterable[bytes]) -> None:
        """Begins the log anew with these records; a power cut leaves the old one or the new one.

        Numbers go on, so that of two copies the newer one can be told.

        Raises:
            AttemptLogError: As `append`.
        """
        if self.condition is LogCondition.UNREADABLE:
            raise AttemptLogError
        kept = tuple(bodies)
        first = self._last_sequence + 1
        content = b"".join(self._seal.seal(first + place, body) for place, body in enumerate(kept))
        try:
            for name in self._copies:
                self._replace(name, content)
        except OSError as error:
            self.condition = LogCondition.UNREADABLE
            raise AttemptLogError from error
        self._take(content)
        self.condition = LogCondition.INTACT

    def _open(self) -> LogCondition:
        for name in self._copies:
            self._disk.remove(_beside(name))
        contents = {name: self._disk.read(name) for name in self._copies}
        found = {
            name: self._seal.read(content)
            for name, content in contents.items()
            if content is not None
        }
        if not found:
            return LogCondition.MISSING
        whole = {name: each for name, each in found.items() if not each.is_damaged}
        torn = sum(each.is_torn for each in found.values())
        if not whole or torn > 1:
            self._last_sequence = max(each.last_sequence for each in found.values())
            return LogCondition.DAMAGED
        furthest = max(whole.values(), key=lambda each: each.last_sequence)
        self._take(self._encode(furthest))
        for name, content in contents.items():
            if content != self._content:
                self._replace(name, self._content)
            self._disk.sync(name)
        self._disk.sync_folder()
        return LogCondition.INTACT

    def _encode(self, read: ReadBack) -> bytes:
        first = read.last_sequence - len(read.bodies) + 1
        return b"".join(
            self._seal.seal(first + place, body) for place, body in enumerate(read.bodies)
        )

    def _take(self, content: bytes) -> None:
        read = self._seal.read(content)
        self._content, self.bodies, self._last_sequence = content, read.bodies, read.last_sequence

    def _append(self, name: str, record: bytes) -> None:
        self._disk.append(name, record)
        self._disk.sync(name)
        if self._disk.read(name) != self._content + record:
            raise OSError("what was written is not there")

    def _replace(self, name: str, content: bytes) -> None:
        self._disk.remove(_beside(name))
        self._disk.append(_beside(name), content)
        self._disk.sync(_beside(name))
        self._disk.rename(_beside(name), name)
        self._disk.sync_folder()


def _beside(name: str) -> str:
    return name + ".new"
