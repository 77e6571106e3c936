"""Whether somebody was here before on the same day: with the same card, or with another one.

Reception counts a patient once a day, and a visit that was done twice by mistake shows as two. What
is compared lies in the visits that the store still keeps; a result that was sent again is the same
visit and no second one. Nobody is refused for it: staff are told.
"""

import math
import unicodedata
from bisect import bisect_left, insort
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, auto
from hashlib import sha256

from sqlalchemy import and_, bindparam, func, select

from agent.clock import milliseconds_of
from agent.kana import kana_key
from agent.qualification import EligibilityRecord, InsuredPerson, record_from_json
from agent.schema import IS_OF_ITS_READER, RESULTS, VISITS
from agent.store import Store
from hostlink.terms import VisitOutcome

FORGET_EVERY_S = 60.0
MOST_EARLIER = 20
"""Nobody comes more often; a card with which a reader is tried may be laid hundreds of times."""
ResultKey = tuple[bytes, int]
"""Reader (UEID) and number."""
Place = tuple[int, bytes]
"""When a visit's card was laid, milliseconds since 1970, and its id: the order of visits."""


class SameBy(Enum):
    """What two visits have in common."""

    CARD = auto()
    """The certificate."""
    PERSON = auto()
    """Insurer, symbol, number, branch, birth date and kana: another card, or a phone."""


Signs = tuple[tuple[SameBy, bytes], ...]
"""What another visit of this patient would share, as SHA-256, the surest first."""


@dataclass(frozen=True, slots=True)
class EarlierVisit:
    """A visit of the same patient on the same day, before another one."""

    visit_id: bytes
    results: tuple[ResultKey, ...]
    same: SameBy


@dataclass(slots=True)
class _CompletedVisit:
    """One visit of the day that went well."""

    place: Place
    signs: Signs = field(repr=False)
    results: set[ResultKey]


NEWEST_ARRIVAL = select(func.coalesce(func.max(RESULTS.c.arrival), 0))
IS_OF_DAY = and_(
    VISITS.c.opened_unix_ms >= bindparam("start_ms"),
    VISITS.c.opened_unix_ms < bindparam("stop_ms"),
)
OPENED = select(VISITS.c.visit_id).where(IS_OF_DAY)
COMPLETED = (
    select(
        VISITS.c.opened_unix_ms,
        VISITS.c.visit_id,
        VISITS.c.certificate,
        VISITS.c.record,
        RESULTS.c.ueid,
        RESULTS.c.seq,
    )
    .join_from(
        RESULTS,
        VISITS,
        and_(IS_OF_ITS_READER, RESULTS.c.nonce == VISITS.c.nonce),
    )
    .where(RESULTS.c.outcome == int(VisitOutcome.COMPLETED), IS_OF_DAY)
)
ALL = COMPLETED.where(RESULTS.c.visit_id.in_(OPENED))
"""Said twice, so that a database begins with the visits, which are few, and not with all results
that ever arrived."""
SINCE = COMPLETED.where(RESULTS.c.arrival > bindparam("after"))


class RevisitsOfDay:
    """The visits of a day, for whoever wants to know whether a patient was here before.

    Args:
        store: Of this thread.
        day: In Japan. A visit counts to the day when its card was laid.
    """

    def __init__(self, store: Store, day: date) -> None:
        self._store = store
        day_ms = milliseconds_of(day)
        self._day_ms = {"start_ms": day_ms.start, "stop_ms": day_ms.stop}
        self._visits: dict[bytes, _CompletedVisit] = {}
        self._places: defaultdict[bytes, list[Place]] = defaultdict(list)
        """Of the visits with this sign, in order."""
        self._newest_arrival: int | None = None
        """When it was looked at last; None: it was not yet."""
        self._forgot_s = -math.inf

    def look(self, now_s: float) -> None:
        """Take in what has arrived since; what is not kept any more is forgotten now and then.

        A visit whose patient was looked up later than its result arrived is known by its card.

        Args:
            now_s: On the monotonic clock.
        """
        ((newest,),) = self._store.rows(NEWEST_ARRIVAL)
        if self._newest_arrival is None:
            rows = self._store.rows(ALL, self._day_ms)
        else:
            rows = self._store.rows(SINCE, {"after": self._newest_arrival, **self._day_ms})
        # What arrives between the two is seen again, and counts once.
        self._newest_arrival = newest
        for opened_ms, visit_id, certificate, record, *key in rows:
            if visit_id not in self._visits:
                signs = signs_of(certificate, record_from_json(record) if record else None)
                self._add(_CompletedVisit((opened_ms, visit_id), signs, set()))
            self._visits[visit_id].results.add(tuple(key))
        if now_s - self._forgot_s >= FORGET_EVERY_S:
            self._forgot_s = now_s
            self._forget()

    def before(self, visit_id: bytes) -> tuple[EarlierVisit, ...]:
        """Visits of the same patient before that one, oldest first; of very many the newest."""
        this = self._visits.get(visit_id)
        if this is None:
            return ()
        same: dict[Place, EarlierVisit] = {}
        for by, sign in this.signs:
            places = self._places[sign]
            here = bisect_left(places, this.place)
            for place in places[max(0, here - MOST_EARLIER) : here]:
                results = tuple(sorted(self._visits[place[1]].results))
                same.setdefault(place, EarlierVisit(place[1], results, by))
        return tuple(same[place] for place in sorted(same)[-MOST_EARLIER:])

    def _add(self, visit: _CompletedVisit) -> None:
        self._visits[visit.place[1]] = visit
        for _, sign in visit.signs:
            insort(self._places[sign], visit.place)

    def _forget(self) -> None:
        kept = {visit_id for (visit_id,) in self._store.rows(OPENED, self._day_ms)}
        for visit_id in self._visits.keys() - kept:
            visit = self._visits.pop(visit_id)
            for _, sign in visit.signs:
                self._places[sign].remove(visit.place)
                if not self._places[sign]:
                    del self._places[sign]


def signs_of(certificate: bytes | None, record: EligibilityRecord | None) -> Signs:
    """Of a visit: of its certificate, and of what the eligibility source said.

    Args:
        certificate: Its SHA-256.
        record: As it is kept with the visit.
    """
    signs = []
    if certificate is not None:
        signs.append((SameBy.CARD, certificate))
    # Without 番号 nobody is told from others.
    if record is not None and record.person.insured_identification_number:
        signs.append((SameBy.PERSON, _person(record.person)))
    return tuple(signs)


def _person(person: InsuredPerson) -> bytes:
    parts = (
        person.insurer_number.strip().zfill(8),
        _plain(person.insured_card_symbol),
        _plain(person.insured_identification_number),
        # Twins share all but these two.
        _plain(person.insured_branch_number),
        kana_key(person.name_kana),
        person.birthdate,
    )
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()


def _plain(text: str | None) -> str:
    return unicodedata.normalize("NFKC", text or "").strip()
