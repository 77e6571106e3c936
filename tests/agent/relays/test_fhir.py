"""The FHIR relay posts one transaction as a server wants it, with the token and nothing else."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.errors import ConfigError, RelayUnavailableError
from agent.relays.fhir import Settings, create
from agent.relays.port import Reception, SendingRelay
from tests.agent.relays.fhir_bundles import sound
from tests.agent.relays.samples import HANAKO, KEY, TARO
from tests.hw_sim.fhir_store import FhirStore
from tests.hw_sim.webhook_receiver import WebhookReceiver

TOKEN = "test-token.0123456789~+/=="


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text(f"{TOKEN}\n")
    return path


@pytest.fixture
def relay(receiver: WebhookReceiver, token_file: Path) -> Iterator[SendingRelay]:
    made = create(Settings(url=receiver.url, token_file=token_file, timeout_s=5))
    yield made
    made.close()


@pytest.mark.parametrize("reception", [TARO, HANAKO])
def test_the_server_gets_the_bundle(
    relay: SendingRelay, receiver: WebhookReceiver, reception: Reception
) -> None:
    assert relay.send(reception) == KEY.removesuffix("1") + str(reception.seq)
    (post,) = receiver.posts
    assert post.path == "/visits", "the base as it is in the configuration"
    assert json.loads(post.body) == sound(reception)


def test_the_headers_are_those_of_fhir(relay: SendingRelay, receiver: WebhookReceiver) -> None:
    relay.send(TARO)
    headers = receiver.posts[0].headers
    assert headers["content-type"] == "application/fhir+json"
    assert headers["accept"] == "application/fhir+json"
    assert headers["prefer"] == "return=minimal"
    assert headers["idempotency-key"] == f'"{KEY}"'
    assert headers["authorization"] == f"Bearer {TOKEN}"


def test_without_a_token_nobody_is_authorized(receiver: WebhookReceiver) -> None:
    relay = create(Settings(url=receiver.url))
    relay.send(TARO)
    relay.close()
    assert "authorization" not in receiver.posts[0].headers


def test_what_was_sent_twice_is_there_once(relay: SendingRelay, receiver: WebhookReceiver) -> None:
    """The line drops after each reading; the server took it every time."""
    receiver.drop_after_reading(2)
    with pytest.raises(RelayUnavailableError):
        relay.send(TARO)
    relay.send(TARO)
    store = FhirStore()
    for post in receiver.posts:
        store.take(json.loads(post.body))
    assert len(receiver.posts) == 3
    assert len(store.of_type("CoverageEligibilityResponse")) == 1
    assert len(store.resources) == 9


@pytest.mark.parametrize(
    "content", [None, "", "\n", "two tokens", "two\ntokens", "トークン", "Bearer x", "a\x00b"]
)
def test_a_file_that_holds_no_token(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "token"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"^\[\[relays\]\] token_file: .* must .*\.$") as caught:
        create(Settings(url="https://fhir.invalid", token_file=path))
    assert not content or not content.strip() or content.strip() not in str(caught.value)


def test_no_token_shows(relay: SendingRelay) -> None:
    assert TOKEN not in repr(relay)
    assert TOKEN not in repr(vars(relay)["_sender"])
