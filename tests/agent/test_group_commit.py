"""Nothing is said before it is on the disk, and a fault in one event takes no other along."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from agent.errors import StoreUnavailableError
from agent.group_commit import Act, GroupCommit
from agent.store import Store
from tests.agent.desk_bench import at_once

KEEP = "INSERT INTO conflicts VALUES (x'01', {}, x'02', 3)"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "agent.sqlite3")


class Bench:
    """Events that keep a number and say it; and what another connection saw when it was said."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.changes = GroupCommit(store)
        self.once_kept: Callable[[Act], None] = self.changes.once_kept
        self.event: Callable[[], AbstractContextManager[None]] = self.changes.event
        self.said: list[int] = []
        self.too_early: list[int] = []
        self._looking = store.another()

    def kept(self) -> list[int]:
        return [seq for (seq,) in self._looking.rows("SELECT seq FROM conflicts")]

    def work(self, *numbers: int) -> None:
        with self.changes.together():
            for number in numbers:
                with pytest.raises(ZeroDivisionError) if number < 0 else nullcontext():
                    self._keep_and_say(number)
        for act in self.changes.due():
            act()

    def _keep_and_say(self, number: int) -> None:
        with self.event():
            self.store.change(KEEP.format(number))
            self.once_kept(lambda: self._say(number))
            if number < 0:
                raise ZeroDivisionError

    def _say(self, number: int) -> None:
        self.said.append(number)
        if number not in self.kept():
            self.too_early.append(number)


@pytest.fixture
def bench(store: Store) -> Bench:
    return Bench(store)


def test_all_is_on_the_disk_before_anything_is_said(bench: Bench) -> None:
    bench.work(1, 2)
    bench.work(3)
    assert bench.said == [1, 2, 3]
    assert bench.too_early == []


def test_negative_control_what_is_said_at_once_is_said_too_early(bench: Bench) -> None:
    bench.once_kept = at_once
    bench.work(1, 2)
    assert bench.too_early == [1, 2]


def test_a_bad_event_takes_no_other_along(bench: Bench) -> None:
    bench.work(1, -2, 3)
    assert bench.kept() == [1, 3]
    assert bench.said == [1, 3]


def test_negative_control_without_a_part_of_its_own_half_an_event_stays(bench: Bench) -> None:
    bench.event = nullcontext
    bench.work(1, -2, 3)
    assert sorted(bench.kept()) == [-2, 1, 3]


def test_what_cannot_be_kept_is_never_said(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    run_all = Store._run_all

    def refuse(store: Store, statements: tuple[str, ...]) -> None:
        if "COMMIT" in statements:
            raise StoreUnavailableError("disk I/O error")
        run_all(store, statements)

    with monkeypatch.context() as patch:
        patch.setattr(Store, "_run_all", refuse)
        with pytest.raises(StoreUnavailableError):
            bench.work(1)
    assert bench.changes.due() == []
    assert bench.said == []
