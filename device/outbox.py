"""Signed results until the agent has them: on the disk before anyone is told "finished".

One file a result, named by its sequence number, written beside, synced, then renamed: a
result is either there in full or not at all. The newest one stays after it was acknowledged:
it holds the number and the hash the next result continues from.

Source: facts/security.md §5.1 (reader) and decision 8 of the architecture.
"""

import os
from collections.abc import Callable
from pathlib import Path

from device.errors import DeviceError
from hostlink.messages import SignedResult

_SUFFIX = ".cose"
_CAPACITY = 10_000
"""Results kept while no agent takes them; then the reader stops rather than drops one."""


class OutboxError(DeviceError):
    """A result could not be kept durably."""


class Outbox:
    """The reader's durable queue of results, gap-free and in order."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for unfinished in folder.glob("*.part"):
            unfinished.unlink()
        self._seqs = sorted(int(path.stem) for path in folder.glob(f"*{_SUFFIX}"))
        self._acknowledged: set[int] = set()

    @property
    def next_seq(self) -> int:
        """The number the next result gets; the first is 1."""
        return self._seqs[-1] + 1 if self._seqs else 1

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
            OutboxError: The disk refused or the outbox is full; nothing was kept.
        """
        if len(self._seqs) >= _CAPACITY:
            raise OutboxError("the outbox is full: connect the reception PC")
        seq = self.next_seq
        try:
            cose = sign(seq, self.latest())
            self._write(seq, cose)
        except OSError as error:
            raise OutboxError(f"the outbox could not be written: errno {error.errno}") from error
        self._seqs.append(seq)
        self._remove_acknowledged()
        return SignedResult(seq, cose)

    def pending(self) -> list[SignedResult]:
        """Everything not known to be acknowledged, oldest first."""
        waiting = (seq for seq in self._seqs if seq not in self._acknowledged)
        return [SignedResult(seq, self._path(seq).read_bytes()) for seq in waiting]

    def acknowledge(self, seq: int) -> None:
        """The agent holds this result on its own disk."""
        if seq in self._seqs:
            self._acknowledged.add(seq)
            self._remove_acknowledged()

    def _remove_acknowledged(self) -> None:
        for seq in self._acknowledged.intersection(self._seqs[:-1]):
            self._path(seq).unlink(missing_ok=True)
            self._seqs.remove(seq)
            self._acknowledged.discard(seq)

    def _path(self, seq: int) -> Path:
        return self._folder / f"{seq:020d}{_SUFFIX}"

    def _write(self, seq: int, cose: bytes) -> None:
        part = self._path(seq).with_suffix(".part")
        with part.open("wb") as file:
            file.write(cose)
            file.flush()
            os.fsync(file.fileno())
        part.rename(self._path(seq))
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
