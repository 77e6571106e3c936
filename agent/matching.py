"""Who of the clinic's patients a result is about: a suggestion, never more than is certain.

照会番号 comes first: it is the clinic's own number, kept by the eligibility network. It is believed
where the birth date agrees and birth date with kana does not speak for others only. Who has none
is looked for by birth date and kana. What contradicts itself is an answer of its own, from which
nobody is chosen (decision 0036).

Source: facts/oqs.md §9 (1).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from agent.kana import kana_key
from agent.patients.port import Patient, PatientList, number_key
from agent.qualification import EligibilityRecord, InsuredPerson


class MatchedBy(Enum):
    """What makes a match one."""

    REFERENCE_NUMBER = auto()
    """照会番号, and the birth date agrees."""
    BIRTH_DATE_AND_KANA = auto()


@dataclass(frozen=True, slots=True)
class NoMatch:
    """The list knows nobody like that."""


@dataclass(frozen=True, slots=True)
class OneMatch:
    """Exactly one patient fits."""

    patient: Patient
    by: MatchedBy


@dataclass(frozen=True, slots=True)
class SeveralMatches:
    """Two or more fit: staff choose, nobody else."""

    patients: tuple[Patient, ...]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """照会番号 says something else than birth date and kana: staff look."""

    named: tuple[Patient, ...]
    """Who bears the number: somebody else as it seems, or nobody."""
    fitting: tuple[Patient, ...]
    """Who fits by birth date and kana."""


Match = NoMatch | OneMatch | SeveralMatches | Contradiction


def match_patient(record: EligibilityRecord, patients: PatientList) -> Match:
    """Look a person up in the clinic's list.

    Patients come in the order of their numbers, whatever the order of the list.

    Raises:
        PatientsUnavailableError: The list cannot be read now.
    """
    person = record.person
    born, kana = person.born, _kana_keys(person)
    fitting = _in_order(
        patient
        for patient in (patients.born_on(born) if born else ())
        if kana_key(patient.kana) in kana
    )
    number = number_key(person.reference_number or "")
    if not number:
        return _none_one_or_several(fitting, MatchedBy.BIRTH_DATE_AND_KANA)
    named = _in_order(patients.with_number(number))
    has_other_birth_date = any(patient.birth_date != born for patient in named)
    fits_only_others = fitting and not set(named) & set(fitting)
    if has_other_birth_date or fits_only_others:
        return Contradiction(named, fitting)
    return _none_one_or_several(named, MatchedBy.REFERENCE_NUMBER)


def _none_one_or_several(found: tuple[Patient, ...], by: MatchedBy) -> Match:
    match found:
        case ():
            return NoMatch()
        case (patient,):
            return OneMatch(patient, by)
        case _:
            return SeveralMatches(found)


def _in_order(patients: Iterable[Patient]) -> tuple[Patient, ...]:
    """An entry that is in the list twice is one patient."""
    return tuple(
        sorted(
            set(patients),
            key=lambda each: (each.number, each.birth_date, each.kana, each.name or ""),
        )
    )


def _kana_keys(person: InsuredPerson) -> set[str]:
    """Of the name and of 通称; one without letters fits nobody."""
    return {kana_key(name) for name in (person.name_kana, person.name_of_other_kana or "")} - {""}
