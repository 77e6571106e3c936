"""Papers that staff saw in place of a card: that they were seen, and what was typed off them.

Closed fields only, so that nobody writes a note about a patient. What was typed names a person and
is deleted after the time that the clinic keeps visits for; that a paper of this kind was seen stays
in the journal.

Source: facts/oqs.md §3.3 (fields), §7.10 (papers); facts/security.md T13.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, timedelta
from enum import IntEnum, unique

from sqlalchemy import delete, or_, select

from agent.clock import milliseconds_of, moment_of, unix_ms
from agent.errors import MalformedEntryError
from agent.journal import Event, Journal
from agent.kana import kana_key
from agent.qualification import PATTERNS, UNWRITABLE
from agent.schema import PAPERS, RESULTS, VISITS
from agent.store import Store

ID_BYTES = 16


@unique
class PaperKind(IntEnum):
    """What was shown; the values are those of the store."""

    QUALIFICATION_CERTIFICATE = 1
    """資格確認書."""
    QUALIFICATION_NOTICE_AND_CARD = 2
    """資格情報のお知らせ, together with the card."""
    MYNA_PORTAL_SCREEN = 3
    """資格情報 on the screen of マイナポータル, or its PDF."""
    QUALIFICATION_DECLARATION = 4
    """被保険者資格申立書, which the patient fills in."""
    OTHER_INSURANCE_PAPER = 5


@dataclass(frozen=True, slots=True, repr=False)
class TypedInsurance:
    """What staff typed off a paper; never shows in a repr.

    The fields bear the names of `agent.qualification.InsuredPerson`.
    """

    insurer_number: str | None = None
    """6 to 8 digits."""
    insured_card_symbol: str | None = None
    """記号, up to 20 characters, as printed."""
    insured_identification_number: str | None = None
    """番号, up to 20 characters, as printed."""
    insured_branch_number: str | None = None
    """枝番, 2 digits."""
    birthdate: str | None = None
    """yyyyMMdd."""
    name_kana: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper that was seen."""

    paper_id: bytes
    """16 random bytes of whoever records it: the same sent again is no second paper."""
    kind: PaperKind
    seen_at: datetime
    counter: str | None = None
    visit_id: bytes | None = None
    """The visit at a reader that it belongs to, if there was one."""
    insurance: TypedInsurance = TypedInsurance()


COLUMNS = (
    PAPERS.c.paper_id,
    PAPERS.c.kind,
    PAPERS.c.seen_unix_ms,
    PAPERS.c.counter,
    PAPERS.c.visit_id,
    *(PAPERS.c[field.name] for field in fields(TypedInsurance)),
)
FORMS = {
    "insurer_number": PATTERNS["insurer_number"],
    "insured_card_symbol": re.compile(".{1,20}"),
    "insured_identification_number": re.compile(".{1,20}"),
    "insured_branch_number": PATTERNS["insured_branch_number"],
    "birthdate": PATTERNS["birthdate"],
    "name_kana": PATTERNS["name"],
    "name": PATTERNS["name"],
}
MY_NUMBER = re.compile(r"[0-9]{12}")
"""How マイナンバー looks, which is kept nowhere; no insurer's 番号 is known to be so long."""


class Papers:
    """All papers that are still kept, in the store; used by one thread.

    Args:
        store: Of this thread.
        counters: The clinic's counters; no other word is taken for one.
        keep: How long a paper is kept after it was seen.
        journal: Told that a paper was seen, never what stands on it.
    """

    def __init__(
        self, store: Store, counters: Collection[str], keep: timedelta, journal: Journal
    ) -> None:
        self._store = store
        self._counters = counters
        self._keep = keep
        self._journal = journal

    def record(self, paper: Paper) -> bool:
        """Keep a paper.

        Returns:
            False where it is kept already.

        Raises:
            MalformedEntryError: A field is not as agreed, or names a visit or counter that is not
                known here.
        """
        self._check(paper)
        row = {
            "paper_id": paper.paper_id,
            "kind": int(paper.kind),
            "seen_unix_ms": unix_ms(paper.seen_at),
            "counter": paper.counter,
            "visit_id": paper.visit_id,
            **asdict(paper.insurance),
        }
        insertion = self._store.insert(PAPERS)
        keep = insertion.on_conflict_do_nothing(index_elements=["paper_id"])
        if not self._store.change(keep, row):
            return False
        detail = f"{paper.kind.name.lower()}, paper {paper.paper_id.hex()}"
        self._journal.record(Event.PAPERS_SEEN, visit=paper.visit_id, detail=detail)
        return True

    def of_day(self, day: date) -> list[Paper]:
        """The papers seen that day in Japan, oldest first."""
        day_ms = milliseconds_of(day)
        seen = PAPERS.c.seen_unix_ms
        found = self._store.rows(
            select(*COLUMNS)
            .where(seen >= day_ms.start, seen < day_ms.stop)
            .order_by(seen, PAPERS.c.paper_id)
        )
        return [
            Paper(paper_id, PaperKind(kind), moment_of(at), counter, visit, TypedInsurance(*typed))
            for paper_id, kind, at, counter, visit, *typed in found
        ]

    def purge(self, now: datetime) -> bool:
        """Delete what was kept long enough, or seems to be seen later than can be.

        Returns:
            False when traces remain for now, because the database was being read.
        """
        seen = PAPERS.c.seen_unix_ms
        # A PC whose clock was ahead would keep it for as long again.
        is_over = or_(seen < unix_ms(now - self._keep), seen > unix_ms(now + self._keep))
        self._store.change(delete(PAPERS).where(is_over))
        return self._store.forget_purged()

    def _check(self, paper: Paper) -> None:
        _require(len(paper.paper_id) == ID_BYTES, "paper_id")
        _require(paper.counter is None or paper.counter in self._counters, "counter")
        _require(paper.visit_id is None or self._is_known(paper.visit_id), "visit_id")
        for name, value in asdict(paper.insurance).items():
            _require(value is None or _is_text(name, value), name)

    def _is_known(self, visit_id: bytes) -> bool:
        return any(
            self._store.rows(select(table.c.visit_id).where(table.c.visit_id == visit_id).limit(1))
            for table in (VISITS, RESULTS)
        )


def _require(is_right: bool, field: str) -> None:
    if not is_right:
        raise MalformedEntryError(field)


def _is_text(name: str, value: str) -> bool:
    digits = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", value))
    return (
        FORMS[name].fullmatch(value) is not None
        and not UNWRITABLE.search(value)
        and value == value.strip()
        and not MY_NUMBER.fullmatch(digits)
        and (name != "birthdate" or _is_day(value))
        and (name != "name_kana" or kana_key(value) != "")
    )


def _is_day(digits: str) -> bool:
    try:
        date.fromisoformat(digits)
    except ValueError:
        return False
    return True
