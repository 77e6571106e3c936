"""Makes the clinic's number of a patient known to the eligibility network, in the background.

Staff have chosen whose visit it was and go on; whether the network takes the number shows minutes
later. What it does not take is an alarm and stops nothing: the next visit is matched as this one
was.

Source: facts/oqs.md §9 (1).
"""

from concurrent.futures import ThreadPoolExecutor

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

    def register(self, record: EligibilityRecord, number: str) -> None:
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
        self._pool.submit(self._register, number, numbers)

    def close(self) -> None:
        """Begin nothing more; what is under way ends with its network."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _register(self, number: str, numbers: InsuredNumbers) -> None:
        try:
            refusal = self._network.register(self._medical_institution_code, number, numbers)
        except Exception as error:  # noqa: BLE001 - nobody waits for it who could be told
            self._alarm(type(error).__name__)
            return
        if isinstance(refusal, NumbersRefused):
            self._alarm("refused by the network")

    def _alarm(self, why: str) -> None:
        self._journal.record(Event.ALARM, alarm=Alarm.NUMBER_NOT_REGISTERED, detail=why)
