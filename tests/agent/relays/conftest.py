"""A running receiver, and the relays that send to it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from agent.relays import fhir, http_post
from agent.relays.port import SendingRelay
from agent.tables import read_table
from tests.hw_sim.webhook_receiver import WebhookReceiver

TIMEOUT_S = 0.3
SECRET = bytes(range(32))
MakeRelay = Callable[..., SendingRelay]
"""Makes a relay of the settings that are named; its connection is closed after the test."""


@pytest.fixture(scope="session")
def running() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as receiver:
        yield receiver


@pytest.fixture
def receiver(running: WebhookReceiver) -> WebhookReceiver:
    running.be_well()
    running.posts.clear()
    running.taken.clear()
    return running


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_bytes(SECRET)
    return path


@pytest.fixture(params=[http_post, fhir], ids=["http_post", "fhir"])
def make(request: pytest.FixtureRequest, secret_file: Path) -> Iterator[MakeRelay]:
    """Either kind of relay."""
    module: ModuleType = request.param
    made: list[SendingRelay] = []

    def make_relay(url: str, **settings: object) -> SendingRelay:
        values: dict[str, object] = {"url": url, "timeout_s": TIMEOUT_S, **settings}
        if module is http_post:
            values["secret_file"] = str(secret_file)
        table = read_table(values, module.Settings, secret_file.parent, "test")
        relay: SendingRelay = module.create(table)
        made.append(relay)
        return relay

    yield make_relay
    for relay in made:
        relay.close()
