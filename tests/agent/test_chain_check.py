"""Whoever changes a line of the journal is found out, or must write all that follows anew; and then
a head that was kept elsewhere tells.
"""

import json
from collections.abc import Callable, Sequence
from hashlib import sha256

import pytest

from agent.chain_check import MOST_FAULTS, Checked, check_chain
from agent.chained_log import NO_HASH, Head

Lines = list[bytes]
LINES = 12


def chain(*events: str, first: int = 1, before: str = NO_HASH) -> Lines:
    made = []
    for number, event in enumerate(events, first):
        line = {"number": number, "event": event, "unix_ms": number, "detail": "7"}
        made.append(json.dumps({**line, "before": before}).encode())
        before = sha256(made[-1]).hexdigest()
    return made


GOOD = chain(*["started"] * LINES)


def head_at(number: int, lines: Sequence[bytes] = GOOD) -> Head:
    return Head(number, sha256(lines[number - 1]).hexdigest())


def check(lines: Lines, kept: Head | None = None) -> Checked:
    """As files of four lines each."""
    files = [lines[place : place + 4] for place in range(0, len(lines), 4)]
    contents = [b"".join(line + b"\n" for line in file) for file in files]
    return check_chain(((f"day {day}", content) for day, content in enumerate(contents)), kept)


def edited(line: bytes) -> bytes:
    return line.replace(b"started", b"stopped")


def rehashed(lines: Lines, changed: int) -> Lines:
    """Line `changed` says something else, and all lines behind it fit to it."""
    events = ["stopped" if number == changed else "started" for number in range(1, LINES + 1)]
    assert lines[: changed - 1] == chain(*events)[: changed - 1]
    return chain(*events)


CHANGES: dict[str, tuple[Callable[[Lines], Lines], str]] = {
    "edited": (lambda all_: [*all_[:4], edited(all_[4]), *all_[5:]], "number 5 was altered, as"),
    "removed": (lambda all_: [*all_[:4], *all_[5:]], "number 5 is missing"),
    "two removed": (lambda all_: [*all_[:4], *all_[6:]], "numbers 5 to 6 are missing"),
    "a day removed": (lambda all_: [*all_[:4], *all_[8:]], "numbers 5 to 8 are missing"),
    "the first day removed": (lambda all_: all_[4:], "all lines before number 5 are missing"),
    "swapped": (lambda all_: [*all_[:4], all_[5], all_[4], *all_[6:]], "5 stands after 6: moved"),
    "repeated": (lambda all_: [*all_[:5], *all_[4:]], "number 5 stands after 5"),
    "inserted": (
        lambda all_: [*all_[:4], *chain("x", first=5, before=head_at(4).digest), *all_[4:]],
        "number 5 was altered, as",
    ),
    "inserted without a number": (
        lambda all_: [*all_[:4], b'{"unix_ms":1,"event":"started"}', *all_[4:]],
        "it bears no number",
    ),
    "no line": (lambda all_: [*all_[:4], b"\0\0", *all_[5:]], "this is no line of the journal"),
    "the first one's link": (
        lambda all_: [all_[0].replace(b'"0000', b'"0001'), *all_[1:]],
        "names a line before it",
    ),
    "all removed": (lambda _: [], "there is no journal"),
}


def test_a_chain_as_it_was_written() -> None:
    checked = check(GOOD)
    assert (checked.faults, checked.remarks) == ([], [])
    assert checked.head == head_at(LINES)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_told_in_a_sentence(change: str) -> None:
    do, sentence = CHANGES[change]
    checked = check(do(list(GOOD)))
    assert any(sentence in fault for fault in checked.faults), checked.faults
    assert len(checked.faults) <= 2


def test_numbers_alone_would_not_tell_an_edit() -> None:
    """Negative control."""
    lines = CHANGES["edited"][0](list(GOOD))
    assert [json.loads(line)["number"] for line in lines] == list(range(1, LINES + 1))
    assert check(lines).faults


@pytest.mark.parametrize("cut", [1, 5])
def test_a_tail_that_is_cut_off_shows_only_against_a_kept_head(cut: int) -> None:
    short = GOOD[:-cut]
    assert check(short).faults == []
    (fault,) = check(short, head_at(LINES)).faults
    assert f"number {LINES}, whose head you kept, is cut off" in fault
    assert check(short, head_at(LINES - cut)).faults == []


def test_a_tail_that_was_written_anew_shows_only_against_a_kept_head() -> None:
    forged = rehashed(GOOD, 5)
    assert check(forged).faults == []
    for kept in (5, 8, LINES):
        (fault,) = check(forged, head_at(kept)).faults
        assert f"number {kept} is not the line whose head you kept" in fault
    assert check(forged, head_at(4)).faults == [], "before the change"


def test_a_kept_head_may_be_shortened_and_is_found_again() -> None:
    kept = Head(7, head_at(7).digest[:16])
    (remark,) = check(GOOD, kept).remarks
    assert "nothing up to it was altered" in remark
    damaged = [edited(GOOD[0]), *GOOD[1:]]
    assert "nothing up to it" not in "".join(check(damaged, kept).remarks)


def test_a_start_whose_time_was_over_is_explained() -> None:
    lines = chain(*["started"] * 9, "journal_cut")
    assert check(lines[6:]).faults == [], "the line says: before 7"
    assert check(lines[3:]).faults == [], "the deletion was interrupted"
    assert check(lines[7:]).faults, "one more than its time"
    assert check(lines[6:], head_at(6, lines)).faults == [], "the last one deleted"
    assert "keep a newer head" in "".join(check(lines[6:], head_at(3, lines)).remarks)


def test_after_a_restoration_a_newer_head_is_explained() -> None:
    restored = [*GOOD[:6], *chain("restored", "started", first=7, before=head_at(6).digest)]
    assert check(restored).faults == []
    for kept in (7, 10):
        (fault,) = check(restored, head_at(kept)).faults
        assert "after the backup that was restored at number 7" in fault
    assert check(restored, head_at(6)).faults == []


def test_a_torn_end_is_no_tampering_but_one_in_the_middle_is() -> None:
    whole = b"".join(line + b"\n" for line in GOOD)
    checked = check_chain([("today", whole[:-9])])
    assert checked.faults == []
    assert "ends with a torn line" in checked.remarks[0]
    rest = b"".join(line + b"\n" for line in chain("x", first=13, before=head_at(12).digest))
    assert check_chain([("day", whole[:-9]), ("today", rest)]).faults


def test_many_faults_are_counted() -> None:
    lines = [edited(line) for line in chain(*["started"] * 60)]
    faults = check(lines).faults
    assert len(faults) == MOST_FAULTS + 1
    assert faults[-1] == "and 39 more of this kind"
