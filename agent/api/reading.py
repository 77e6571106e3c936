"""What the API tells, read out of store and board. Used by the API's thread alone."""

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from importlib.metadata import version
from typing import Protocol

from cryptography import x509
from sqlalchemy import LargeBinary, bindparam, cast, func, select

from agent.api import models
from agent.api.patients import PatientsOfVisits, Revisits
from agent.board import Board, OpenAlarm, Place, PresentVisit
from agent.ceremonies import Kind
from agent.characters import Encoding, unwritable_texts
from agent.clock import Clock, day_in_japan, moment_of, rfc_3339
from agent.parcels import IS_PARKED, PARKED, still_to_deliver
from agent.qualification import EligibilityRecord, record_to_json
from agent.receptions import Receptions
from agent.relays._passed_on import believable_time, consents_passed_on, decisions_passed_on
from agent.relays.port import Reception
from agent.schema import DELIVERIES, POSTPONED, RESULTS, VISITS
from agent.store import Row, Store
from agent.visits import stored_options
from hostlink.errors import InvalidResultError
from hostlink.messages import DeviceHello, DeviceReport, LinkCounters, VisitRecord
from hostlink.signing import verify_result
from hostlink.terms import VisitOutcome

COLUMNS = (
    RESULTS.c.ueid,
    RESULTS.c.seq,
    RESULTS.c.arrival,
    # Whoever altered it may have left a text that no driver can read as one.
    cast(RESULTS.c.cose, LargeBinary),
    RESULTS.c.received_unix_ms,
    RESULTS.c.visit_id,
    RESULTS.c.nonce,
    RESULTS.c.outcome,
    RESULTS.c.counter,
)
AFTER = (
    select(*COLUMNS)
    .where(RESULTS.c.arrival > bindparam("after"))
    .order_by(RESULTS.c.arrival)
    .limit(bindparam("most"))
)
LAST = select(*COLUMNS).order_by(RESULTS.c.arrival.desc()).limit(bindparam("most"))
ONE = select(*COLUMNS).where(
    RESULTS.c.ueid == bindparam("of_ueid"), RESULTS.c.seq == bindparam("of_seq")
)
NEWEST_ARRIVAL = select(func.coalesce(func.max(RESULTS.c.arrival), 0))
HANDOVERS = select(DELIVERIES.c.relay, DELIVERIES.c.is_done, DELIVERIES.c.parked).where(
    DELIVERIES.c.ueid == bindparam("of_ueid"), DELIVERIES.c.seq == bindparam("of_seq")
)
OPTIONS = select(VISITS.c.options).where(VISITS.c.visit_id == bindparam("of_visit"))
COMPLETED = select(RESULTS.c.seq).where(
    RESULTS.c.visit_id == bindparam("of_visit"),
    RESULTS.c.outcome == int(VisitOutcome.COMPLETED),
)
IS_POSTPONED = select(POSTPONED.c.visit_id).where(POSTPONED.c.visit_id == bindparam("of_visit"))
MOST_ALARMS_SHOWN = 100
MOST_PARKED_SHOWN = 100
_NUMBERED = (
    PARKED.order_by(None)
    .add_columns(
        func.row_number()
        .over(partition_by=DELIVERIES.c.relay, order_by=RESULTS.c.arrival)
        .label("number")
    )
    .subquery()
)
OLDEST_PARKED = (
    select(_NUMBERED.c.ueid, _NUMBERED.c.seq, _NUMBERED.c.relay, _NUMBERED.c.parked)
    .where(_NUMBERED.c.number <= bindparam("most"))
    .order_by(_NUMBERED.c.number)
)
"""So many of each relay."""
PARKED_COUNTS = (
    select(DELIVERIES.c.relay, func.count()).where(IS_PARKED).group_by(DELIVERIES.c.relay)
)
POSTPONED_COUNT = select(func.count()).select_from(POSTPONED)
VERSION = version("uketsuke")


class ReaderView(Protocol):
    """One counter, as `agent.readers.ReaderLink`."""

    @property
    def ueid(self) -> bytes | None:
        """Of the reader that is paired there; None: none is."""
        ...

    @property
    def counters(self) -> LinkCounters:
        """What has happened on its cable."""
        ...


