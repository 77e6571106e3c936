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

from sqlalchemy import and_, select

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


@dataclass(frozen=True, slots=True)
class CompletedVisit:
    """One visit of the day that went well."""

    visit_id: bytes
    certificate: bytes | None = field(repr=False)
    """SHA-256."""
    record: EligibilityRecord | None = field(repr=False)
    results: tuple[ResultKey, ...]


@dataclass(frozen=True, slots=True)
class EarlierVisit:
    """A visit of the same patient on the same day, before another one."""

    visit_id: bytes
    results: tuple[ResultKey, ...]
    same: SameBy


COMPLETED = (
    select(
        VISITS.c.visit_id,
        VISITS.c.certificate,
        VISITS.c.record,
        RESULTS.c.ueid,
        RESULTS.c.seq,
    )
    .join_from(
        VISITS,
        RESULTS,
        and_(RESULTS.c.visit_id == VISITS.c.visit_id, RESULTS.c.nonce == VISITS.c.nonce),
    )
    .where(RESULTS.c.outcome == int(VisitOutcome.COMPLETED))
    .order_by(VISITS.c.opened_unix_ms, VISITS.c.visit_id, RESULTS.c.ueid, RESULTS.c.seq)
)


def revisits_of_day(store: Store, day: date) -> dict[bytes, tuple[EarlierVisit, ...]]:
    """Each visit of a day whose patient was here before, with the earlier visits, oldest first.

    Args:
        store: Of this thread.
        day: In Japan. A visit counts to the day when its card was laid.
    """
    return find_revisits(completed_visits(store, day))


def completed_visits(store: Store, day: date) -> list[CompletedVisit]:
    """The visits that were completed and are still kept, in the order in which cards were laid."""
    day_ms = milliseconds_of(day)
    opened = VISITS.c.opened_unix_ms
    rows = store.rows(COMPLETED.where(opened >= day_ms.start, opened < day_ms.stop))
    return [
        CompletedVisit(
            visit_id,
            certificate,
            record_from_json(record) if record else None,
            tuple((ueid, seq) for *_, ueid, seq in results),
        )
        for (visit_id, certificate, record), results in groupby(rows, key=lambda row: row[:3])
    ]


def find_revisits(visits: Iterable[CompletedVisit]) -> dict[bytes, tuple[EarlierVisit, ...]]:
    """As `revisits_of_day`, of visits in the order in which cards were laid."""
    seen: defaultdict[Hashable, list[tuple[int, CompletedVisit]]] = defaultdict(list)
    found = {}
    for place, visit in enumerate(visits):
        same: dict[int, EarlierVisit] = {}
        for sign in _signs(visit):
            for earlier, other in seen[sign]:
                same.setdefault(earlier, EarlierVisit(other.visit_id, other.results, sign[0]))
            seen[sign].append((place, visit))
        if same:
            found[visit.visit_id] = tuple(same[earlier] for earlier in sorted(same))
    return found


def _signs(visit: CompletedVisit) -> list[tuple[SameBy, Hashable]]:
    """What another visit of this patient would share, the surest first."""
    signs: list[tuple[SameBy, Hashable]] = []
    if visit.certificate is not None:
        signs.append((SameBy.CARD, visit.certificate))
    # Without 番号 nobody is told from others.
    if visit.record is not None and visit.record.person.insured_identification_number:
        signs.append((SameBy.PERSON, _person(visit.record.person)))
    return signs


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
