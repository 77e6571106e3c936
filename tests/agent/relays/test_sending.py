"""Both relays that send: what each answer means, repetition, TLS, and what is told of an error."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import httpx
import pytest

from agent.errors import ConfigError, RelayRefusedError, RelayUnavailableError
from agent.relays import _sending, fhir, http_post
from agent.relays.port import SendingRelay
from tests.agent.relays.conftest import TIMEOUT_S, MakeRelay
from tests.agent.relays.samples import HANAKO, KEY, TARO, personal_words
from tests.hw_sim.webhook_receiver import WebhookReceiver

QUOTED_KEY = f'"{KEY}"'
IS_OURS = {"Idempotency-Key": QUOTED_KEY}
NOT_OURS = {"Idempotency-Key": QUOTED_KEY.replace("-1", "-2")}
ELSEWHERE = {"Location": "/elsewhere"}


@pytest.fixture
def relay(make: MakeRelay, receiver: WebhookReceiver) -> SendingRelay:
    return make(receiver.url)


def test_it_is_a_relay_that_sends(relay: SendingRelay) -> None:
    assert isinstance(relay, SendingRelay)


@pytest.mark.parametrize(
    ("status", "headers"), [(200, {}), (201, {}), (202, {}), (204, {}), (409, IS_OURS)]
)
def test_taken(
    relay: SendingRelay, receiver: WebhookReceiver, status: int, headers: Mapping[str, str]
) -> None:
    receiver.answer(status, headers)
    assert relay.send(TARO) == KEY
    assert [post.headers["idempotency-key"] for post in receiver.posts] == [QUOTED_KEY]


SHUT = [301, 302, 303, 307, 308, 401, 403, 404, 405, 407]
"""Of the address or the secret, not of this one result."""


@pytest.mark.parametrize("status", [*SHUT, 408, 425, 429, 500, 502, 503, 504, 599])
def test_not_now(relay: SendingRelay, receiver: WebhookReceiver, status: int) -> None:
    receiver.answer(status, ELSEWHERE)
    with pytest.raises(RelayUnavailableError) as unavailable:
        relay.send(TARO)
    assert unavailable.value.cause == f"HTTP {status}"
    assert [post.path for post in receiver.posts] == ["/visits"], "nothing is followed"
    receiver.be_well()
    assert relay.send(TARO) == KEY


@pytest.mark.parametrize("headers", [{}, NOT_OURS])
def test_a_first_attempt_that_is_still_worked_on_is_not_taken(
    relay: SendingRelay, receiver: WebhookReceiver, headers: Mapping[str, str]
) -> None:
    """The draft's 409: that attempt may yet fail, so nothing is taken for delivered."""
    receiver.answer(409, headers)
    with pytest.raises(RelayUnavailableError, match="HTTP 409"):
        relay.send(TARO)


@pytest.mark.parametrize("status", [400, 410, 412, 413, 422, 451])
def test_refused(relay: SendingRelay, receiver: WebhookReceiver, status: int) -> None:
    receiver.answer(status, {**ELSEWHERE, **IS_OURS})
    with pytest.raises(RelayRefusedError) as refused:
        relay.send(TARO)
    assert refused.value.cause == f"HTTP {status}"
    assert [post.path for post in receiver.posts] == ["/visits"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff" * 100,
        b"HTTP/1.1 two hundred\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 200_000,
    ],
)
def test_no_answer_that_can_be_understood(
    relay: SendingRelay, receiver: WebhookReceiver, raw: bytes
) -> None:
    receiver.talk_garbage(raw)
    with pytest.raises(RelayUnavailableError):
        relay.send(TARO)


@pytest.mark.parametrize(
    "rest", [b"Content-Length: 9\r\n\r\nshort", b"Transfer-Encoding: chunked\r\n\r\nz\r\n"]
)
def test_a_decision_counts_although_its_explanation_breaks_off(
    relay: SendingRelay, receiver: WebhookReceiver, rest: bytes
) -> None:
    receiver.talk_garbage(b"HTTP/1.1 200 OK\r\n" + rest)
    assert relay.send(TARO) == KEY
    receiver.talk_garbage(b"HTTP/1.1 422 No\r\n" + rest)
    with pytest.raises(RelayRefusedError):
        relay.send(TARO)


def test_too_slow(relay: SendingRelay, receiver: WebhookReceiver) -> None:
    receiver.be_slow(5)
    started = time.monotonic()
    with pytest.raises(RelayUnavailableError, match="ReadTimeout"):
        relay.send(TARO)
    assert time.monotonic() - started < 10 * TIMEOUT_S


@pytest.mark.parametrize(
    ("url", "cause"),
    [("http://127.0.0.1:9", "ECONNREFUSED"), ("https://127.0.0.1:9", "ECONNREFUSED")],
)
def test_nobody_listens(make: MakeRelay, url: str, cause: str) -> None:
    with pytest.raises(RelayUnavailableError) as unavailable:
        make(url).send(TARO)
    assert unavailable.value.cause == cause


def test_a_long_answer_is_not_read_to_its_end(make: MakeRelay) -> None:
    length_bytes = 64 * 1024 * 1024
    with WebhookReceiver() as talkative:
        talkative.answer_at_length(length_bytes)
        assert make(talkative.url, timeout_s=5).send(TARO) == KEY
        assert talkative.answered_bytes < length_bytes / 2


