"""Which of the clinic's patients a visit is of, as staff chose.

A choice belongs to one visit and ends with it. Where the network knows no 照会番号 of the person
yet, the number is made known there, so that the next visit finds its patient by itself.

Source: facts/oqs.md §9 (1).
"""

from datetime import datetime

from sqlalchemy import delete, exists, select

from agent.clock import unix_ms
from agent.errors import MalformedEntryError
from agent.journal import Alarm, Event, Journal
from agent.patients.port import LONGEST_NUMBER, NumberRegistration
from agent.qualification import UNWRITABLE, record_from_json
from agent.schema import MATCHES, VISITS
from agent.store import Store


class ChosenPatients:
    """All choices, kept in the store; used by one thread.

    Args:
        store: Of this thread.
        registration: Where numbers are made known; None: nowhere.
        journal: Told of each choice, never of a number.
    """

    def __init__(
        self, store: Store, registration: NumberRegistration | None, journal: Journal
    ) -> None:
        self._store = store
        self._registration = registration
        self._journal = journal

    def choose(self, visit_id: bytes, number: str, now: datetime) -> bool:
        """Keep a choice, in place of an earlier one for the same visit.

        Args:
            visit_id: A visit that is still kept here.
            number: The clinic's own number of the patient.
            now: Wall time.

        Returns:
            False where no such visit is kept any more, and nothing was done.

        Raises:
            MalformedEntryError: This is no number.
        """
        if not 0 < len(number) <= LONGEST_NUMBER or number.isspace() or UNWRITABLE.search(number):
            raise MalformedEntryError("patient_number")
        choice = {"patient_number": number, "chosen_unix_ms": unix_ms(now)}
        insertion = self._store.insert(MATCHES).values(visit_id=visit_id, **choice)
        with self._store.transaction():
            found = self._store.rows(select(VISITS.c.record).where(VISITS.c.visit_id == visit_id))
            if not found:
                return False
            self._store.change(
                insertion.on_conflict_do_update(index_elements=["visit_id"], set_=choice)
            )
        self._journal.record(Event.PATIENT_MATCHED, visit=visit_id)
        ((record,),) = found
        self._make_known(visit_id, record, number)
        return True

    def chosen_for(self, visit_id: bytes) -> str | None:
        """Number of the patient that staff chose for this visit."""
        chosen = select(MATCHES.c.patient_number).where(MATCHES.c.visit_id == visit_id)
        for (number,) in self._store.rows(chosen):
            return str(number)
        return None

    def purge(self) -> bool:
        """Delete the choices of visits that were deleted.

        Returns:
            False when traces remain for now, because the database was being read.
        """
        is_kept = exists().where(VISITS.c.visit_id == MATCHES.c.visit_id)
        self._store.change(delete(MATCHES).where(~is_kept))
        return self._store.forget_purged()

    def _make_known(self, visit_id: bytes, stored_record: str | None, number: str) -> None:
        record = record_from_json(stored_record) if stored_record else None
        if self._registration is None or record is None or record.person.reference_number:
            return
        try:
            self._registration.register(visit_id, record, number)
        except Exception as error:  # noqa: BLE001 - it never stops reception
            self._journal.record(
                Event.ALARM,
                alarm=Alarm.NUMBER_NOT_REGISTERED,
                visit=visit_id,
                detail=type(error).__name__,
            )
