"""The agent's journal: one JSON line an event, for staff, bench and auditors.

The events and their fields are closed sets, and none of them can hold a name, a number of
the insured person or a certificate. The visit's id is random and means nothing elsewhere.
A full disk costs lines of the journal and never a visit, as at the reader: what must be kept
lies in the store. The lines are chained, so an auditor sees what was changed (decision 0032).
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum, unique
from pathlib import Path
from typing import Protocol, TypedDict, Unpack

from agent.chained_log import ChainedLog, Note
from agent.clock import Clock
from agent.errors import JournalUnavailableError
from hostlink.terms import FailureCode

SYNC_EVERY_S = 1.0


@unique
class Event(StrEnum):
    """What can happen at the agent."""

    STARTED = "started"
    STOPPED = "stopped"
    LINK_UP = "link_up"
    LINK_DOWN = "link_down"
    VISIT_OPENED = "visit_opened"
    IDENTITY_RECEIVED = "identity_received"
    IDENTITY_REFUSED = "identity_refused"
    ELIGIBILITY_ANSWERED = "eligibility_answered"
    ELIGIBILITY_FAILED = "eligibility_failed"
    ELIGIBILITY_POSTPONED = "eligibility_postponed"
    OPTIONS_SENT = "options_sent"
    VISIT_PROGRESSED = "visit_progressed"
    """The reader tells at which step its patient is."""
    RESULT_VERIFIED = "result_verified"
    RESULT_STORED = "result_stored"
    RESULT_ACKNOWLEDGED = "result_acknowledged"
    RECEPTION_FILE_WRITTEN = "reception_file_written"
    RELAY_BACK = "relay_back"
    """A relay works: it took something, or refused it for good, for the first time since the agent
    was started or since it was unavailable."""
    PARCEL_GIVEN_UP = "parcel_given_up"
    PATIENT_MATCHED = "patient_matched"
    """Staff chose which of the clinic's patients a visit is of."""
    NUMBER_REGISTERING = "number_registering"
    """照会番号 of a chosen patient waits for the network, or is on its way there."""
    NUMBER_REGISTERED = "number_registered"
    PAPERS_SEEN = "papers_seen"
    """Staff saw papers in place of a card."""
    VISIT_PURGED = "visit_purged"
    PAIRING_BEGUN = "pairing_begun"
    """Staff began to pair, renew or unpair a reader at the console."""
    READER_PAIRED = "reader_paired"
    READER_RENEWED = "reader_renewed"
    """Both ends have new keys."""
    READER_UNPAIRED = "reader_unpaired"
    PAIRING_FAILED = "pairing_failed"
    """What was begun came to nothing; `detail` says why."""
    ALARM_SETTLED = "alarm_settled"
    """Staff have seen to it."""
    ALARM = "alarm"
    RESTORED = "restored"
    """Everything here is as it was when the backup in `detail` was made."""
    JOURNAL_TORN = Note.TORN.value
    JOURNAL_LOST = Note.LOST.value
    JOURNAL_CUT = Note.CUT.value


@unique
class Alarm(StrEnum):
    """Why staff or an auditor must look."""

    RESULT_INVALID = "result_invalid"
    """The signature, form, audience or number of a result is wrong; it is not acknowledged."""
    RESULT_CONFLICT = "result_conflict"
    """Two different results bear the same number: a cloned or rolled-back reader."""
    RESULT_GAP = "result_gap"
    """Results before this one are missing, damaged at the reader, or were for another clinic."""
    RESULT_CHAIN_BROKEN = "result_chain_broken"
    """A result does not follow the one the agent holds before it."""
    READER_ROLLED_BACK = "reader_rolled_back"
    """A reader wants to use a number again that the agent already holds; its visits are refused."""
    METHOD_DIFFERS = "method_differs"
    """A result names another way of verification than the proof of identity did."""
    RESULT_UNBOUND = "result_unbound"
    """A completed visit the agent gave no options to; it is kept but not delivered."""
    RESULT_LATE = "result_late"
    """A result came on another day than its visit was, which `detail` names; it is delivered as of
    that day."""
    CONSENT_NOT_OFFERED = "consent_not_offered"
    """A consent the patient could not have been asked for; it is not passed on."""
    DECISION_NOT_ASKED = "decision_not_asked"
    """A decision the patient could not have been asked for; it is not passed on."""
    EMERGENCY_DIFFERS = "emergency_differs"
    """A reader is set to an emergency that this agent does not expect, or is no longer."""
    ELIGIBILITY_MALFORMED = "eligibility_malformed"
    ELIGIBILITY_GIVEN_UP = "eligibility_given_up"
    """A question kept for later found nobody or got no answer: look this patient up by hand."""
    NUMBER_NOT_REGISTERED = "number_not_registered"
    """照会番号 of a chosen patient was not made known: choose the patient again, or register it in
    the reception software."""
    RELAY_UNAVAILABLE = "relay_unavailable"
    RELAY_REFUSED = "relay_refused"
    """A receiver will not take this result: it is parked until staff want it sent again."""
    PREPARED_LOST = "prepared_lost"
    """A file vanished before it was handed over, or its folder did; it was made again."""
    ENCODING_CHANGED = "encoding_changed"
    """A name cannot be written in cp932: this one file is UTF-8."""
    CHARACTER_REPLACED = "character_replaced"
    """〓 stands in these fields of a file: write in by hand what the reading says."""
    STORE_UNAVAILABLE = "store_unavailable"
    """Nothing can be kept safely: the agent ends, and nothing is acknowledged until it is back."""
    CLOCK_DOUBTFUL = "clock_doubtful"
    """This PC's time is earlier than its pairing with the reader: set the clock, by which cards are
    judged."""
    LINK_DIED = "link_died"
    """A fault ended the link's thread: the agent ends and must be started again."""
    INTERNAL = "internal"
    """A fault of the agent itself; it went on with the next event."""


