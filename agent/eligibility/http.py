r"""Eligibility over HTTP: one JSON question, one JSON answer, on a connection kept open.

`POST {url}/v1/eligibility` with

    {"visit": "<32 hex digits>", "medical_institution_code": "1311234567", "date": "2026-11-30",
     "certificate": "<base64 of the X.509 DER>", "certificate_sha256": "<64 hex digits>"}

is answered by `200` and

    {"is_registered": true,
     "consents": ["surgery", "diagnosis", "medication", "health_checkup"],
     "questions": ["subsidy", "prescription"],
     "record": {"qualification_validity": "1", "prescription_issue_select": "1",
                "person": {"name": "...", "name_kana": "...", ...}}}

where `questions` may be left out, and `record` has the fields of
`agent.qualification.EligibilityRecord`, or by `404` when the source knows nobody with this
certificate. Any other status, a time-out or no connection mean
that it cannot be reached now. `date` is the day of the visit, which the answer is about: it lies
in the past where somebody is looked up later. The question may be repeated with the same `visit`.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from enum import IntEnum
from http import HTTPStatus
from typing import Annotated, TypeVar

import httpx
from msgspec import Meta

from agent.eligibility.port import EligibilityAnswer, EligibilityQuery, EligibilitySource
from agent.errors import MalformedQualificationError
from agent.finding import Finding
from agent.qualification import read_record
from agent.reachable import try_address
from agent.tables import Table
from agent.web_address import read_address
from hostlink.terms import ConsentItem, FailureCode, Question

KEEP_OPEN_S = 3_600.0
LONGEST_ANSWER_BYTES = 65_536
Item = TypeVar("Item", bound=IntEnum)


class Settings(Table, frozen=True):
    """What `[eligibility]` holds for `source = "http"`."""

    url: str
    """https, or http on this very machine: the answer names a patient."""
    timeout_s: Annotated[float, Meta(gt=0)] = 8.0
    """Longest wait for connection, question and each part of the answer."""


def create(settings: Settings) -> EligibilitySource:
    """Make the source; the connection is opened with the first question.

    Raises:
        ConfigError: The address cannot be used.
    """
    return HttpSource(read_address(settings.url, "[eligibility]"), settings.timeout_s)


def examine(settings: Settings) -> Sequence[Finding]:
    """Whether the service listens; nobody is asked for."""
    return [try_address(read_address(settings.url, "[eligibility]"))]


class HttpSource:
    """An eligibility service behind HTTP."""

    def __init__(self, url: httpx.URL, timeout_s: float) -> None:
        self._client = httpx.Client(
            base_url=url,
            timeout=timeout_s,
            limits=httpx.Limits(keepalive_expiry=KEEP_OPEN_S),
            trust_env=False,
            # Unpacked, a short answer could be a very long one.
            headers={"Accept-Encoding": "identity"},
        )

    def ask(self, query: EligibilityQuery) -> EligibilityAnswer | FailureCode:
        """Send the question; see `EligibilitySource.ask`."""
        try:
            status, body = self._post(query)
        except httpx.HTTPError:
            return FailureCode.ELIGIBILITY_UNREACHABLE
        match status:
            case HTTPStatus.OK:
                return _read_answer(body)
            case HTTPStatus.NOT_FOUND:
                return FailureCode.ELIGIBILITY_NOT_FOUND
            case _:
                return FailureCode.ELIGIBILITY_UNREACHABLE

    def close(self) -> None:
        """Close the kept connection."""
        self._client.close()

    def _post(self, query: EligibilityQuery) -> tuple[int, bytes]:
        question = {
            "visit": query.visit_id.hex(),
            "medical_institution_code": query.medical_institution_code,
            "date": query.on.isoformat(),
            "certificate": base64.b64encode(query.certificate).decode(),
            "certificate_sha256": hashlib.sha256(query.certificate).hexdigest(),
        }
        try:
            return self._exchange(question)
        except httpx.RemoteProtocolError:
            # The server had closed the idle connection; the question may be repeated.
            return self._exchange(question)

    def _exchange(self, question: dict[str, str]) -> tuple[int, bytes]:
        with self._client.stream("POST", "/v1/eligibility", json=question) as response:
            body = bytearray()
            for part in response.iter_raw():
                body += part
                if len(body) > LONGEST_ANSWER_BYTES:
                    raise MalformedQualificationError("answer")
            return response.status_code, bytes(body)


def _read_answer(body: bytes) -> EligibilityAnswer:
    try:
        document = json.loads(body)
    except ValueError as error:
        raise MalformedQualificationError("answer") from error
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
