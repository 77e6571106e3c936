"""The eligibility service as a world of its own: insured persons, outages and slow days.

It speaks the contract of `agent/eligibility/http.openapi.json` on 127.0.0.1, on a port the system
chooses, in threads, over TLS if it is given a context. Persons are fictitious and found by the
SHA-256 of their certificate; `default_person` answers for every certificate that is not enrolled.
It speaks HTTP/1.1 by the standard library alone, so it can also break it.
"""

import base64
import copy
import hashlib
import json
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socket import socket
from typing import Any

from agent.clock import JAPAN
from tests.hw_sim.http_server import WorldServer

PATH = "/v1/eligibility"
POLL_S = 0.02
"""How soon it notices that it is to end."""
WORDS_OF_METHODS = {"face", "pin", "staff", "phone"}

Person = dict[str, Any]
"""A whole answer of the contract, as JSON."""


def born_on(person: Person, day: date) -> Person:
    """The same person, born on another day; where nothing is known of anybody, the same answer."""
    record = person.get("record")
    if record is None:
        return person
    born = {"birthdate": f"{day:%Y%m%d}"}
    return person | {"record": record | {"person": record["person"] | born}}


UKETSUKE_TARO: Person = {
    "is_registered": True,
    "consents": ["surgery", "diagnosis", "medication", "health_checkup"],
    "record": {
        "qualification_validity": "1",
        "prescription_issue_select": "1",
        "person": {
            "insured_card_classification": "01",
            "insurer_number": "01130012",
            "insured_card_symbol": "１２－３４",
            "insured_identification_number": "５６７８",
            "insured_branch_number": "00",
            "personal_family_classification": "1",
            "insured_name": "受付　太郎",
            "name": "受付　太郎",
            "name_kana": "ｳｹﾂｹ ﾀﾛｳ",
            "sex1": "1",
            "birthdate": "19550601",
            "address": "東京都千代田区架空町１－２－３",
            "post_number": "100-0000",
            "qualification_date": "20200401",
            "insured_certificate_issuance_date": "20200401",
            "insured_card_valid_date": "20200401",
            "insurer_name": "テスト健康保険組合",
            "reference_number": "24434",
            "elderly": {
                "elderly_recipient_certificate_date": "20260801",
                "elderly_recipient_valid_start_date": "20260801",
                "elderly_recipient_valid_end_date": "20270731",
                "elderly_recipient_contribution_ratio": "020",
            },
            "limit": {
                "limit_application_certificate_classification": "01",
                "limit_application_certificate_classification_flag": "B04",
                "limit_application_certificate_date": "20260801",
                "limit_application_certificate_valid_start_date": "20260801",
                "limit_application_certificate_valid_end_date": "20270731",
            },
        },
    },
}
SHIKEN_HANAKO: Person = {
    "is_registered": False,
    "consents": ["surgery", "diagnosis", "medication"],
    "questions": ["subsidy", "prescription"],
    "record": {
        "qualification_validity": "1",
        "person": {
            "insured_card_classification": "01",
            "insurer_number": "138057",
            "insured_card_symbol": "あいう",
            "insured_identification_number": "１８７",
            "insured_branch_number": "02",
            "personal_family_classification": "2",
            "insured_name": "試験　一郎",
            "name": "試験　花子",
            "name_kana": "ｼｹﾝ ﾊﾅｺ",
            "sex1": "2",
            "birthdate": "19931130",
            "insurer_name": "見本市",
            "qualification_date": "20240401",
            "insured_card_valid_date": "20240401",
        },
    },
}


@dataclass(frozen=True)
class Manners:
    """How it treats every question."""

    status: int | None = None
    """Answer with this and nothing else."""
    retry_after: str | None = None
    """What it says about when to come again."""
    garbage: bytes | None = None
    """Answer 200 with these bytes."""
    latency_s: float = 0.0
    """Before the first byte of an answer."""
    cut_after_bytes: int | None = None
    """End the connection after so many bytes of an answer, its head included."""
    trickle_s: float = 0.0
    """Pause after each byte of an answer, its head included."""


