"""The document and its signature are as the module's docstring promises a receiver."""

import base64
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from enum import IntEnum
from pathlib import Path

import pytest

from agent.errors import ConfigError
from agent.qualification import read_record
from agent.relays import http_post
from agent.relays._sending import Sender
from agent.relays.http_post import HttpPost, Settings, create, render
from agent.relays.port import Reception
from hostlink.messages import ConsentDecision
from hostlink.signing import verify_result
from hostlink.terms import (
    CardKind,
    ConsentAnswer,
    ConsentItem,
    Decision,
    Emergency,
    Notice,
    Question,
    VerificationMethod,
)
from tests.agent.relays.conftest import SECRET
from tests.agent.relays.samples import HANAKO, KEY, TARO, with_visit
from tests.agent.world import ROOTS, TODAY, ToldClock, moment
from tests.hw_sim.webhook_receiver import WebhookReceiver

NOW_S = int(TODAY.timestamp())
AT = "2026-11-22T09:00:55.000+09:00"


def is_genuine(headers: Mapping[str, str], body: bytes, key: bytes, now_s: float) -> bool:
    """A receiver, written from the docstring of `http_post` alone."""
    message_id, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
    message = b".".join([message_id.encode(), timestamp.encode(), body])
    code = base64.b64encode(hmac.new(key, message, "sha256").digest()).decode()
    is_signed = hmac.compare_digest(f"v1,{code}", headers["webhook-signature"])
    return is_signed and abs(now_s - int(timestamp)) <= 300


def careless_is_genuine(headers: Mapping[str, str], body: bytes, key: bytes, now_s: float) -> bool:
    """Negative control: looks at the form of the signature and at the time."""
    has_form = headers["webhook-signature"].startswith("v1,") and bool(body) and bool(key)
    return has_form and abs(now_s - int(headers["webhook-timestamp"])) <= 300


@pytest.fixture
def clock() -> ToldClock:
    return ToldClock()


@pytest.fixture
def relay(receiver: WebhookReceiver, secret_file: Path, clock: ToldClock) -> Iterator[HttpPost]:
    made = HttpPost(
        SECRET, Sender(Settings(url=receiver.url, secret_file=secret_file, timeout_s=5)), clock
    )
    yield made
    made.close()


def document_of(reception: Reception) -> dict[str, object]:
    document: dict[str, object] = json.loads(render(reception))
    return document


def test_a_visit_is_one_document(relay: HttpPost, receiver: WebhookReceiver) -> None:
    asked = replace(
        with_visit(
            TARO,
            decisions=(Decision.USE_SUBSIDY, Decision.PAPER_PRESCRIPTION),
            notices=(Notice.CERTIFICATE_EXPIRES_SOON,),
        ),
        questions=tuple(Question),
    )
    assert relay.send(asked) == KEY
    (post,) = receiver.posts
    document = json.loads(post.body)
    record, signed = document.pop("record"), document.pop("signed_result")
    assert document == {
        "visit": "000102030405060708090a0b0c0d0e0f",
        "ueid": "01000102030405060708090a0b0c0d0e0f",
        "seq": 1,
        "medical_institution_code": "1311234567",
        "card_kind": "my_number",
        "method": "face",
        "verified_at": AT,
        "has_registered": False,
        "emergency": None,
        "consents": [
            {"item": "surgery", "answer": "refused", "at": AT},
            {"item": "diagnosis", "answer": "given", "at": AT},
            {"item": "medication", "answer": "given", "at": AT},
            {"item": "health_checkup", "answer": "given", "at": AT},
        ],
        "decisions": ["use_subsidy", "paper_prescription"],
        "notices": ["certificate_expires_soon"],
        "answered_at": AT,
        "received_at": "2026-11-22T09:01:02.000+09:00",
    }
    assert read_record(record) == TARO.known
    assert record["person"]["name"] == "受付　太郎"
    assert base64.b64decode(signed, validate=True) == TARO.signed_result


def test_the_headers_are_as_promised(relay: HttpPost, receiver: WebhookReceiver) -> None:
    relay.send(TARO)
    headers = receiver.posts[0].headers
    assert headers["content-type"] == "application/json"
    assert headers["idempotency-key"] == f'"{KEY}"'
    assert headers["webhook-id"] == KEY
    assert headers["webhook-timestamp"] == str(NOW_S)
    assert set(headers) <= {
        *("host", "accept", "accept-encoding", "connection", "user-agent", "content-length"),
        *("content-type", "idempotency-key"),
        *("webhook-id", "webhook-timestamp", "webhook-signature"),
    }


def test_the_receiver_can_verify_what_the_reader_signed() -> None:
    signed = base64.b64decode(str(document_of(TARO)["signed_result"]))
    assert verify_result(signed, ROOTS).claims.record == TARO.visit


def words(kind: type[IntEnum]) -> list[tuple[IntEnum, str]]:
    return [(member, member.name.lower()) for member in kind]


@pytest.mark.parametrize(
    ("field", "member", "word"),
    [
        (field, member, word)
        for field, kind in [
            ("card_kind", CardKind),
            ("method", VerificationMethod),
            ("emergency", Emergency),
        ]
        for member, word in words(kind)
    ],
)
def test_every_word_of_a_visit(field: str, member: IntEnum, word: str) -> None:
    assert document_of(with_visit(TARO, **{field: member}))[field] == word


