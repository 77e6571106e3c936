"""Papers are recorded once, strictly, and are gone after their time."""

from dataclasses import asdict, replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from agent.errors import MalformedEntryError
from agent.journal import Event
from agent.papers import Paper, PaperKind, Papers, TypedInsurance
from agent.store import Store
from tests.agent.world import TODAY, VISIT_ID, HeardJournal, SigningReader, receive_visit

KEEP = timedelta(hours=24)
TYPED = TypedInsurance(
    insurer_number="01130012",
    insured_card_symbol="１２－３４",
    insured_identification_number="５６７８",
    insured_branch_number="00",
    birthdate="19550601",
    name_kana="ウケツケ　タロウ",
    name="受付　太郎",
)
LONG_WORDS = [word for word in asdict(TYPED).values() if len(word) > 2]
PAPER = Paper(
    b"p" * 16, PaperKind.QUALIFICATION_CERTIFICATE, TODAY, counter="1番窓口", insurance=TYPED
)
BARE = Paper(b"q" * 16, PaperKind.QUALIFICATION_DECLARATION, TODAY)


class PaperBench:
    """A store with papers in it."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder / "agent.sqlite3")
        self.journal = HeardJournal()
        self.papers = Papers(self.store, {"1番窓口", "2番窓口"}, KEEP, self.journal)
        self._folder = folder

    def typed_on_disk(self) -> list[str]:
        content = b"".join(path.read_bytes() for path in self._folder.glob("agent.sqlite3*"))
        return [word for word in LONG_WORDS if word.encode() in content]


@pytest.fixture
def bench(tmp_path: Path) -> PaperBench:
    return PaperBench(tmp_path)


def test_papers_of_a_day_are_listed_oldest_first(bench: PaperBench) -> None:
    receive_visit(bench.store, SigningReader())
    later = replace(PAPER, paper_id=b"r" * 16, seen_at=TODAY + timedelta(minutes=1))
    for paper in (later, replace(PAPER, visit_id=VISIT_ID), BARE):
        assert bench.papers.record(paper)
    listed = bench.papers.of_day(date(2026, 11, 22))
    assert listed == [replace(PAPER, visit_id=VISIT_ID), BARE, later]


def test_a_day_is_one_of_japan(bench: PaperBench) -> None:
    """It is 09:01:02 there."""
    midnight = TODAY - timedelta(hours=9, minutes=1, seconds=2)
    bench.papers.record(replace(BARE, seen_at=midnight))
    bench.papers.record(replace(PAPER, seen_at=midnight - timedelta(milliseconds=1)))
    assert [each.paper_id for each in bench.papers.of_day(date(2026, 11, 22))] == [BARE.paper_id]
    assert [each.paper_id for each in bench.papers.of_day(date(2026, 11, 21))] == [PAPER.paper_id]


def test_the_same_sent_again_is_no_second_paper(bench: PaperBench) -> None:
    assert bench.papers.record(PAPER)
    assert not bench.papers.record(PAPER)
    assert bench.journal.events == [Event.PAPERS_SEEN]


@pytest.mark.parametrize("kind", PaperKind)
def test_the_journal_hears_the_kind_and_ids_only(bench: PaperBench, kind: PaperKind) -> None:
    receive_visit(bench.store, SigningReader())
    bench.papers.record(replace(PAPER, kind=kind, visit_id=VISIT_ID))
    (heard,) = bench.journal.heard
    assert heard.visit == VISIT_ID
    assert heard.detail == f"{kind.name.lower()}, paper {PAPER.paper_id.hex()}"


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("insurer_number", ["", "12345", "123456789", "０１１３００１２", "0113001a"]),
        ("insured_card_symbol", ["", " ", "1" * 21, "あ\n", "１２ "]),
        (
            "insured_identification_number",
            ["", "1" * 21, "\x00", "123456789012", "１２３４ ５６７８ ９０１２", "1234-5678-9012"],
        ),
        ("insured_branch_number", ["1", "001", "０１"]),
        ("birthdate", ["1955-06-01", "19550631", "1955", "19551301"]),
        ("name_kana", ["", "・", "ア" * 129]),
        ("name", ["", "　", "受" * 129, "受付\t太郎"]),
    ],
)
def test_what_was_mistyped_is_refused_by_the_name_of_its_field(
    bench: PaperBench, field: str, values: list[str]
) -> None:
    for value in values:
        paper = replace(PAPER, insurance=replace(TYPED, **{field: value}))
        with pytest.raises(MalformedEntryError) as refused:
            bench.papers.record(paper)
        assert refused.value.field == field
        assert value.strip() == "" or value not in str(refused.value)
    assert bench.papers.of_day(date(2026, 11, 22)) == []


@pytest.mark.parametrize(
    ("field", "paper"),
    [
        ("paper_id", replace(PAPER, paper_id=b"short")),
        ("counter", replace(PAPER, counter="来週また来る")),
        ("visit_id", replace(PAPER, visit_id=VISIT_ID)),
    ],
)
def test_what_is_not_known_here_is_refused(bench: PaperBench, field: str, paper: Paper) -> None:
    with pytest.raises(MalformedEntryError, match=field):
        bench.papers.record(paper)


def test_nothing_typed_shows_in_a_repr() -> None:
    assert not any(word in repr(PAPER) for word in LONG_WORDS)


def test_after_their_time_they_are_gone_from_the_disk(bench: PaperBench) -> None:
    bench.papers.record(PAPER)
    bench.papers.record(replace(BARE, seen_at=TODAY + timedelta(hours=1)))
    assert bench.papers.purge(TODAY + KEEP)
    assert bench.typed_on_disk(), "nothing is deleted before its time"
    assert bench.papers.purge(TODAY + KEEP + timedelta(minutes=1))
    assert bench.typed_on_disk() == []
    assert [each.paper_id for each in bench.papers.of_day(date(2026, 11, 22))] == [BARE.paper_id]


def test_without_secure_delete_they_would_stay(bench: PaperBench) -> None:
    """Negative control: the same search finds them."""
    bench.store.rows("PRAGMA secure_delete = OFF")
    bench.papers.record(PAPER)
    assert bench.papers.purge(TODAY + KEEP + timedelta(minutes=1))
    assert bench.typed_on_disk()


def test_beside_another_reader_the_purge_is_repeated_until_the_log_is_cut(
    bench: PaperBench, tmp_path: Path
) -> None:
    bench.papers.record(PAPER)
    other = Store(tmp_path / "agent.sqlite3")
    other.change("BEGIN")
    other.rows("SELECT paper_id FROM papers")
    assert not bench.papers.purge(TODAY + KEEP + timedelta(minutes=1))
    assert bench.papers.of_day(date(2026, 11, 22)) == []
    assert bench.typed_on_disk(), "negative control: a deletion alone leaves them in the log"
    other.change("COMMIT")
    assert bench.papers.purge(TODAY + KEEP + timedelta(minutes=1))
    assert bench.typed_on_disk() == []


def test_a_clock_that_was_ahead_keeps_nothing_for_longer(bench: PaperBench) -> None:
    bench.papers.record(replace(PAPER, seen_at=TODAY + timedelta(days=400)))
    assert bench.papers.purge(TODAY)
    assert bench.typed_on_disk() == []
