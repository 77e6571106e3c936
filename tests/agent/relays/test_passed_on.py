"""No relay passes on an answer to what was not offered or not asked."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from agent.characters import Encoding
from agent.relays import _fhir_bundle, _fhir_consent, _oqs_file, http_post
from agent.relays._passed_on import believable_time, consents_passed_on, decisions_passed_on
from agent.relays.port import Reception
from hostlink.messages import ConsentDecision, Moment
from hostlink.terms import ConsentAnswer, ConsentItem, Decision, Question, TimeSource
from tests.agent.relays.samples import TARO, with_visit
from tests.agent.world import TODAY, moment

ONE_OFFERED = replace(TARO, offered=(ConsentItem.DIAGNOSIS,))
DECIDED = with_visit(
    replace(TARO, questions=(Question.SUBSIDY,)),
    decisions=(Decision.NO_SUBSIDY, Decision.PAPER_PRESCRIPTION),
)
VERIFIED = TODAY - timedelta(seconds=7)


def render_oqs(reception: Reception) -> bytes:
    return _oqs_file.render(reception, Encoding.UTF_8).content


RENDERERS: dict[str, tuple[Callable[[Reception], bytes], object]] = {
    "oqs_folder": (render_oqs, _oqs_file),
    "http_post": (http_post.render, http_post),
    "fhir": (_fhir_bundle.render, _fhir_consent),
}
GIVEN = {
    "oqs_folder": {
        ConsentItem.MEDICATION: b"<PharmacistsInfoConsFlg>1<",
        ConsentItem.HEALTH_CHECKUP: b"<SpecificHealthCheckupsInfoConsFlg>1<",
        ConsentItem.DIAGNOSIS: b"<DiagnosisInfoConsFlg>1<",
    },
    "http_post": {
        ConsentItem.MEDICATION: b'"item": "medication", "answer": "given"',
        ConsentItem.HEALTH_CHECKUP: b'"item": "health_checkup", "answer": "given"',
        ConsentItem.DIAGNOSIS: b'"item": "diagnosis", "answer": "given"',
    },
    "fhir": {
        ConsentItem.MEDICATION: b'"YZK"',
        ConsentItem.HEALTH_CHECKUP: b'"TKK"',
        ConsentItem.DIAGNOSIS: b'"SRJ"',
    },
}
"""How each says that the patient agreed."""


def told_by(relay: str, reception: Reception) -> set[ConsentItem]:
    content = RENDERERS[relay][0](reception)
    return {item for item, sign in GIVEN[relay].items() if sign in content}


@pytest.mark.parametrize("relay", RENDERERS)
def test_only_what_was_offered_is_told(relay: str) -> None:
    assert told_by(relay, TARO) == GIVEN[relay].keys()
    assert told_by(relay, ONE_OFFERED) == {ConsentItem.DIAGNOSIS}
    assert told_by(relay, replace(TARO, offered=())) == set()


@pytest.mark.parametrize("relay", RENDERERS)
def test_a_careless_relay_is_caught(relay: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: everything the reader sent, whether it was offered or not."""

    def all_of_them(reception: Reception) -> dict[ConsentItem, ConsentDecision]:
        return {each.item: each for each in reception.visit.consents}

    monkeypatch.setattr(RENDERERS[relay][1], "consents_passed_on", all_of_them)
    assert told_by(relay, ONE_OFFERED) > {ConsentItem.DIAGNOSIS}


def test_an_item_that_was_not_answered_is_not_told() -> None:
    assert consents_passed_on(with_visit(TARO, consents=())) == {}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ((), ()),
        ((Question.SUBSIDY,), (Decision.NO_SUBSIDY,)),
        ((Question.PRESCRIPTION,), (Decision.PAPER_PRESCRIPTION,)),
        (tuple(Question), (Decision.NO_SUBSIDY, Decision.PAPER_PRESCRIPTION)),
    ],
)
def test_only_what_was_asked_is_decided(
    asked: Iterable[Question], told: tuple[Decision, ...]
) -> None:
    assert decisions_passed_on(replace(DECIDED, questions=tuple(asked))) == told


def test_an_older_reader_decides_nothing() -> None:
    assert decisions_passed_on(replace(TARO, questions=tuple(Question))) == ()


@pytest.mark.parametrize(
    ("told", "believed"),
    [
        (moment(VERIFIED), VERIFIED),
        (Moment(0, 10**9, TimeSource.NONE), TODAY),
        (Moment(2**64 - 1, 1, TimeSource.AGENT), TODAY),
    ],
)
def test_a_time_that_cannot_be_is_that_of_arrival(told: Moment, believed: datetime) -> None:
    assert believable_time(told, TARO) == believed


def test_the_last_answer_to_an_item_counts() -> None:
    """A result holds four answers, which could be to one item."""
    first, last = (
        ConsentDecision(ConsentItem.DIAGNOSIS, answer, moment())
        for answer in (ConsentAnswer.GIVEN, ConsentAnswer.REFUSED)
    )
    passed_on = consents_passed_on(with_visit(TARO, consents=(first, last)))
    assert passed_on == {ConsentItem.DIAGNOSIS: last}
