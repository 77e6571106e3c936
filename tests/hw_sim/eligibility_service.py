"""The eligibility service as a world of its own: insured persons, outages and slow days.

It speaks the contract written in `agent/eligibility/http.py` on 127.0.0.1, on a port the
system chooses, in a thread. Persons are fictitious and found by the SHA-256 of their
certificate; `default_person` answers for every certificate that is not enrolled.
"""

import asyncio
import base64
import copy
import hashlib
import socket
import threading
from datetime import date, datetime
from http import HTTPStatus
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from agent.clock import JAPAN

Person = dict[str, Any]
"""A whole answer of the contract, as JSON."""

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


class EligibilityService:
    """A running service; use it as a context manager.

    Args:
        default_person: Who answers for a certificate that nobody enrolled; None: nobody.
    """

    def __init__(self, default_person: Person | None = None) -> None:
        self._default_person = default_person
        self._persons: dict[bytes, Person] = {}
        self._latency_s = 0.0
        self._is_down = False
        self._garbage: bytes | None = None
        self.visits_asked: list[str] = []
        """Visit of each question, also of those that were refused."""
        self.connections = 0
        """Different client ports seen: one while the connection is kept open."""
        self._ports: set[int] = set()
        self._socket = socket.create_server(("127.0.0.1", 0))
        routes = [Route("/v1/eligibility", self._answer, methods=["POST"])]
        self._server = uvicorn.Server(
            uvicorn.Config(
                Starlette(routes=routes), log_level="error", lifespan="off", timeout_keep_alive=60
            )
        )
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )

    @property
    def url(self) -> str:
        """Base address of the service."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    @property
    def request_count(self) -> int:
        """Questions that arrived so far."""
        return len(self.visits_asked)

    def __enter__(self) -> "EligibilityService":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join()
        self._socket.close()

    def enroll(self, certificate_sha256: bytes, person: Person) -> None:
        """The holder of this certificate is insured."""
        self._persons[certificate_sha256] = copy.deepcopy(person)

    def go_down(self) -> None:
        """Every question is answered with 503 from now on."""
        self._is_down = True

    def come_back(self) -> None:
        """The outage is over."""
        self._is_down = False
        self._garbage = None

    def talk_garbage(self, body: bytes) -> None:
        """Answer 200 with these bytes from now on."""
        self._garbage = body

    def set_latency(self, seconds: float) -> None:
        """Every answer takes this long from now on."""
        self._latency_s = seconds

    async def _answer(self, request: Request) -> Response:
        question = await request.json()
        self.visits_asked.append(question["visit"])
        self._count_connection(request)
        await asyncio.sleep(self._latency_s)
        if self._is_down:
            return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE)
        if self._garbage is not None:
            return Response(self._garbage, media_type="application/json")
        certificate = base64.b64decode(question["certificate"], validate=True)
        digest = hashlib.sha256(certificate).digest()
        is_sound = (
            question["certificate_sha256"] == digest.hex()
            and len(bytes.fromhex(question["visit"])) == 16
            and len(question["medical_institution_code"]) == 10
            and date.fromisoformat(question["date"]) <= datetime.now(JAPAN).date()
        )
        if not is_sound:
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        person = self._persons.get(digest, self._default_person)
        if person is None:
            return Response(status_code=HTTPStatus.NOT_FOUND)
        return JSONResponse(person)

    def _count_connection(self, request: Request) -> None:
        if request.client is not None:
            self._ports.add(request.client.port)
        self.connections = len(self._ports)
