"""Makes the clinic's number of a patient known to the eligibility network, in the background.

Staff have chosen whose visit it was and go on; whether the network takes the number shows minutes
later. What it does not take, and what the end of the agent came before, is an alarm and stops
nothing: the next visit is matched as this one was. What a kill came before, the journal tells the
next agent (`recalled_alarms.py`); to choose the patient again registers again.

Source: facts/oqs.md §9 (1).
"""

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

from agent.eligibility.port import InsuredNumbers, NumbersRefused, ReferenceNumbers
from agent.journal import Alarm, Event, Journal
from agent.qualification import EligibilityRecord

STOPPED_BEFORE = "the agent was stopped before"


class BackgroundRegistration:
    """A `NumberRegistration` that does not wait.

    Args:
        network: Where numbers are registered; told to end by whoever made it.
        medical_institution_code: 10 digits.
        journal: Told of failures, never of a number.
    """

    def __init__(
        self, network: ReferenceNumbers, medical_institution_code: str, journal: Journal
    ) -> None:
        self._network = network
        self._medical_institution_code = medical_institution_code
        self._journal = journal
        # One at a time: nobody waits, and the folders are for look-ups first.
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="registration")

    def register(self, visit_id: bytes, record: EligibilityRecord, number: str) -> None:
        """See `NumberRegistration.register`.

        Raises:
            MalformedNumberError: The record's numbers cannot be asked with.
        """
        person = record.person
        numbers = InsuredNumbers(
            insurer_number=person.insurer_number.strip(),
            insured_identification_number=person.insured_identification_number or "",
            insured_card_symbol=person.insured_card_symbol or "",
            insured_branch_number=person.insured_branch_number or "",
        )
        self._journal.record(Event.NUMBER_REGISTERING, visit=visit_id)
        registered = self._pool.submit(
            self._network.register, self._medical_institution_code, number, numbers
        )
        registered.add_done_callback(partial(self._tell, visit_id))

    def close(self) -> None:
        """Begin nothing more, wait for what is under way, and tell staff of what was not done.

        The network is told to end before, so that nobody waits for its answer.
        """
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _tell(self, visit_id: bytes, registered: Future[NumbersRefused | None]) -> None:
        if registered.cancelled():
            why = STOPPED_BEFORE
        elif (error := registered.exception()) is not None:
            why = type(error).__name__
        elif registered.result() is not None:
            why = "refused by the network"
        else:
            self._journal.record(Event.NUMBER_REGISTERED, visit=visit_id)
            return
        _tell_failure(self._journal, visit_id, why)


def tell_unregistered(visits: Iterable[bytes], journal: Journal) -> None:
    """Tell staff of those that an agent was killed before."""
    for visit_id in visits:
        _tell_failure(journal, visit_id, STOPPED_BEFORE)


def _tell_failure(journal: Journal, visit_id: bytes, why: str) -> None:
    journal.record(Event.ALARM, alarm=Alarm.NUMBER_NOT_REGISTERED, visit=visit_id, detail=why)
