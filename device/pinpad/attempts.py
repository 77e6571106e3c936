"""A durable record of every PIN that is sent to a card, written before it is sent.

After a power cut in the middle of VERIFY the log shows an attempt without an outcome, so the
reader asks the card how many tries are left instead of sending anything again. The same holds for
every card when the log was tampered with: the card is the authority. Cards are told apart by a
keyed digest; neither PIN nor card number is ever in the log, and after a day a card is forgotten.

Source: facts/security.md §3.2 to §3.4.
"""

import hmac
from collections.abc import Callable, Iterator
from contextlib import suppress
from enum import Enum, unique

from device.pinpad.disk import Disk
from device.pinpad.errors import AttemptLogError, AttemptSettledError, AttemptUnsettledError
from device.pinpad.reader_key import derive_key
from device.pinpad.record import BODY_BYTES, CARD_TAG_BYTES, Record, RecordKind
from device.pinpad.record_log import LogCondition, RecordLog
from device.pinpad.sealed_records import RecordSeal

MAX_AGE_S = 24 * 3600
"""A card is forgotten this long after its last attempt."""

MAX_LOG_BYTES = 64 * 1024
"""The log is rewritten before it grows beyond this size."""

_LOG = "pin_attempts.log"
_RECORDS_OF_AN_ATTEMPT = 2
_NO_CARD = bytes(CARD_TAG_BYTES)


@unique
class AttemptOutcome(Enum):
    """What the card answered to the PIN."""

    ACCEPTED = RecordKind.ACCEPTED
    REJECTED = RecordKind.REJECTED
    BLOCKED = RecordKind.BLOCKED


@unique
class TriesNews(Enum):
    """What a card's word says about the time since it last lay here."""

    AS_LEFT = "as it was left"
    """Or nothing was known of it."""
    FEWER = "fewer tries than it was left with"
    """Somebody tried a wrong PIN elsewhere."""
    MORE = "more tries than it was left with"
    """Its PIN was right elsewhere, or was set anew."""


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
        self._end(outcome.value, tries_left)

    def withdraw(self) -> None:
        """Records that the PIN was not sent after all: what was known of the card holds on.

        Raises:
            AttemptSettledError: An outcome was recorded already.
            AttemptLogError: It may not be on disk; no further attempt is allowed.
        """
        self._end(RecordKind.WITHDRAWN, self._attempts.told(self._card_tag))

    def _end(self, kind: RecordKind, tries_left: int | None) -> None:
        if self._is_settled:
            raise AttemptSettledError
        self._is_settled = True
        self._attempts.record(kind, self._card_tag, tries_left)


class PinAttempts:
    """The log of one reader. Used from one thread."""

    def __init__(self, disk: Disk, reader_key: bytes, now_s: Callable[[], float]) -> None:
        """Reads the log back, and repairs what a power cut left behind.

        Args:
            disk: The folder that holds the log.
            reader_key: Secret of this reader, 32 bytes: it hides the card behind its digest and
                authenticates the records.
            now_s: Unix time (s); it may be wrong.

        A log that cannot be read or repaired does not stop the reader: `begin` refuses then.
        """
        self._tag_key = derive_key(reader_key, "card tag")
        self._now_s = now_s
        seal = RecordSeal(derive_key(reader_key, "PIN attempt log"), BODY_BYTES)
        self._log = RecordLog(disk, (_LOG,), seal)
        self._records: list[Record] = []
        with suppress(AttemptLogError):
            self._begin_log()

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

    def compare_tries(self, card_reference: bytes, tries_left: int) -> TriesNews:
        """What the tries that a card tells now say about the time since it last lay here."""
        card_tag = self._tag(card_reference)
        told = self.told(card_tag)
        if told is None:
            return TriesNews.AS_LEFT
        is_open = self._is_unsettled(card_tag)
        # A PIN whose outcome was lost may have cost a try, or have given all of them back.
        if tries_left < told - is_open:
            return TriesNews.FEWER
        return TriesNews.MORE if tries_left > told and not is_open else TriesNews.AS_LEFT

    def note_tries(self, card_reference: bytes, tries_left: int) -> None:
        """The card itself told how many tries are left: that settles an unknown outcome.

        Writes nothing when that was known.

        Raises:
            AttemptLogError: It may not be on disk; no further attempt is allowed.
        """
        card_tag = self._tag(card_reference)
        is_news = self.compare_tries(card_reference, tries_left) is not TriesNews.AS_LEFT
        if is_news or self._is_unsettled(card_tag):
            self.record(RecordKind.ASKED, card_tag, tries_left)

    def tries_left_seen(self, card_reference: bytes) -> int | None:
        """How many tries this card last told, or None if it never did or has accepted a PIN."""
        return self.told(self._tag(card_reference))

    def told(self, card_tag: bytes) -> int | None:
        """The same as `tries_left_seen`, of a card's digest."""
        for record in self._history(card_tag):
            if record.kind is not RecordKind.INTENT:
                return record.tries_left
        return None

    def record(self, kind: RecordKind, card_tag: bytes, tries_left: int | None) -> None:
        """Appends one record and returns when it is durable and can be read back.

        Raises:
            AttemptLogError: It is not; no further attempt is allowed.
        """
        record = Record(kind, self._clock_s(), card_tag, tries_left)
        self._log.append(record.encode())
        self._records.append(record)

    def _begin_log(self) -> None:
        is_damaged = self._log.condition is LogCondition.DAMAGED
        try:
            self._records = [Record.decode(body) for body in self._log.bodies]
        except ValueError:
            is_damaged = True
        if is_damaged:
            self._rewrite([Record(RecordKind.LOST, self._clock_s(), _NO_CARD)])
        elif self._log.condition is LogCondition.MISSING:
            self._rewrite([])

    def _rewrite(self, records: list[Record]) -> None:
        self._log.rewrite(record.encode() for record in records)
        self._records = records

    def _compact_if_due(self) -> None:
        """Rewrites the log without what is too old or no longer matters.

        Raises:
            AttemptLogError: The new log is not on disk for certain.
        """
        has_room = self._log.has_room(_RECORDS_OF_AN_ATTEMPT, MAX_LOG_BYTES)
        if has_room and not any(map(self._is_too_old, self._records)):
            return
        last_of_card: dict[bytes, Record] = {}
        for record in self._records:
            last_of_card.pop(record.card_tag, None)
            last_of_card[record.card_tag] = record
        self._rewrite([each for each in last_of_card.values() if not self._is_too_old(each)])

    def _is_too_old(self, record: Record) -> bool:
        return self._clock_s() - record.time_s > MAX_AGE_S

    def _history(self, card_tag: bytes) -> Iterator[Record]:
        """What is known of the card, the newest first."""
        for record in reversed(self._records):
            if record.card_tag == card_tag or record.kind is RecordKind.LOST:
                yield record

    def _is_unsettled(self, card_tag: bytes) -> bool:
        last = next(self._history(card_tag), None)
        return last is not None and last.kind in {RecordKind.INTENT, RecordKind.LOST}

    def _clock_s(self) -> int:
        return min(max(int(self._now_s()), 0), 0xFFFFFFFF)

    def _tag(self, card_reference: bytes) -> bytes:
        return hmac.digest(self._tag_key, card_reference, "sha256")[:CARD_TAG_BYTES]
