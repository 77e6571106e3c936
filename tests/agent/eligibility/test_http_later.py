"""Whoever is looked up later is, also past a service that was given up for a while."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from agent.eligibility._asking import Asker, Times
from agent.eligibility._breaker import FAILED_VISITS, PAUSE_S
from agent.eligibility.http import PATH, HttpSource
from agent.eligibility.port import EligibilityQuery
from agent.errors import EligibilityUnreachableError
from tests.agent.test_postponed import LaterBench
from tests.agent.world import INSTITUTION, TODAY, card
from tests.hw_sim.eligibility_service import UKETSUKE_TARO, EligibilityService


def test_a_patient_who_came_while_nobody_was_asked(tmp_path: Path) -> None:
    bench, patient = LaterBench(tmp_path), card()
    with EligibilityService(default_person=UKETSUKE_TARO) as service:
        times = Times(connect_s=5, read_s=5, whole_s=5)
        tls = httpx.create_ssl_context()
        source = HttpSource(Asker(httpx.URL(service.url + PATH), tls, times), bench.clock)
        service.go_down()
        for number in range(FAILED_VISITS):
            other = EligibilityQuery(bytes([number] * 16), INSTITUTION, b"other", TODAY.date())
            with pytest.raises(EligibilityUnreachableError):
                source.ask(other)
        bench.complete(bench.postpone(patient))
        service.come_back()
        asked, bench.postponed = len(service.questions), bench.questions(source)
        assert not bench.postponed.ask_all()
        assert len(service.questions) == asked
        bench.clock.time += timedelta(seconds=PAUSE_S)
        assert bench.postponed.ask_all()
        assert "proof" not in service.questions[-1]
        source.close()
    assert bench.deliver() == 1
