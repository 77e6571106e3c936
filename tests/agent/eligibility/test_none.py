"""Where nobody is asked for eligibility, identity and consents are all there is."""

from pathlib import Path

import pytest

from agent.assembly import assemble
from agent.config import read_config
from agent.eligibility.none import Settings, create
from agent.eligibility.port import EligibilityAnswer, EligibilityQuery
from agent.errors import ConfigError
from hostlink.messages import VisitOptions
from hostlink.terms import ConsentItem
from tests.agent.delivery_bench import Bench
from tests.agent.desk_bench import DeskBench
from tests.agent.running_agent import RunningAgent
from tests.agent.test_delivery import deliver_all
from tests.agent.test_delivery_sent import Receiver
from tests.agent.world import INSTITUTION, TODAY, VISIT_ID, SigningReader, card, completed
from tests.hw_sim.eligibility_service import EligibilityService


def answer(settings: Settings) -> EligibilityAnswer:
    query = EligibilityQuery(VISIT_ID, INSTITUTION, b"certificate of a card", TODAY.date())
    found = create(settings).ask(query)
    assert isinstance(found, EligibilityAnswer)
    return found


@pytest.mark.parametrize(
    ("settings", "consents"),
    [(Settings(), tuple(ConsentItem)), (Settings(asks_consents=False), ())],
)
def test_everybody_is_asked_alike(settings: Settings, consents: tuple[ConsentItem, ...]) -> None:
    found = answer(settings)
    assert (found.record, found.is_registered, found.consents) == (None, True, consents)


def test_a_visit_without_a_name_is_delivered(tmp_path: Path) -> None:
    desk = DeskBench(tmp_path / "agent.sqlite3")
    challenge = desk.open_visit()
    desk.desk.identity_proven(card().prove(challenge))
    desk.desk.eligibility_answered(desk.asked[-1], answer(Settings()))
    assert desk.said[-1] == VisitOptions(VISIT_ID, "", True, tuple(ConsentItem), ())
    desk.desk.result_arrived(SigningReader().sign(completed(challenge.nonce)))
    receiver = Receiver()
    bench = Bench(tmp_path)
    assert deliver_all(bench.delivery(web=receiver))
    (reception,) = receiver.receptions
    assert reception.record is None
    assert reception.offered == tuple(ConsentItem)
    assert bench.store.rows("SELECT * FROM visits") == []


@pytest.mark.parametrize("source", ['"none"', '"oqs_folder"\nfolder = "OQS"'])
def test_a_relay_that_needs_a_record_is_refused_at_the_start(tmp_path: Path, source: str) -> None:
    with EligibilityService() as service:
        RunningAgent(tmp_path, service)
    path = tmp_path / "agent.toml"
    text = path.read_text()
    before, after = text.split("[eligibility]")[0], text[text.index("[[relays]]") :]
    path.write_text(f"{before}[eligibility]\nsource = {source}\n\n{after}")
    config = read_config(path)
    with (
        pytest.raises(ConfigError, match=r"oqs_folder: it hands over.*knows nobody.*http_post"),
        assemble(config, tmp_path),
    ):
        pass
