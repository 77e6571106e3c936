"""How relays send: one POST over a connection kept open; the answer's status says what came of it.

| answer | so |
|---|---|
| 2xx | taken |
| 409 that repeats our `Idempotency-Key` | taken before |
| 408, 409 without it, 425, 429, 5xx, none in time, no connection, no trust | send again later |
| 401, 403, 404, 405, 407, redirects | the door is shut: send again later, when somebody mended it |
| anything else | this one is refused, however often it is sent |

A 409 alone says that the first attempt is still being worked on, and that one may yet fail. What is
wrong with the address or the secret would refuse everybody's results; it is no word on this one.

Source: draft-ietf-httpapi-idempotency-key-header-07 §2.1 (the key is a string of RFC 9651) and its
errors (409); RFC 9110 §15 (status codes), RFC 8470 §5.2 (425), RFC 6585 §4 (429).
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from itertools import islice
from typing import Annotated

import httpx
from msgspec import Meta

from agent.causes import cause_of
from agent.clock import SystemClock
from agent.errors import RelayRefusedError, RelayUnavailableError
from agent.finding import Finding
from agent.mutual_tls import TlsSettings, file_errors, tls_context
from agent.reachable import try_address, try_client_certificate
from agent.relays.port import Reception
from agent.web_address import read_address

TABLE = "[[relays]]"
relay_file_errors = partial(file_errors, TABLE)
"""Of a file that a relay's table names."""
KEEP_OPEN_S = 3_600.0
LONGEST_ANSWER_BYTES = 4_096
MOST_PARTS = 16
"""Of an answer that trickles in, each within the time-out."""
KEY_HEADER = "Idempotency-Key"
LATER = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.PROXY_AUTHENTICATION_REQUIRED,
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.CONFLICT,
        HTTPStatus.TOO_EARLY,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)


class SendingSettings(TlsSettings, frozen=True, kw_only=True):
    """What `[[relays]]` holds for every relay that sends."""

    url: str
    """https, or http on this very machine: what is sent names a patient."""
    timeout_s: Annotated[float, Meta(ge=0.1, le=600)] = 8.0
    """Longest wait for connection, document and each part of the answer, in seconds."""


def result_key(reception: Reception) -> str:
    """`<UEID in hex>-<seq>`: names a result for ever, the same at every attempt."""
    return f"{reception.ueid.hex()}-{reception.seq}"


def examine_receiver(settings: SendingSettings) -> Sequence[Finding]:
    """Whether the receiver and this agent trust each other, and for how long; see `Sender`."""
    address = try_address(read_address(settings.url, TABLE), tls_context(settings, TABLE))
    return [address, *try_client_certificate(settings.client_certificate, SystemClock().now())]


class Sender:
    """A connection to one receiver, opened with the first document and kept.

    Raises:
        ConfigError: The address or a file that the settings name cannot be used.
    """

    def __init__(self, settings: SendingSettings) -> None:
        self._url = read_address(settings.url, TABLE)
        self._client = httpx.Client(
            timeout=settings.timeout_s,
            verify=tls_context(settings, TABLE),
            limits=httpx.Limits(keepalive_expiry=KEEP_OPEN_S),
            trust_env=False,
            follow_redirects=False,
            headers={"Accept-Encoding": "identity"},
        )

    def post(self, body: bytes, key: str, headers: Mapping[str, str]) -> None:
        """Send one document.

        Args:
            body: The document, the same at every attempt.
            key: Tells the receiver that it had this one before; printable ASCII without `"`.
            headers: What the kind of document asks for.

        Raises:
            RelayUnavailableError: It does not answer, or not now.
            RelayRefusedError: It will not take this document.
        """
        quoted_key = f'"{key}"'
        try:
            status, answered_key = self._repeatable(body, {KEY_HEADER: quoted_key, **headers})
        except httpx.HTTPError as error:
            raise RelayUnavailableError(cause_of(error)) from error
        _judge(status, is_own_key=answered_key == quoted_key)

    def close(self) -> None:
        """Close the kept connection."""
        self._client.close()

    def _repeatable(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, str | None]:
        try:
            return self._exchange(body, headers)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            # The receiver had closed the idle connection; it knows a repetition by the key.
            return self._exchange(body, headers)

    def _exchange(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, str | None]:
        with self._client.stream("POST", self._url, content=body, headers=headers) as response:
            _read_to_the_end(response)
            return response.status_code, response.headers.get(KEY_HEADER)


def _read_to_the_end(response: httpx.Response) -> None:
    """A short answer, so that its connection can be used again; a long one is cut off.

    What the receiver decided is known by now: a body that breaks off changes nothing.
    """
    unread_bytes = LONGEST_ANSWER_BYTES
    with suppress(httpx.HTTPError):
        for part in islice(response.iter_raw(), MOST_PARTS):
            unread_bytes -= len(part)
            if unread_bytes < 0:
                return


def _judge(status: int, *, is_own_key: bool) -> None:
    is_taken_before = status == HTTPStatus.CONFLICT and is_own_key
    if is_taken_before or HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return
    cause = f"HTTP {status}"
    is_elsewhere = HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST
    if status in LATER or is_elsewhere or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise RelayUnavailableError(cause)
    raise RelayRefusedError(cause)
