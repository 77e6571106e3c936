"""Each counter's cable has one user, and what one counter does is no matter of the others."""

import pytest

from agent.readers import ReaderLink, Readers
from hostlink.messages import ReportWanted
from tests.agent.fake_cable import FakeCounter, a_pairing

OLD, NEW = b"\x01", b"\x02"
HERE, THERE = "1番窓口", "2番窓口"


def serving(*, here: bytes | None, there: bytes = b"\x03") -> tuple[Readers, FakeCounter]:
    """Two counters that serve; the first one to look at."""
    first = FakeCounter(None if here is None else a_pairing(here, HERE))
    readers = Readers({HERE: first.link, THERE: FakeCounter(a_pairing(there, THERE)).link})
    readers.start()
    return readers, first


def test_a_ceremony_has_the_cable_alone_and_then_the_new_reader_is_served() -> None:
    readers, here = serving(here=OLD)
    with readers.cable_of(HERE):
        assert here.said == ["start 01", "close 01"]
        assert not readers[HERE].is_up
        assert not readers[HERE].send(ReportWanted())
        here.kept = a_pairing(NEW, HERE)
    assert here.said == ["start 01", "close 01", "start 02"]
    assert readers[HERE].ueid == NEW
    assert readers[HERE].send(ReportWanted())


def test_a_ceremony_that_fails_leaves_the_reader_as_it_was() -> None:
    readers, here = serving(here=OLD)
    with pytest.raises(ZeroDivisionError), readers.cable_of(HERE):
        raise ZeroDivisionError
    assert here.said == ["start 01", "close 01", "start 01"]
    assert readers[HERE].ueid == OLD


def test_a_counter_without_a_reader_is_there_and_gets_one() -> None:
    readers, here = serving(here=None)
    link = readers[HERE]
    assert (link.is_paired, link.ueid, link.is_up, link.counters.sessions) == (
        False,
        None,
        False,
        0,
    )
    assert here.said == []
    with readers.cable_of(HERE):
        here.kept = a_pairing(NEW, HERE)
    assert here.said == ["start 02"]


def test_an_ended_pairing_is_served_no_more() -> None:
    readers, here = serving(here=OLD)
    with readers.cable_of(HERE):
        here.kept = None
    assert here.said == ["start 01", "close 01"]
    assert not readers[HERE].is_paired


@pytest.mark.parametrize("fault", ["is_readable", "is_usable"])
def test_a_pairing_that_cannot_be_used_is_none(
    fault: str, capfd: pytest.CaptureFixture[str]
) -> None:
    readers, here = serving(here=OLD)
    with readers.cable_of(HERE):
        setattr(here, fault, False)
    assert not readers[HERE].is_paired
    assert "cannot be" in capfd.readouterr().err


def others_said(links: dict[str, ReaderLink], other: FakeCounter) -> list[str]:
    """What the other counter's cable sees of a ceremony here."""
    readers = Readers(links)
    readers.start()
    with readers.cable_of(HERE):
        pass
    return other.said


def test_the_other_counters_keep_their_link() -> None:
    here, there = FakeCounter(a_pairing(OLD, HERE)), FakeCounter(a_pairing(NEW, THERE))
    assert others_said({HERE: here.link, THERE: there.link}, there) == ["start 02"]


class RestartsAll(ReaderLink):
    """A design in which whoever follows begins anew."""

    def follow(self) -> None:
        with self.lent():
            pass


def test_negative_control_links_that_are_all_begun_anew() -> None:
    here, there = FakeCounter(a_pairing(OLD, HERE)), FakeCounter(a_pairing(NEW, THERE))
    bad = RestartsAll(there.kept, there.find, there.connect)
    assert others_said({HERE: here.link, THERE: bad}, there) != ["start 02"]


def test_a_reader_that_moved_is_served_at_one_counter() -> None:
    here, there = FakeCounter(None), FakeCounter(a_pairing(NEW, THERE))
    readers = Readers({HERE: here.link, THERE: there.link})
    readers.start()
    with readers.cable_of(HERE):
        here.kept, there.kept = a_pairing(NEW, HERE), None
    assert (here.said, there.said) == (["start 02"], ["start 02", "close 02"])
    assert not readers[THERE].is_paired


def test_others_whose_pairing_cannot_be_told_go_on() -> None:
    here, there = FakeCounter(None), FakeCounter(a_pairing(NEW, THERE))
    there.is_readable = False
    assert others_said({HERE: here.link, THERE: there.link}, there) == ["start 02"]


def test_nothing_begins_after_the_end() -> None:
    readers, here = serving(here=OLD)
    with readers.cable_of(HERE):
        readers.close()
    assert here.said == ["start 01", "close 01"]