class EligibilityService:
    """A running service; use it as a context manager.

    Args:
        default_person: Who answers for a certificate that nobody enrolled; None: nobody.
        tls: Its certificate, and whom it wants to see; None: plain HTTP.
    """

    def __init__(
        self, default_person: Person | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        self._default_person = default_person
        self._persons: dict[bytes, Person] = {}
        self._manners = Manners()
        self._moody = list[Manners]()
        self._end = threading.Event()
        self._lock = threading.Lock()
        self.questions: list[dict[str, Any]] = []
        """Each that arrived, also of those that were refused."""
        self.connections = 0
        """Opened so far: one while it is kept open."""
        self._scheme = "http" if tls is None else "https"
        self._server = _Server(self, tls)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL_S,), daemon=True
        )

    @property
    def url(self) -> str:
        """Base address of the service."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}"

    @property
    def visits_asked(self) -> list[str]:
        """Visit of each question, also of those that were refused."""
        return [question["visit"] for question in self.questions]

    @property
    def request_count(self) -> int:
        """Questions that arrived so far."""
        return len(self.questions)

    def __enter__(self) -> "EligibilityService":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def enroll(self, certificate_sha256: bytes, person: Person) -> None:
        """The holder of this certificate is insured."""
        self._persons[certificate_sha256] = copy.deepcopy(person)

    def go_down(self) -> None:
        """Every question is answered with 503 from now on."""
        self.behave(Manners(status=HTTPStatus.SERVICE_UNAVAILABLE))

    def come_back(self) -> None:
        """The outage is over, and whatever else was told."""
        self.behave(Manners())

    def talk_garbage(self, body: bytes) -> None:
        """Answer 200 with these bytes from now on."""
        self.behave(Manners(garbage=body))

    def set_latency(self, seconds: float) -> None:
        """Every answer takes this long from now on."""
        self.behave(Manners(latency_s=seconds))

    def behave(self, manners: Manners, *first: Manners) -> None:
        """Treat the next questions as `first` says, one each, and all later ones as `manners`."""
        self._manners = manners
        self._moody = list(first)

    def hear(self, question: dict[str, Any]) -> Manners:
        """Remember a question; how to treat it."""
        with self._lock:
            self.questions.append(question)
            manners = self._moody.pop(0) if self._moody else self._manners
        self._end.wait(manners.latency_s)
        return manners

    def answer(self, question: dict[str, Any]) -> tuple[int, bytes]:
        """What a service in good health says: status and body."""
        certificate = base64.b64decode(question["certificate"], validate=True)
        digest = hashlib.sha256(certificate).digest()
        is_sound = (
            question["certificate_sha256"] == digest.hex()
            and len(bytes.fromhex(question["visit"])) == 16
            and len(question["medical_institution_code"]) == 10
            and date.fromisoformat(question["date"]) <= datetime.now(JAPAN).date()
            and question.get("proof", {"method": "face"})["method"] in WORDS_OF_METHODS
        )
        if not is_sound:
            return HTTPStatus.BAD_REQUEST, b""
        person = self._persons.get(digest, self._default_person)
        if person is None:
            return HTTPStatus.NOT_FOUND, b""
        return HTTPStatus.OK, json.dumps(person, ensure_ascii=False).encode()

    def send(self, connection: socket, raw: bytes, manners: Manners) -> bool:
        """Send an answer in its manners; False: the connection must end after it."""
        sent = raw if manners.cut_after_bytes is None else raw[: manners.cut_after_bytes]
        if not manners.trickle_s:
            connection.sendall(sent)
            return sent == raw
        for byte in sent:
            connection.sendall(bytes([byte]))
            if self._end.wait(manners.trickle_s):
                return False
        return sent == raw

    def count_connection(self) -> None:
        """Somebody connects."""
        with self._lock:
            self.connections += 1


class _Server(WorldServer):
    def __init__(self, service: EligibilityService, tls: ssl.SSLContext | None) -> None:
        self.service = service
        super().__init__(_Handler, tls, service.count_connection)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        service = self.server.service
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        manners = service.hear(question)
        if manners.status is not None:
            status, body = manners.status, b""
        elif manners.garbage is not None:
            status, body = HTTPStatus.OK, manners.garbage
        elif self.path == PATH:
            status, body = service.answer(question)
        else:
            status, body = HTTPStatus.METHOD_NOT_ALLOWED, b""
        is_whole = False
        with suppress(OSError):
            is_whole = service.send(self.connection, _head(status, body, manners) + body, manners)
        self.close_connection = not is_whole

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited
        """Nothing to say."""


def _head(status: int, body: bytes, manners: Manners) -> bytes:
    lines = [
        f"HTTP/1.1 {int(status)} {HTTPStatus(status).phrase}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    if manners.retry_after is not None:
        lines.append(f"Retry-After: {manners.retry_after}")
    return "\r\n".join([*lines, "", ""]).encode()
