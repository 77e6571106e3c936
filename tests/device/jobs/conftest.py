from collections.abc import Iterator

import pytest

from device.reader.record_anchors import RecordAnchors
from tests.device.jobs.card_bench import Bench, Front, Lay
from tests.device.reader.visit_steps import PHOTO
from tests.hw_sim.card import catalog
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.profile import CardProfile


@pytest.fixture
def lay(issuer: Issuer) -> Iterator[Lay]:
    benches: list[Bench] = []
    anchors = RecordAnchors([issuer.record_ca])

    def make(profile: CardProfile, front: Front | None = None) -> Bench:
        card = issuer.issue(profile, PHOTO)
        benches.append(Bench(card, front=front or Front(), anchors=anchors))
        return benches[-1]

    yield make
    for bench in benches:
        bench.jobs.stop()


@pytest.fixture
def bench(lay: Lay) -> Bench:
    return lay(catalog.MY_NUMBER)
