"""Signed results until the agent has them: on the disk before anyone is told "finished".

One file a result, named by its sequence number, written beside, synced, then renamed: a
result is either there in full or not at all. The newest one stays after it was acknowledged:
it holds the number and the hash the next result continues from.

Source: facts/security.md §5.1 (reader) and decision 8 of the architecture.
"""

import errno
import logging
from collections.abc import Callable, Iterator, Set
from contextlib import suppress
from pathlib import Path

from device.disk import keep_file, keep_folder, sync_folder
from device.errors import DeviceError
from hostlink.codec import MAX_RESULT_BYTES
from hostlink.messages import SignedResult

_log = logging.getLogger(__name__)

_SUFFIX = ".cose"
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
_CAPACITY = 10_000
"""Results kept while no agent takes them."""
_RESERVED = 10
"""Of these, for visits that begin before the reader stops: none that began is turned away."""


class OutboxError(DeviceError):
    """A result could not be kept durably."""


class Outbox:
    """The reader's durable queue of results, gap-free and in order. Used from one thread."""

    def __init__(self, folder: Path) -> None:
        """Reads back which results are kept; files of other names are left alone.

        Raises:
            OSError: The folder cannot be used.
        """
        self._folder = folder
        keep_folder(folder)
        for unfinished in folder.glob("*.part"):
            unfinished.unlink()
        # A reader that was killed may have left a name that is seen but not durable; once the
        # agent has that result, its number must never be used again.
        sync_folder(folder)
        stems = [path.stem for path in folder.glob(f"*{_SUFFIX}")]
        self._seqs = sorted(int(stem) for stem in stems if _is_name(stem))
        self._acknowledged: set[int] = set()
        self.is_broken = False
        """Nothing is taken any more until the reader restarts: a disk that failed once may claim
        success the second time (facts/security.md §6.6). May be asked from any thread."""

    @property
    def next_seq(self) -> int:
        """The number the next result gets; the first is 1. May be asked from any thread."""
        return self._seqs[-1] + 1 if self._seqs else 1

    @property
    def is_full(self) -> bool:
        """Whether no further visit may begin until the agent takes results; from any thread."""
        return len(self._seqs) >= _CAPACITY - _RESERVED

    @property
    def waiting(self) -> int:
        """How many results are not known to be acknowledged; from any thread."""
        # Copies, for the owner's thread may be at work: the two are never of one moment.
        acknowledged = self._acknowledged.copy()
        return sum(seq not in acknowledged for seq in self._seqs.copy())

    def latest(self) -> bytes | None:
        """The newest result, acknowledged or not; nothing before the first one."""
        return self._path(self._seqs[-1]).read_bytes() if self._seqs else None

    def append(self, sign: Callable[[int, bytes | None], bytes]) -> SignedResult:
        """Make and keep the next result.

        Args:
            sign: Given the sequence number and the result before, makes the signed bytes.

        Returns:
            The result, on the disk.

        Raises:
            OutboxError: The disk refused or the outbox is full; nothing was kept. After a full
                disk the next result gets the same number; after any other fault nothing more is
                taken until the reader restarts.
        """
        if self.is_broken:
            raise OutboxError("the outbox failed earlier: restart the reader")
        if len(self._seqs) >= _CAPACITY:
            raise OutboxError("the outbox is full: connect the reception PC")
        seq = self.next_seq
        try:
            cose = sign(seq, self.latest())
            keep_file(self._path(seq), cose)
        except OSError as error:
            self.is_broken = error.errno not in _NO_SPACE
            with suppress(OSError):
                self._path(seq).unlink(missing_ok=True)
                sync_folder(self._folder)
            raise OutboxError(f"the outbox could not be written: errno {error.errno}") from error
        self._seqs.append(seq)
        self._remove_acknowledged()
        return SignedResult(seq, cose)

    def pending(self, after: int = 0, without: Set[int] = frozenset()) -> Iterator[SignedResult]:
        """Everything not known to be acknowledged, oldest first; read from the disk one by one.

        What cannot be read, or cannot be a result by its size, is left out: the agent sees the
        gap, and the results behind it must not wait.

        Args:
            after: Leave out results up to this number.
            without: Leave out these numbers, too.
        """
        left_out = self._acknowledged | without
        waiting = [seq for seq in self._seqs if seq > after and seq not in left_out]
        for seq in waiting:
            try:
                cose = self._path(seq).read_bytes()
            except OSError as error:
                _log.error("result %d cannot be read: errno %s", seq, error.errno)
                continue
            if not 0 < len(cose) <= MAX_RESULT_BYTES:
                _log.error("result %d is damaged: it has %d bytes", seq, len(cose))
                continue
            yield SignedResult(seq, cose)

    def acknowledge(self, seq: int) -> None:
        """The agent holds this result on its own disk."""
        if seq in self._seqs:
            self._acknowledged.add(seq)
            self._remove_acknowledged()

    def _remove_acknowledged(self) -> None:
        for seq in self._acknowledged.intersection(self._seqs[:-1]):
            # What cannot be removed now is tried again with the next result.
            with suppress(OSError):
                self._path(seq).unlink(missing_ok=True)
                self._seqs.remove(seq)
                self._acknowledged.discard(seq)

    def _path(self, seq: int) -> Path:
        return self._folder / f"{_name(seq)}{_SUFFIX}"


def _name(seq: int) -> str:
    return f"{seq:020d}"


def _is_name(stem: str) -> bool:
    return stem.isdecimal() and stem.isascii() and stem == _name(int(stem))
