r"""Eligibility over HTTP: one JSON question, one JSON answer, on a connection kept open.

The contract is `http.openapi.json` beside this file (OpenAPI 3.1): what an accredited gateway
implements. `POST {url}/v1/eligibility` with

    {"visit": "<32 hex digits>", "medical_institution_code": "1311234567", "date": "2026-11-30",
     "certificate": "<base64 of the X.509 DER>", "certificate_sha256": "<64 hex digits>",
     "proof": {"method": "face", "challenge": "<base64>", "signature": "<base64>"}}

is answered by `200` and

    {"is_registered": true,
     "consents": ["surgery", "diagnosis", "medication", "health_checkup"],
     "questions": ["subsidy", "prescription"],
     "record": {"qualification_validity": "1", "prescription_issue_select": "1",
                "person": {"name": "...", "name_kana": "...", ...}}}

or by `404` when the source knows nobody with this certificate. Any other status, a time-out or no
connection mean that it cannot be reached now. A question that got no connection, no answer, or 502,
503 or 504 is repeated once at once, within the time that the patient waits at most. After three
visits in a row without an answer nobody is kept waiting: for ten seconds no question is asked, then
one tries again. Why it cannot be reached is told to journal and staff: a status, OpenSSL's reason,
the name of an errno.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from enum import IntEnum
from http import HTTPStatus
from typing import Annotated, TypeVar

from msgspec import Meta

from agent.clock import Clock, SystemClock
from agent.eligibility._asking import AWAY, Asker, Reply, Times
from agent.eligibility._breaker import Breaker
from agent.eligibility.port import EligibilityAnswer, EligibilityQuery, EligibilitySource
from agent.errors import EligibilityUnreachableError, MalformedQualificationError
from agent.finding import Finding
from agent.mutual_tls import TlsSettings, tls_context
from agent.qualification import read_record
from agent.reachable import try_address, try_client_certificate
from agent.web_address import read_address
from hostlink.terms import ConsentItem, FailureCode, Question

TABLE = "[eligibility]"
PATH = "/v1/eligibility"
Seconds = Annotated[float, Meta(ge=0.1, le=600)]
Item = TypeVar("Item", bound=IntEnum)


class Settings(TlsSettings, frozen=True, kw_only=True):
    """What `[eligibility]` holds for `source = "http"`."""

    url: str
    """https, or http on this very machine: the answer names a patient."""
    timeout_s: Seconds = 8.0
    """Longest wait for everything, from when the patient began to wait: connection, question,
    answer and its one repetition."""
    connect_timeout_s: Seconds = 3.0
    """Longest wait for a connection."""
    read_timeout_s: Seconds = 6.0
    """Longest silence."""


def create(settings: Settings) -> EligibilitySource:
    """Make the source; the connection is opened with the first question.

    Raises:
        ConfigError: The address or a certificate cannot be used.
    """
    base = read_address(settings.url, TABLE)
    url = base.copy_with(path=base.path.rstrip("/") + PATH)
    times = Times(settings.connect_timeout_s, settings.read_timeout_s, settings.timeout_s)
    return HttpSource(Asker(url, tls_context(settings, TABLE), times), SystemClock())


def examine(settings: Settings) -> Sequence[Finding]:
    """Whether the service and this agent trust each other, and for how long; no question is put."""
    address = try_address(read_address(settings.url, TABLE), tls_context(settings, TABLE))
    return [address, *try_client_certificate(settings.client_certificate, SystemClock().now())]


class HttpSource:
    """An eligibility service behind HTTP."""

    knows_people = True

    def __init__(self, asker: Asker, clock: Clock) -> None:
        self._asker = asker
        self._clock = clock
        self._breaker = Breaker(clock)
        self._last_cause = ""
        """Why nothing is asked while the breaker says so."""

    def ask(self, query: EligibilityQuery) -> EligibilityAnswer | FailureCode:
        """Send the question; see `EligibilitySource.ask`."""
        if not self._breaker.lets_ask():
            raise EligibilityUnreachableError(self._last_cause)
        try:
            reply = self._reply(query)
        except EligibilityUnreachableError as error:
            self._last_cause = error.cause
            self._breaker.failed(query.visit_id)
            raise
        self._breaker.answered()
        match reply.status:
            case HTTPStatus.OK:
                return read_answer(reply.body)
            case HTTPStatus.NOT_FOUND:
                return FailureCode.ELIGIBILITY_NOT_FOUND
            case status:
                raise EligibilityUnreachableError(f"HTTP {status}")

    def close(self) -> None:
        """Close the kept connection; whoever still waits is told that there is no answer."""
        self._asker.close()

    def _reply(self, query: EligibilityQuery) -> Reply:
        reply = self._asker.post(_question(query), self._waited_s(query))
        if reply.status in AWAY:
            raise EligibilityUnreachableError(f"HTTP {reply.status}")
        return reply

    def _waited_s(self, query: EligibilityQuery) -> float:
        if query.since_ms is None:
            return 0.0
        return (self._clock.monotonic_ms() - query.since_ms) / 1000


def _question(query: EligibilityQuery) -> dict[str, object]:
    question: dict[str, object] = {
        "visit": query.visit_id.hex(),
        "medical_institution_code": query.medical_institution_code,
        "date": query.on.isoformat(),
        "certificate": _base64(query.certificate),
        "certificate_sha256": hashlib.sha256(query.certificate).hexdigest(),
    }
    if query.proof is not None:
        question["proof"] = {
            "method": query.proof.method.name.lower(),
            "challenge": _base64(query.proof.challenge),
            "signature": _base64(query.proof.signature),
        }
    return question


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def read_answer(body: bytes | None) -> EligibilityAnswer:
    """Take the answer out of a body; None: of one that is too long.

    Raises:
        MalformedQualificationError: It is not as agreed.
    """
    document = None
    with suppress(ValueError, RecursionError):  # which hold the body: no cause to be told
        document = json.loads(body or b"")
    if not isinstance(document, dict):
        raise MalformedQualificationError("answer")
    is_registered = document.get("is_registered")
    if not isinstance(is_registered, bool):
        raise MalformedQualificationError("is_registered")
    return EligibilityAnswer(
        record=read_record(document.get("record")),
        is_registered=is_registered,
        consents=_read_items(ConsentItem, "consents", document.get("consents")),
        questions=_read_items(Question, "questions", document.get("questions", [])),
    )


def _read_items(kind: type[Item], field: str, names: object) -> tuple[Item, ...]:
    """Names of members of an enumeration, each once, in their order."""
    items = {item.name.lower(): item for item in kind}
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise MalformedQualificationError(field)
    if not items.keys() >= set(names):
        raise MalformedQualificationError(field)
    if len(set(names)) != len(names):
        raise MalformedQualificationError(field)
    return tuple(items[name] for name in names)
