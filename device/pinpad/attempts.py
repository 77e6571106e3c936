"""A durable record of every PIN that is sent to a card, written before it is sent.

After a power cut in the middle of VERIFY the log shows an attempt without an outcome, so the
reader asks the card how many tries are left instead of sending anything again. Cards are told
apart by a keyed digest; neither PIN nor card number is ever in the log, and after a day a card
is forgotten.

Source: facts/security.md §3.2 to §3.4.
"""

import hmac
from collections.abc import Callable
from enum import Enum, unique

from device.pinpad.disk import Disk
from device.pinpad.errors import AttemptLogError, AttemptSettledError, AttemptUnsettledError
from device.pinpad.record import (
    CARD_TAG_BYTES,
    RECORD_BYTES,
    Record,
    RecordKind,
    decode_log,
)

MAX_AGE_S = 24 * 3600
"""A card is forgotten this long after its last attempt."""

MAX_LOG_BYTES = 64 * 1024
"""The log is rewritten before it grows beyond this size."""

_LOG = "pin_attempts.log"
_NEW_LOG = "pin_attempts.new"


@unique
class AttemptOutcome(Enum):
    """What the card answered to the PIN."""

    ACCEPTED = RecordKind.ACCEPTED
    REJECTED = RecordKind.REJECTED
    BLOCKED = RecordKind.BLOCKED


class AttemptToken:
    """The right to send one PIN to one card, once. Only `PinAttempts.begin` makes one."""

    def __init__(self, attempts: "PinAttempts", card_tag: bytes) -> None:
        self._attempts = attempts
        self._card_tag = card_tag
        self._is_settled = False

    def settle(self, outcome: AttemptOutcome, tries_left: int | None = None) -> None:
        """Records what the card answered. Without an answer from the card, do not call this.

        Args:
            outcome: The card's answer.
            tries_left: How many tries the card says are left (0 to 15), if it says so.

        Raises:
            AttemptSettledError: It was recorded already.
            AttemptLogError: The outcome may not be on disk; no further attempt is allowed.
        """
        if self._is_settled:
            raise AttemptSettledError
        self._is_settled = True
        self._attempts.record(outcome.value, self._card_tag, tries_left)


class PinAttempts:
    """The log of one reader. Used from one thread."""

    def __init__(self, disk: Disk, device_key: bytes, now_s: Callable[[], float]) -> None:
        """Reads the log back, and repairs what a power cut left behind.

        Args:
            disk: The folder that holds the log.
            device_key: Secret of this reader, 32 bytes, which hides the card behind its digest.
            now_s: Unix time (s); it may be wrong.

        A log that cannot be read or repaired does not stop the reader: `begin` refuses then.
        """
        self._disk = disk
        self._device_key = device_key
        self._now_s = now_s
        self._records: list[Record] = []
        self._is_broken = False
        try:
            self._open()
        except OSError:
            self._is_broken = True

    def begin(self, card_reference: bytes) -> AttemptToken:
        """Puts on disk that a PIN is about to be sent to this card.

        Args:
            card_reference: Bytes that are the same for the same card, such as its certificate.

        Returns:
            The right to send one PIN now.

        Raises:
            AttemptUnsettledError: An earlier outcome is not known: see `note_tries`.
            AttemptLogError: The record is not on disk for certain. Send no PIN.
        """
        card_tag = self._tag(card_reference)
        if self._is_unsettled(card_tag):
            raise AttemptUnsettledError
        self._compact_if_due()
        self.record(RecordKind.INTENT, card_tag, None)
        return AttemptToken(self, card_tag)

    def has_unsettled(self, card_reference: bytes) -> bool:
        """Whether a PIN may have been sent to this card without a known outcome."""
        return self._is_unsettled(self._tag(card_reference))

    def note_tries(self, card_reference: bytes, tries_left: int) -> None:
        """The card itself told how many tries are left: that settles an unknown outcome.

        Writes nothing when no outcome was open.

        Raises:
            AttemptLogError: It may not be on disk; no further attempt is allowed.
        """
        card_tag = self._tag(card_reference)
        if self._is_unsettled(card_tag):
            self.record(RecordKind.ASKED, card_tag, tries_left)

    def tries_left_seen(self, card_reference: bytes) -> int | None:
        """How many tries this card had when it last told us, or None if it never did."""
        card_tag = self._tag(card_reference)
        told = (
            record.tries_left
            for record in reversed(self._records)
            if record.card_tag == card_tag and record.tries_left is not None
        )
        return next(told, None)

    def record(self, kind: RecordKind, card_tag: bytes, tries_left: int | None) -> None:
        """Appends one record and returns when it is durable and can be read back.

        Raises:
            AttemptLogError: It is not. After that nothing is written until the reader restarts,
                because a disk that failed once may claim success the second time.
        """
        if self._is_broken:
            raise AttemptLogError
        record = Record(kind, self._next_sequence(), self._clock_s(), card_tag, tries_left)
        try:
            self._disk.append(_LOG, record.encode())
            self._disk.sync(_LOG)
            is_there = (self._disk.read(_LOG) or b"").endswith(record.encode())
        except OSError as error:
            self._is_broken = True
            raise AttemptLogError from error
        if not is_there:
            self._is_broken = True
            raise AttemptLogError
        self._records.append(record)

    def _open(self) -> None:
        self._disk.remove(_NEW_LOG)
        data = self._disk.read(_LOG)
        if data is None:
            self._disk.append(_LOG, b"")
            data = b""
        torn_bytes = len(data) % RECORD_BYTES
        if torn_bytes:
            self._disk.truncate(_LOG, len(data) - torn_bytes)
        self._disk.sync(_LOG)
        self._disk.sync_folder()
        self._records = list(decode_log(data))

    def _compact_if_due(self) -> None:
        """Rewrites the log without what is too old or no longer matters.

        Raises:
            AttemptLogError: The new log is not on disk for certain.
        """
        # One attempt is two records.
        is_full = (len(self._records) + 2) * RECORD_BYTES > MAX_LOG_BYTES
        if self._is_broken or not (is_full or any(map(self._is_too_old, self._records))):
            return
        last_of_card = {record.card_tag: record for record in self._records}
        kept = [record for record in last_of_card.values() if not self._is_too_old(record)]
        kept.sort(key=lambda record: record.sequence)
        try:
            self._disk.remove(_NEW_LOG)
            self._disk.append(_NEW_LOG, b"".join(record.encode() for record in kept))
            self._disk.sync(_NEW_LOG)
            self._disk.rename(_NEW_LOG, _LOG)
            self._disk.sync_folder()
        except OSError as error:
            self._is_broken = True
            raise AttemptLogError from error
        self._records = kept

    def _is_too_old(self, record: Record) -> bool:
        return self._clock_s() - record.time_s > MAX_AGE_S

    def _is_unsettled(self, card_tag: bytes) -> bool:
        of_card = (record for record in reversed(self._records) if record.card_tag == card_tag)
        last = next(of_card, None)
        return last is not None and last.kind is RecordKind.INTENT

    def _next_sequence(self) -> int:
        return (self._records[-1].sequence + 1) & 0xFFFFFFFF if self._records else 1

    def _clock_s(self) -> int:
        return min(max(int(self._now_s()), 0), 0xFFFFFFFF)

    def _tag(self, card_reference: bytes) -> bytes:
        return hmac.digest(self._device_key, card_reference, "sha256")[:CARD_TAG_BYTES]