@pytest.mark.parametrize("field", ["card_kind", "method", "verified_at", "emergency", "notices"])
def test_what_there_is_not_is_null(field: str) -> None:
    assert document_of(with_visit(TARO, **{field: None}))[field] is None


@pytest.mark.parametrize(("answer", "word"), words(ConsentAnswer))
@pytest.mark.parametrize(("item", "item_word"), words(ConsentItem))
def test_every_answer_to_every_item(
    answer: ConsentAnswer, word: str, item: ConsentItem, item_word: str
) -> None:
    visit = with_visit(TARO, consents=(ConsentDecision(item, answer, moment()),))
    consents = document_of(visit)["consents"]
    assert consents == [{"item": item_word, "answer": word, "at": "2026-11-22T09:01:02.000+09:00"}]


@pytest.mark.parametrize(("decision", "word"), words(Decision))
def test_every_decision(decision: Decision, word: str) -> None:
    asked = with_visit(replace(TARO, questions=tuple(Question)), decisions=(decision,))
    assert document_of(asked)["decisions"] == [word]


def test_every_notice() -> None:
    noticed = with_visit(TARO, notices=tuple(Notice))
    assert document_of(noticed)["notices"] == [word for _, word in words(Notice)]


def test_the_docstring_names_every_word() -> None:
    for kind in (CardKind, VerificationMethod, Emergency, ConsentItem, ConsentAnswer):
        for _, word in words(kind):
            assert word in (http_post.__doc__ or "")


@pytest.mark.parametrize("reception", [TARO, HANAKO])
def test_a_receiver_verifies_it(
    relay: HttpPost, receiver: WebhookReceiver, reception: Reception
) -> None:
    relay.send(reception)
    (post,) = receiver.posts
    assert is_genuine(post.headers, post.body, SECRET, NOW_S)
    assert is_genuine(post.headers, post.body, SECRET, NOW_S + 299)


Sent = tuple[dict[str, str], bytes, bytes, float]
HARMS: dict[str, Callable[[Sent], Sent]] = {
    "body": lambda sent: (sent[0], sent[1].replace(b"refused", b"given"), *sent[2:]),
    "spaces in the body": lambda sent: (sent[0], sent[1] + b" ", *sent[2:]),
    "id": lambda sent: (sent[0] | {"webhook-id": f"{KEY}0"}, *sent[1:]),
    "time": lambda sent: (sent[0] | {"webhook-timestamp": str(NOW_S + 1)}, *sent[1:]),
    "signature": lambda sent: (sent[0] | {"webhook-signature": "v1,AAAA"}, *sent[1:]),
    "key": lambda sent: (*sent[:2], bytes(32), sent[3]),
    "repeated later": lambda sent: (*sent[:3], NOW_S + 301),
    "repeated before": lambda sent: (*sent[:3], NOW_S - 301),
}


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)
def test_a_receiver_refuses_what_was_changed(
    relay: HttpPost, receiver: WebhookReceiver, harm: Callable[[Sent], Sent]
) -> None:
    relay.send(TARO)
    (post,) = receiver.posts
    harmed = harm((dict(post.headers), post.body, SECRET, NOW_S))
    assert harmed != (post.headers, post.body, SECRET, NOW_S)
    assert not is_genuine(*harmed)


def test_a_careless_receiver_is_caught(relay: HttpPost, receiver: WebhookReceiver) -> None:
    relay.send(TARO)
    (post,) = receiver.posts
    sent = (dict(post.headers), post.body, SECRET, float(NOW_S))
    assert any(careless_is_genuine(*harm(sent)) for harm in HARMS.values())


def test_each_attempt_has_its_own_time_and_signature_over_the_same_document(
    relay: HttpPost, receiver: WebhookReceiver, clock: ToldClock
) -> None:
    relay.send(TARO)
    clock.time += timedelta(hours=1)
    relay.send(TARO)
    first, second = receiver.posts
    assert first.body == second.body
    assert second.headers["webhook-timestamp"] == str(NOW_S + 3600)
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
    assert is_genuine(second.headers, second.body, SECRET, NOW_S + 3600)


def test_the_key_is_every_byte_of_the_file(receiver: WebhookReceiver, tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_bytes(SECRET + b"\n")
    relay = create(Settings(url=receiver.url, secret_file=path))
    relay.send(TARO)
    relay.close()
    (post,) = receiver.posts
    now_s = int(post.headers["webhook-timestamp"])
    assert is_genuine(post.headers, post.body, SECRET + b"\n", now_s)
    assert not is_genuine(post.headers, post.body, SECRET, now_s)


@pytest.mark.parametrize("content", [None, b"", bytes(31)])
def test_a_key_that_is_missing_or_short(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"^\[\[relays\]\] secret_file: .* must .*\.$"):
        create(Settings(url="https://reception.invalid", secret_file=path))


def test_no_key_shows(relay: HttpPost) -> None:
    assert SECRET.hex() not in repr(relay)
    assert repr(SECRET) not in repr(vars(relay)["_sender"])
