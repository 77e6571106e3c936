"""Makes the clinic's number of a patient known to the eligibility network, in the background.

Staff have chosen whose visit it was and go on; whether the network takes the number shows minutes
later. What it does not take, and what the end of the agent came before, is an alarm and stops
nothing: the next visit is matched as this one was. A kill alone loses it without a word; to choose
the patient again registers again.

Source: facts/oqs.md §9 (1).
"""

from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

from agent.eligibility.port import InsuredNumbers, NumbersRefused, ReferenceNumbers
from agent.journal import Alarm, Event, Journal
from agent.qualification import EligibilityRecord


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
        registered = self._pool.submit(
            self._network.register, self._medical_institution_code, number, numbers
        )
        registered.add_done_callback(partial(self._tell_failure, visit_id))

    def close(self) -> None:
        """Begin nothing more, wait for what is under way, and tell staff of what was not done.

        The network is told to end before, so that nobody waits for its answer.
        """
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _tell_failure(self, visit_id: bytes, registered: Future[NumbersRefused | None]) -> None:
        if registered.cancelled():
            why = "the agent was stopped before"
        elif (error := registered.exception()) is not None:
            why = type(error).__name__
        elif registered.result() is not None:
            why = "refused by the network"
        else:
            return
        self._journal.record(
            Event.ALARM, alarm=Alarm.NUMBER_NOT_REGISTERED, visit=visit_id, detail=why
        )
