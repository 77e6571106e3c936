"""How many guesses of each PIN were wrong since the last right one, on the disk.

kind u8 | PIN u8 | wrong guesses u16                                             (big endian)

The last record of a PIN tells its count, so rewriting the log keeps one record of each.

Source: facts/security.md §3.3.
"""

import struct
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Self

from device.pinpad.disk import Disk
from device.pinpad.errors import AttemptLogError
from device.pinpad.own_pins.names import OwnPinName
from device.pinpad.record_log import LogCondition, RecordLog
from device.pinpad.sealed_records import RecordSeal

MAX_LOG_BYTES = 64 * 1024
"""Of each copy: it is rewritten before it grows beyond this size."""

MOST_FAILURES = 0xFFFF
"""Counting stops there."""

_COPIES = ("own_pins.log", "own_pins.log.copy")
_BODY = struct.Struct(">BBH")


@unique
class CountKind(IntEnum):
    """What happened. The values are on disk: never reuse one."""

    ATTEMPT = 1
    """A guess is about to be compared; it counts as wrong until a record says otherwise."""
    ACCEPTED = 2
    SET = 3
    """The PIN was set."""
    RELEASED = 4
    """The maintenance PIN was right: the other PIN begins from zero."""
    LOCKED = 5
    """The log was lost or changed: how many were wrong is not known."""


@dataclass(frozen=True, slots=True)
class Count:
    """What is known of one PIN."""

    kind: CountKind
    name: OwnPinName
    failures: int
    """0 to 65535."""

    def encode(self) -> bytes:
        """As it lies on the disk."""
        return _BODY.pack(self.kind, self.name.value, self.failures)

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """What `encode` gave.

        Raises:
            ValueError: No record of this version.
        """
        kind, name, failures = _BODY.unpack(body)
        return cls(CountKind(kind), OwnPinName(name), failures)


class GuessCount:
    """The counts of all PINs. Used from one thread."""

    def __init__(self, disk: Disk, key: bytes, *, is_begun: bool, unknown_failures: int) -> None:
        """Reads the log back.

        Args:
            disk: The folder that holds it.
            key: Authenticates the records, 32 bytes.
            is_begun: A PIN was set on this reader, so there must be a log.
            unknown_failures: What is assumed where the log was lost or changed.

        A log that cannot be read or begun anew takes no record: `note` refuses then.
        """
        self._log = RecordLog(disk, _COPIES, RecordSeal(key, _BODY.size))
        self._of: dict[OwnPinName, Count] = {}
        try:
            counts = [Count.decode(body) for body in self._log.bodies]
        except ValueError:
            counts = []
        for count in counts:
            self._of[count.name] = count
        is_first = self._log.condition is LogCondition.MISSING and not is_begun
        if not (counts or is_first):
            with suppress(AttemptLogError):
                self._lock(unknown_failures)

    def of(self, name: OwnPinName) -> Count:
        """What is known of this PIN."""
        return self._of.get(name, Count(CountKind.SET, name, 0))

    def begin(self, name: OwnPinName) -> None:
        """Sees to it that there is a log, before there is a PIN whose guesses it counts.

        Raises:
            AttemptLogError: It is not on the disk for certain.
        """
        if self._log.condition is LogCondition.MISSING:
            self._rewrite({name: Count(CountKind.SET, name, 0)})

    def note(self, kind: CountKind, name: OwnPinName, failures: int) -> None:
        """Returns when it is on the disk in both copies, and was read back from there.

        Raises:
            AttemptLogError: It is not; nothing is written until the next start.
        """
        if not self._log.has_room(1, MAX_LOG_BYTES):
            self._rewrite(self._of)
        count = Count(kind, name, min(failures, MOST_FAILURES))
        self._log.append(count.encode())
        self._of[name] = count

    def _lock(self, failures: int) -> None:
        self._of = {name: Count(CountKind.LOCKED, name, failures) for name in OwnPinName}
        self._rewrite(self._of)

    def _rewrite(self, counts: dict[OwnPinName, Count]) -> None:
        self._log.rewrite(count.encode() for count in counts.values())
        self._of = dict(counts)
