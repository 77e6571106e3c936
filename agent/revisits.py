"""Whether somebody was here before on the same day: with the same card, or with another one.

Reception counts a patient once a day, and a visit that was done twice by mistake shows as two. What
is compared lies in the visits that the store still keeps; a result that was sent again is the same
visit and no second one. Nobody is refused for it: staff are told.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, auto
from itertools import groupby
from operator import itemgetter

from sqlalchemy import and_, bindparam, select

from agent.clock import milliseconds_of
from agent.kana import kana_key
from agent.qualification import EligibilityRecord, InsuredPerson, record_from_json
from agent.schema import RESULTS, VISITS
from agent.store import Store
from hostlink.terms import VisitOutcome

ResultKey = tuple[bytes, int]
"""Reader (UEID) and number."""


class SameBy(Enum):
    """What two visits have in common."""

    CARD = auto()
    """The certificate."""
    PERSON = auto()
    """Insurer, symbol, number, branch, birth date and kana: another card, or a phone."""


Signs = tuple[tuple[SameBy, Hashable], ...]
"""What another visit of this patient would share, the surest first."""


@dataclass(frozen=True, slots=True)
class CompletedVisit:
    """One visit of the day that went well."""

    visit_id: bytes
    signs: Signs = field(repr=False)
    results: tuple[ResultKey, ...]


@dataclass(frozen=True, slots=True)
class EarlierVisit:
    """A visit of the same patient on the same day, before another one."""

    visit_id: bytes
    results: tuple[ResultKey, ...]
    same: SameBy


COMPLETED = (
    select(VISITS.c.visit_id, RESULTS.c.ueid, RESULTS.c.seq)
    .join_from(
        VISITS,
        RESULTS,
        and_(RESULTS.c.visit_id == VISITS.c.visit_id, RESULTS.c.nonce == VISITS.c.nonce),
    )
    .where(RESULTS.c.outcome == int(VisitOutcome.COMPLETED))
    .order_by(VISITS.c.opened_unix_ms, VISITS.c.visit_id, RESULTS.c.ueid, RESULTS.c.seq)
)
WHO = select(VISITS.c.certificate, VISITS.c.record).where(
    VISITS.c.visit_id == bindparam("of_visit")
)


class RevisitsOfDay:
    """Each visit of a day whose patient was here before; each visit is looked into once.

    Args:
        store: Of this thread.
        day: In Japan. A visit counts to the day when its card was laid.
    """

    def __init__(self, store: Store, day: date) -> None:
        self._store = store
        self._day_ms = milliseconds_of(day)
        self._signs: dict[bytes, Signs] = {}

    def find(self) -> dict[bytes, tuple[EarlierVisit, ...]]:
        """Those there are now, with the earlier visits, oldest first; what is not kept any more is
        forgotten.
        """
        opened = VISITS.c.opened_unix_ms
        rows = self._store.rows(
            COMPLETED.where(opened >= self._day_ms.start, opened < self._day_ms.stop)
        )
        of_visits = {
            visit_id: tuple((ueid, seq) for _, ueid, seq in group)
            for visit_id, group in groupby(rows, key=itemgetter(0))
        }
        self._signs = {
            visit_id: self._signs.get(visit_id) or self._signs_of(visit_id)
            for visit_id in of_visits
        }
        return find_revisits(
            CompletedVisit(visit_id, self._signs[visit_id], results)
            for visit_id, results in of_visits.items()
        )

    def _signs_of(self, visit_id: bytes) -> Signs:
        for certificate, record in self._store.rows(WHO, {"of_visit": visit_id}):
            return signs_of(certificate, record_from_json(record) if record else None)
        return ()


def find_revisits(visits: Iterable[CompletedVisit]) -> dict[bytes, tuple[EarlierVisit, ...]]:
    """Each with the earlier visits of the same patient, of visits in the order of the cards."""
    seen: defaultdict[Hashable, list[tuple[int, CompletedVisit]]] = defaultdict(list)
    found = {}
    for place, visit in enumerate(visits):
        same: dict[int, EarlierVisit] = {}
        for sign in visit.signs:
            for earlier, other in seen[sign]:
                same.setdefault(earlier, EarlierVisit(other.visit_id, other.results, sign[0]))
            seen[sign].append((place, visit))
        if same:
            found[visit.visit_id] = tuple(same[earlier] for earlier in sorted(same))
    return found


def signs_of(certificate: bytes | None, record: EligibilityRecord | None) -> Signs:
    """Of a visit: SHA-256 of its certificate, and what the eligibility source said."""
    signs: list[tuple[SameBy, Hashable]] = []
    if certificate is not None:
        signs.append((SameBy.CARD, certificate))
    # Without 番号 nobody is told from others.
    if record is not None and record.person.insured_identification_number:
        signs.append((SameBy.PERSON, _person(record.person)))
    return tuple(signs)


def _person(person: InsuredPerson) -> tuple[str, ...]:
    return (
        person.insurer_number.strip().zfill(8),
        _plain(person.insured_card_symbol),
        _plain(person.insured_identification_number),
        # Twins share all but these two.
        _plain(person.insured_branch_number),
        kana_key(person.name_kana),
        person.birthdate,
    )


def _plain(text: str | None) -> str:
    return unicodedata.normalize("NFKC", text or "").strip()
