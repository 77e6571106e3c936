"""Receptions that relays are tried with: two fictitious patients, and what a reader signed."""

from dataclasses import replace

from agent.qualification import EligibilityRecord
from agent.relays.port import Reception
from tests.agent.relays.test_oqs_file import HANAKO as HANAKO_RECORD
from tests.agent.relays.test_oqs_file import RECEPTION
from tests.agent.world import SigningReader

TARO = replace(RECEPTION, signed_result=SigningReader().sign(RECEPTION.visit).cose)
"""受付 太郎: of age, known to the clinic, three consents given and one refused."""
HANAKO = replace(
    TARO,
    seq=2,
    record=HANAKO_RECORD,
    signed_result=SigningReader(next_seq=2).sign(RECEPTION.visit).cose,
)
"""試験 花子: a dependant whom the clinic does not know."""
KEY = f"{TARO.ueid.hex()}-1"
"""What every receiver knows the result of 受付 太郎 by."""


def personal_words(record: EligibilityRecord) -> list[str]:
    """What may be in a document and nowhere else."""
    person = record.person
    words = (person.name, person.name_kana, person.birthdate, person.reference_number)
    return [word for word in words if word is not None]


def with_visit(reception: Reception, **changes: object) -> Reception:
    """The reception after a visit that went otherwise."""
    return replace(reception, visit=replace(reception.visit, **changes))  # type: ignore[arg-type]


def with_person(reception: Reception, **changes: object) -> Reception:
    """The reception of a person of whom something else is known."""
    person = replace(reception.known.person, **changes)  # type: ignore[arg-type]
    return replace(reception, record=replace(reception.known, person=person))