@dataclass(frozen=True, slots=True)
class ReaderViews:
    """How the API sees the readers beside the board; each may be asked from any thread."""

    readers: Mapping[str, ReaderView]
    """All counters of the configuration."""
    ceremony: Callable[[str], Kind | None]
    """What is being done with that counter's reader."""
    hello: Callable[[str], DeviceHello | None]
    """The last of that counter's reader."""
    report: Callable[[str], DeviceReport | None]


@dataclass(frozen=True, slots=True)
class ReadingTerms:
    """What is the same for every answer."""

    medical_institution_code: str
    """10 digits."""
    roots: tuple[x509.Certificate, ...]
    """Makers of readers."""
    relays: tuple[str, ...]
    """Their labels."""
    source: str
    """Name of the eligibility source."""
    can_look_up: bool
    """That can be asked by numbers."""


class Reading:
    """Documents of results and of the state."""

    def __init__(
        self,
        store: Store,
        board: Board,
        readers: ReaderViews,
        patients: PatientsOfVisits,
        terms: ReadingTerms,
        clock: Clock,
    ) -> None:
        self._store = store
        self._board = board
        self._readers = readers
        self._patients = patients
        self._revisits = Revisits(store)
        self._terms = terms
        self._clock = clock
        self._receptions = Receptions(store, terms.medical_institution_code, terms.roots)
        waiting = still_to_deliver(terms.relays).order_by(None).subquery("waiting")
        self._waiting = select(waiting.c.relay, func.count()).group_by(waiting.c.relay)

    @property
    def counters(self) -> frozenset[str]:
        """Of the configuration."""
        return frozenset(self._readers.readers)

    def is_somebody_at(self, counter: str) -> bool:
        """Whether a patient is at that reader now."""
        return self._board.places()[counter].visit is not None

    def results_after(self, arrival: int, most: int) -> list[models.Result]:
        """Those that arrived later, oldest first."""
        return self._results(self._store.rows(AFTER, {"after": arrival, "most": most}))

    def last_results(self, most: int) -> list[models.Result]:
        """The newest, oldest of them first."""
        return self._results(self._store.rows(LAST, {"most": most})[::-1])

    def result(self, ueid: bytes, seq: int) -> models.Result | None:
        """That one."""
        found = self._results(self._store.rows(ONE, {"of_ueid": ueid, "of_seq": seq}))
        return found[0] if found else None

    def newest_arrival(self) -> int:
        """Of all results; 0: there is none."""
        ((newest,),) = self._store.rows(NEWEST_ARRIVAL)
        return int(newest)

    def state(self, *, is_for_staff: bool) -> models.State:
        """How everything is now; names of patients only for staff."""
        places, alarms = self._board.places(), self._board.alarms()
        return models.State(
            at=rfc_3339(self._clock.now()),
            version=VERSION,
            readers=[
                self._reader(counter, place, is_for_staff=is_for_staff)
                for counter, place in places.items()
            ],
            relays=self.relays(),
            eligibility=self._eligibility(),
            alarms=[_alarm(each) for each in alarms[:MOST_ALARMS_SHOWN]],
            alarms_not_shown=max(0, len(alarms) - MOST_ALARMS_SHOWN),
            choices=self._board.choices(),
        )

    def _results(self, rows: list[Row]) -> list[models.Result]:
        self._revisits.look_again()
        return [self._result(row) for row in rows]

    def _result(self, row: Row) -> models.Result:
        ueid, seq, arrival, cose, received_ms, *noted, counter = row
        verified = self._verified(cose)
        record = verified or _noted(*noted)
        reception = self._receptions.find(ueid, seq) if verified else None
        return models.Result(
            id=f"{ueid.hex()}-{seq}",
            arrival=arrival,
            visit=record.visit_id.hex(),
            counter=self._counter_of(ueid) if counter is None else counter,
            outcome=_word(record.outcome),
            failure=_word_or_none(record.failure),
            card_kind=_word_or_none(record.card_kind),
            method=_word_or_none(record.method),
            emergency=_word_or_none(record.emergency),
            has_registered=record.has_registered,
            verified_at=_verified_at(record, reception),
            received_at=rfc_3339(moment_of(received_ms)),
            handovers=self._handovers(ueid, seq, record, reception),
            detail=self._detail(reception) if reception else None,
            why_no_detail=None if reception else self._why_no_detail(verified),
            signed_result=base64.b64encode(cose).decode(),
        )

    def _verified(self, cose: bytes) -> VisitRecord | None:
        """What was signed; None: it cannot be believed, whatever it was when it arrived."""
        try:
            return verify_result(cose, self._terms.roots).claims.record
        except InvalidResultError:
            return None

    def _counter_of(self, ueid: bytes) -> str:
        """Where that reader stands now."""
        readers = self._readers.readers.items()
        return next((counter for counter, reader in readers if reader.ueid == ueid), "")

    def _handovers(
        self, ueid: bytes, seq: int, record: VisitRecord, reception: Reception | None
    ) -> list[models.Handover]:
        if record.outcome is not VisitOutcome.COMPLETED:
            return []
        known = {
            relay: (is_done, parked)
            for relay, is_done, parked in self._store.rows(
                HANDOVERS, {"of_ueid": ueid, "of_seq": seq}
            )
        }
        # What is not kept any more waits for nobody: every relay of its time has it.
        labels = self._terms.relays if reception else tuple(known)
        return [_handover(label, *known.get(label, (0, None))) for label in labels]

    def _why_no_detail(self, record: VisitRecord | None) -> models.WhyNoDetail:
        if record is None:
            return "not_genuine"
        if record.outcome is not VisitOutcome.COMPLETED:
            return "not_completed"
        is_open = self._store.rows(IS_POSTPONED, {"of_visit": record.visit_id})
        return "looked_up_later" if is_open else "not_kept"

    def _detail(self, reception: Reception) -> models.VisitDetail:
        record = reception.record
        return models.VisitDetail(
            consents=[
                models.Consent(
                    item=_word(each.item),
                    answer=_word(each.answer),
                    at=rfc_3339(believable_time(each.at, reception)),
                )
                for each in consents_passed_on(reception).values()
            ],
            decisions=_words(decisions_passed_on(reception)),
            notices=_words(reception.visit.notices or ()),
            record=json.loads(record_to_json(record)) if record else None,
            answered_at=rfc_3339(reception.answered_at),
            certificate_ends=_day(reception.certificate_ends),
            unwritable=_unwritable(record) if record else [],
            earlier=self._revisits.before(reception),
            match=self._patients.match(reception),
        )

    def _reader(self, counter: str, place: Place, *, is_for_staff: bool) -> models.Reader:
        reader = self._readers.readers[counter]
        ueid, cable = reader.ueid, reader.counters
        hello, report = self._readers.hello(counter), self._readers.report(counter)
        is_its_own = hello is not None and hello.ueid == ueid
        visit = place.visit
        present = None
        if visit is not None:
            present = models.PresentVisit(
                visit=visit.visit_id.hex(),
                step=visit.step,
                since=_at(visit.opened_unix_ms),
                step_since=_at(visit.step_unix_ms),
                patient_name=self._name(visit) if is_for_staff else None,
            )
        return models.Reader(
            counter=counter,
            ueid=ueid.hex() if ueid is not None else None,
            ceremony=self._readers.ceremony(counter),
            is_linked=place.is_linked,
            since=_at(place.since_unix_ms),
            firmware=hello.firmware if hello is not None and is_its_own else None,
            interruptions=max(0, cable.sessions - place.is_linked),
            damaged=cable.bad_crc + cable.gaps,
            waiting=report.results.waiting if report else None,
            visit=present,
        )

    def _name(self, visit: PresentVisit) -> str | None:
        """Once the reader goes on with the answer, which may be about another (decision 0043)."""
        key = {"of_visit": visit.visit_id}
        if not (visit.is_accepted or self._store.rows(COMPLETED, key)):
            return None
        for (told,) in self._store.rows(OPTIONS, key):
            options = stored_options(told)
            return (options.patient_name or None) if options else None
        return None

    def relays(self) -> list[models.RelayState]:
        """How each relay is, and what waits for it or is parked."""
        waiting: dict[str, int] = {row[0]: row[1] for row in self._store.rows(self._waiting)}
        parked: dict[str, int] = {row[0]: row[1] for row in self._store.rows(PARKED_COUNTS)}
        shown: dict[str, list[models.ParkedResult]] = {}
        for ueid, seq, relay, why in self._store.rows(OLDEST_PARKED, {"most": MOST_PARKED_SHOWN}):
            of_relay = shown.setdefault(relay, [])
            of_relay.append(models.ParkedResult(result=f"{ueid.hex()}-{seq}", why=why))
        shut, open_ = self._board.shut_relays(), self._board.open_relays()
        return [
            models.RelayState(
                relay=label,
                is_known=label in shut | open_,
                is_available=label not in shut,
                waiting=waiting.get(label, 0),
                parked_count=parked.get(label, 0),
                parked=shown.get(label, []),
            )
            for label in dict.fromkeys((*self._terms.relays, *parked))
        ]

    def _eligibility(self) -> models.Eligibility:
        away = self._board.eligibility_away_since()
        ((postponed,),) = self._store.rows(POSTPONED_COUNT)
        return models.Eligibility(
            source=self._terms.source,
            is_known=self._board.is_eligibility_known(),
            away_since=None if away is None else _at(away),
            away_why=self._board.eligibility_away_why(),
            postponed=postponed,
            can_look_up=self._terms.can_look_up,
        )