class Details(TypedDict, total=False):
    """What an event is about; what is left out or None does not apply."""

    visit: bytes | None
    """Id of the visit, 16 random bytes."""
    seq: int | None
    """Number of the result."""
    failure: FailureCode | None
    """The code the reader is told."""
    alarm: Alarm | None
    """Set exactly when the event is an alarm, or that it is settled."""
    detail: str | None
    """Name of a file, relay, reason or exception class; never personal data."""
    counter: str | None
    """Where the reader stands that it is about; none, where there is only one."""


class Journal(Protocol):
    """Where events are written down."""

    def record(self, event: Event, **details: Unpack[Details]) -> None:
        """Write one event."""
        ...


class AtCounter:
    """A journal for what happens at one counter."""

    def __init__(self, journal: Journal, counter: str) -> None:
        self._journal = journal
        self._counter = counter

    def record(self, event: Event, **details: Unpack[Details]) -> None:
        """Write one event of this counter."""
        details["counter"] = details.get("counter") or self._counter or None
        self._journal.record(event, **details)


class Journals:
    """Several that are told the same, in this order."""

    def __init__(self, *journals: Journal) -> None:
        self._journals = journals

    def record(self, event: Event, **details: Unpack[Details]) -> None:
        """Tell all of them."""
        for journal in self._journals:
            journal.record(event, **details)


class FileJournal:
    """A journal as files of chained JSON lines; see `agent.chained_log`.

    Args:
        path: The file of today.
        clock: Stamps each line.
        keep_days: How many older days stay; None: nothing is deleted.

    Raises:
        JournalUnavailableError: The file cannot be opened.
    """

    def __init__(self, path: Path, clock: Clock, keep_days: int | None = None) -> None:
        try:
            self._log = ChainedLog(path, clock, keep_days)
        except OSError as error:
            raise JournalUnavailableError(f"{path}: {error.strerror}") from error

    def record(
        self,
        event: Event,
        *,
        visit: bytes | None = None,
        seq: int | None = None,
        failure: FailureCode | None = None,
        alarm: Alarm | None = None,
        detail: str | None = None,
        counter: str | None = None,
    ) -> None:
        """Append one line; see `Journal.record`."""
        fields = {
            "counter": counter,
            "visit": visit.hex() if visit is not None else None,
            "seq": seq,
            "failure": failure.name if failure is not None else None,
            "alarm": alarm.value if alarm is not None else None,
            "detail": detail,
        }
        told = {key: value for key, value in fields.items() if value is not None}
        self._log.append(event.value, told)

    @contextmanager
    def synced(self) -> Iterator[None]:
        """While inside, a power cut takes the lines of the last second at most."""
        stopping = threading.Event()

        def sync_until_stopped() -> None:
            while not stopping.wait(SYNC_EVERY_S):
                self._log.sync()

        # Daemon: a dead disk may hold it for ever.
        thread = threading.Thread(target=sync_until_stopped, name="journal", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stopping.set()

    def close(self) -> None:
        """Give the files back, with every line on the disk."""
        self._log.close()
