"""The told receiver remembers what arrived, takes each document once, and can be out of order."""

from collections.abc import Iterator

import httpx
import pytest

from tests.hw_sim.webhook_receiver import WebhookReceiver


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as running:
        yield running


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=5) as kept:
        yield kept


def post(client: httpx.Client, receiver: WebhookReceiver, key: str = "1") -> httpx.Response:
    return client.post(receiver.url, content=b"document", headers={"Idempotency-Key": key})


def test_it_remembers_all_and_takes_each_once(
    receiver: WebhookReceiver, client: httpx.Client
) -> None:
    statuses = [post(client, receiver, key).status_code for key in "112"]
    assert statuses == [200, 200, 200]
    assert [each.body for each in receiver.posts] == [b"document"] * 3
    assert receiver.posts[0].path == "/visits"
    assert receiver.posts[0].headers["content-length"] == "8"
    assert receiver.taken == {"1": b"document", "2": b"document"}
    assert receiver.connections == 1


def test_it_goes_down_and_is_well_again(receiver: WebhookReceiver, client: httpx.Client) -> None:
    receiver.go_down()
    assert post(client, receiver).status_code == 503
    assert not receiver.taken
    receiver.be_well()
    assert post(client, receiver).status_code == 200


def test_it_answers_as_told(receiver: WebhookReceiver, client: httpx.Client) -> None:
    receiver.answer(409, {"X-Why": "told"})
    answer = post(client, receiver)
    assert (answer.status_code, answer.headers["X-Why"]) == (409, "told")
    receiver.answer_at_length(100_000)
    assert len(post(client, receiver).content) == 100_000
    assert receiver.answered_bytes == 100_000


def test_it_takes_its_time(receiver: WebhookReceiver, client: httpx.Client) -> None:
    receiver.be_slow(0.2)
    assert post(client, receiver).elapsed.total_seconds() >= 0.2


def test_it_drops_the_line_although_it_took_the_document(
    receiver: WebhookReceiver, client: httpx.Client
) -> None:
    receiver.drop_after_reading(1)
    with pytest.raises(httpx.RemoteProtocolError):
        post(client, receiver)
    assert receiver.taken == {"1": b"document"}
    assert post(client, receiver).status_code == 200


def test_it_talks_garbage(receiver: WebhookReceiver, client: httpx.Client) -> None:
    receiver.talk_garbage(b"\xff\xff\r\n\r\n")
    with pytest.raises(httpx.RemoteProtocolError):
        post(client, receiver)
