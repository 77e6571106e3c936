"""Who of the clinic's patients a visit is of, and whether they were here before: as documents."""

import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from functools import partial

from agent.api import models
from agent.api.asked_with_patience import AskedWithPatience
from agent.chosen_patients import ChosenPatients
from agent.clock import day_in_japan
from agent.errors import PatientsUnavailableError
from agent.matching import Contradiction, Match, NoMatch, OneMatch, SeveralMatches, match_patient
from agent.patients.port import Patient, PatientList
from agent.relays.port import Reception
from agent.revisits import RevisitsOfDay
from agent.store import Store

PATIENCE_S = 3.0
"""Longest wait for the list, which may lie on a share that is away."""
MOST_DAYS = 2
"""Remembered: around midnight results of two days are told."""


class PatientsOfVisits:
    """Suggestions; used by the API's thread alone.

    Args:
        patients: The clinic's list; None: there is none.
        chosen: What staff chose.
    """

    def __init__(self, patients: PatientList | None, chosen: ChosenPatients) -> None:
        self._patients = patients
        self._asked = AskedWithPatience(PATIENCE_S)
        if patients is not None:
            # A long list takes seconds to read: before the first patient comes.
            self._asked.begin(patients.state)
        self._chosen = chosen

    def match(self, reception: Reception) -> models.Match | None:
        """Who it may be; None: there is no list, or nothing to compare it with."""
        if self._patients is None or reception.record is None:
            return None
        found: Match | None = None
        with suppress(PatientsUnavailableError, TimeoutError):
            found = self._asked.ask(partial(match_patient, reception.record, self._patients))
        return _match_document(found, self._chosen.chosen_for(reception.visit.visit_id))


class Revisits:
    """Earlier visits of the same day."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._days: dict[date, RevisitsOfDay] = {}
        self._fresh: set[date] = set()
        """Days that were looked at since `look_again`."""

    def look_again(self) -> None:
        """From now on what has arrived meanwhile is told too."""
        self._fresh.clear()

    def before(self, reception: Reception) -> list[str]:
        """Results of the same card or person, before this visit."""
        day = day_in_japan(reception.received_at)
        if day not in self._days:
            newest = sorted(self._days)[-(MOST_DAYS - 1) :]
            self._days = {known: self._days[known] for known in newest}
            self._days[day] = RevisitsOfDay(self._store, day)
        visits = self._days[day]
        if day not in self._fresh:
            self._fresh.add(day)
            visits.look(time.monotonic())
        return [
            f"{ueid.hex()}-{seq}"
            for visit in visits.before(reception.visit.visit_id)
            for ueid, seq in visit.results
        ]


def _match_document(found: Match | None, chosen: str | None) -> models.Match:
    match found:
        case None:
            return models.Match(answer="unavailable", by=None, patients=[], named=[], chosen=chosen)
        case NoMatch():
            return models.Match(answer="none", by=None, patients=[], named=[], chosen=chosen)
        case OneMatch(patient, by):
            return models.Match(
                answer="one",
                by=by.name.lower(),
                patients=_documents([patient]),
                named=[],
                chosen=chosen,
            )
        case SeveralMatches(patients):
            return models.Match(
                answer="several", by=None, patients=_documents(patients), named=[], chosen=chosen
            )
        case Contradiction(named, fitting):
            return models.Match(
                answer="contradiction",
                by=None,
                patients=_documents(fitting),
                named=_documents(named),
                chosen=chosen,
            )


def _documents(patients: Iterable[Patient]) -> list[models.Patient]:
    return [
        models.Patient(
            number=each.number,
            kana=each.kana,
            birthdate=f"{each.birth_date:%Y%m%d}",
            name=each.name,
        )
        for each in patients
    ]