def _alarm(alarm: OpenAlarm) -> models.OpenAlarm:
    return models.OpenAlarm(
        number=alarm.number,
        alarm=alarm.alarm.value,
        counter=alarm.counter,
        detail=alarm.detail,
        times=alarm.times,
        first_at=_at(alarm.first_unix_ms),
        last_at=_at(alarm.last_unix_ms),
        visit=alarm.visit.hex() if alarm.visit else None,
        seq=alarm.seq,
    )


def _noted(visit_id: bytes, nonce: bytes, outcome: int) -> VisitRecord:
    """What stands beside a signed result since it was verified at its arrival."""
    return VisitRecord(
        visit_id=visit_id,
        nonce=nonce,
        card_kind=None,
        outcome=_noted_outcome(outcome),
        failure=None,
        method=None,
        verified_at=None,
        has_registered=False,
        consents=(),
    )


def _noted_outcome(noted: int) -> VisitOutcome:
    try:
        return VisitOutcome(noted)
    except ValueError:  # whoever altered the result may have altered this, too
        return VisitOutcome.FAILED


def _handover(relay: str, is_done: int, parked: str | None) -> models.Handover:
    match bool(is_done), parked:
        case True, None:
            return models.Handover(relay=relay, state="handed_over", why=None)
        case True, _:
            return models.Handover(relay=relay, state="given_up", why=parked)
        case False, None:
            return models.Handover(relay=relay, state="waiting", why=None)
        case _:
            return models.Handover(relay=relay, state="parked", why=parked)


def _unwritable(record: EligibilityRecord) -> list[models.Unwritable]:
    return [
        models.Unwritable(
            field=each.field,
            characters=list(each.characters),
            code_points=list(each.code_points),
        )
        for each in unwritable_texts(record, Encoding.CP932)
    ]


def _verified_at(record: VisitRecord, reception: Reception | None) -> str | None:
    """As believable as the relays tell it; a time by the reader alone is not told."""
    if record.verified_at is None or reception is None:
        return None
    return rfc_3339(believable_time(record.verified_at, reception))


def _day(moment: datetime | None) -> str | None:
    return None if moment is None else f"{day_in_japan(moment):%Y%m%d}"


def _at(milliseconds: int) -> str:
    return rfc_3339(moment_of(milliseconds))


def _word(member: IntEnum) -> str:
    return member.name.lower()


def _word_or_none(member: IntEnum | None) -> str | None:
    return None if member is None else _word(member)


def _words(members: Iterable[IntEnum]) -> list[str]:
    return [_word(member) for member in members]
