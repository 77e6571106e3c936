"""What the agent's benchmark measures is really served; no time is judged here."""

import re
from collections import Counter
from pathlib import Path

import pytest

from agent.config import read_config
from agent.store import Store
from benchmarks import agent_soak
from benchmarks.agent_bench import running
from benchmarks.agent_bound import bound_ms
from benchmarks.agent_place import AgentPlace, fill
from benchmarks.agent_readers import Burst, Pace
from benchmarks.agent_soak import is_told_once, soak


def test_every_result_is_acknowledged_and_becomes_a_file() -> None:
    with running(readers=2) as bench:
        burst = bench.serve(Burst(results=2))
        paced = bench.serve(Pace(seconds=0.4, every_s=0.2))
    assert len(burst.sent_s) == 4
    assert len(paced.sent_s) >= 2
    for figures in (burst, paced):
        assert (figures.kept_ms > 0).all()
        assert (figures.acknowledged_s >= figures.sent_s).all()


def test_a_soak_counts_what_the_follower_was_told(capsys: pytest.CaptureFixture[str]) -> None:
    with running(readers=2, has_api=True) as bench:
        assert soak(bench, minutes=2, of_seconds=0.4)
    said = capsys.readouterr().out
    visits, told, different = map(int, re.findall(r"(\d+) (?:visits|results|different)", said))
    assert visits == told == different >= 2


def test_a_soak_goes_on_over_kills(capsys: pytest.CaptureFixture[str]) -> None:
    with running(readers=2) as bench:
        assert soak(bench, minutes=1, of_seconds=6.0, has_kills=True)
    visits = re.search(r"(\d+) visits, each with its file", capsys.readouterr().out)
    assert visits is not None
    assert int(visits[1]) >= 2


def test_a_visit_with_two_files_is_found(tmp_path: Path) -> None:
    place = AgentPlace(tmp_path, 1, "http://127.0.0.1:1")
    for number in range(2):
        text = f"<ArbitraryFileIdentifier>{bytes(16).hex()}<"
        (place.reception / f"OQS{number}.xml").write_text(text)
    with pytest.raises(FileExistsError, match="two files"):
        place.take_files(2)


class ToldThese:
    """A follower that is told these, all at once."""

    def __init__(self, *results: str) -> None:
        self._results = list(results)

    def take(self) -> list[str]:
        taken, self._results = self._results, []
        return taken


@pytest.mark.parametrize(
    ("results", "is_whole"),
    [(["a", "b", "c"], True), (["a", "b"], False), (["a", "b", "c", "c"], False)],
    ids=["each once", "one lost", "one twice"],
)
def test_a_soak_finds_what_is_lost_or_told_twice(
    results: list[str], is_whole: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent_soak, "LAST_EVENTS_S", 0.2)
    monkeypatch.setattr(agent_soak, "TOLD_AGAIN_S", 0.0)
    assert is_told_once(ToldThese(*results), Counter(), visits=3) is is_whole


def test_the_store_is_filled_as_an_agent_would_have(tmp_path: Path) -> None:
    place = AgentPlace(tmp_path, 2, "http://127.0.0.1:1")
    config = read_config(tmp_path / "agent.toml")
    assert len(config.places) == 2
    fill(place.store, parked=2, delivered=3)
    store = Store(place.store)
    assert store.rows("SELECT count(*) FROM results") == [(5,)]
    assert store.rows("SELECT count(*) FROM visits") == [(2,)]


def test_the_bound_keeps_and_hands_over_each(tmp_path: Path) -> None:
    assert len(bound_ms(tmp_path, 3)) == 3
    assert len(list((tmp_path / "reception").glob("*.xml"))) == 3