@pytest.mark.parametrize(("part_bytes", "most_parts"), [(1, 16), (1_000, 5), (5_000, 1)])
def test_an_answer_that_never_ends_is_cut_off(part_bytes: int, most_parts: int) -> None:
    """By its length, and by its parts, of which each may take as long as the time-out."""
    read: list[int] = []

    def parts() -> Iterator[bytes]:
        while len(read) < 1_000:
            read.append(part_bytes)
            yield bytes(part_bytes)

    _sending._read_to_the_end(httpx.Response(200, content=parts()))
    assert len(read) == most_parts


def test_a_short_answer_is_read_to_its_end_so_that_the_connection_is_kept(
    relay: SendingRelay, receiver: WebhookReceiver
) -> None:
    receiver.answer_at_length(1_000)
    before = receiver.connections
    for reception in (TARO, HANAKO, TARO):
        relay.send(reception)
    assert receiver.connections == before + 1


def test_what_was_taken_in_silence_is_taken_once(
    relay: SendingRelay, receiver: WebhookReceiver
) -> None:
    """The line drops after the document was read, at both tries of one attempt."""
    receiver.drop_after_reading(2)
    with pytest.raises(RelayUnavailableError, match="RemoteProtocolError"):
        relay.send(TARO)
    relay.send(TARO)
    assert len(receiver.posts) == 3
    assert len(receiver.taken) == 1


def test_a_dropped_line_is_tried_once_more_at_once(
    relay: SendingRelay, receiver: WebhookReceiver
) -> None:
    receiver.drop_after_reading(1)
    assert relay.send(TARO) == KEY
    assert len(receiver.taken) == 1


def test_a_key_made_anew_for_each_attempt_is_caught(
    relay: SendingRelay, receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: the same loss of a line, and the receiver has the visit twice."""
    keys = iter("abc")
    for module in (http_post, fhir):
        monkeypatch.setattr(module, "result_key", lambda _: next(keys))
    receiver.drop_after_reading(2)
    with pytest.raises(RelayUnavailableError):
        relay.send(TARO)
    relay.send(TARO)
    assert len(receiver.taken) == 2


def test_the_document_is_the_same_at_every_attempt(
    relay: SendingRelay, receiver: WebhookReceiver
) -> None:
    for _ in range(2):
        relay.send(TARO)
    first, second = receiver.posts
    assert first.body == second.body


@pytest.mark.parametrize(
    "changes", [{"seq": 2}, {"ueid": b"another reader"}], ids=["result", "reader"]
)
def test_another_result_has_another_key(
    relay: SendingRelay, receiver: WebhookReceiver, changes: dict[str, object]
) -> None:
    relay.send(TARO)
    relay.send(replace(TARO, **changes))  # type: ignore[arg-type]
    assert len(receiver.taken) == 2


def test_the_key_holds_nothing_else(relay: SendingRelay) -> None:
    assert relay.send(replace(TARO, record=HANAKO.known, visit=HANAKO.visit)) == KEY


Trouble = Callable[[WebhookReceiver], None]
TROUBLES: dict[str, Trouble] = {
    "down": WebhookReceiver.go_down,
    "refusing": lambda receiver: receiver.answer(422),
    "slow": lambda receiver: receiver.be_slow(5),
    "garbage": lambda receiver: receiver.talk_garbage("受付　太郎".encode()),
    "dropping": lambda receiver: receiver.drop_after_reading(2),
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_no_error_tells_anything_personal(
    relay: SendingRelay, receiver: WebhookReceiver, trouble: Trouble
) -> None:
    trouble(receiver)
    with pytest.raises((RelayUnavailableError, RelayRefusedError)) as caught:
        relay.send(TARO)
    told: list[BaseException | None] = [caught.value]
    while told[-1] is not None:
        told.append(told[-1].__cause__)
    text = f"{told!r} {[str(each) for each in told]} {relay!r} {TARO!r}"
    assert not [word for word in personal_words(TARO.known) if word in text]
    assert personal_words(TARO.known)[0] in receiver.posts[0].body.decode()


CONFIGURATION_ERRORS: dict[str, dict[str, object]] = {
    "url": {"url": "http://reception.invalid"},
    "trust": {"trust": "missing"},
    "client_certificate": {"client_certificate": "missing"},
    "client_key": {"client_key": "agent.key"},
}


@pytest.mark.parametrize("key", CONFIGURATION_ERRORS)
def test_a_setting_that_cannot_be_used_is_one_sentence(make: MakeRelay, key: str) -> None:
    settings = {"url": "https://reception.invalid", **CONFIGURATION_ERRORS[key]}
    with pytest.raises(ConfigError, match=rf"^\[\[relays\]\] {key}: .*\.$"):
        make(**settings)


def test_a_setting_that_nobody_knows(make: MakeRelay) -> None:
    with pytest.raises(ConfigError, match="`colour`"):
        make("https://reception.invalid", colour="red")


@pytest.mark.parametrize("timeout_s", [0, -1, float("nan"), float("inf")])
def test_a_timeout_must_be_a_time(make: MakeRelay, timeout_s: float) -> None:
    with pytest.raises(ConfigError, match="timeout_s"):
        make("https://reception.invalid", timeout_s=timeout_s)


def test_an_environment_that_names_a_proxy_is_not_heard(
    make: MakeRelay, receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert make(receiver.url).send(TARO) == KEY
