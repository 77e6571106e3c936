"""A receiver of documents as a world of its own: it remembers, and does as it is told.

It takes POSTs on 127.0.0.1, on a port the system chooses, in threads, over TLS if it is given a
context. It speaks HTTP/1.1 by the standard library alone, so it can also break it: garbage,
endless answers, a connection that drops after the document was read.
"""

import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler

from tests.hw_sim.http_server import WorldServer

KEY_HEADER = "idempotency-key"
PART_BYTES = 65_536
POLL_S = 0.02
"""How soon it notices that it is to end."""


@dataclass(frozen=True)
class Post:
    """One document that arrived whole."""

    path: str
    headers: Mapping[str, str]
    """By their names in small letters."""
    body: bytes


@dataclass(frozen=True)
class Answer:
    """How the receiver answers."""

    status: int = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class WebhookReceiver:
    """A running receiver; use it as a context manager.

    Args:
        tls: Its certificate, and whom it wants to see; None: plain HTTP.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._scheme = "http" if tls is None else "https"
        self._server = _Server(self, tls)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL_S,), daemon=True
        )
        self._lock = threading.Lock()
        self._end = threading.Event()
        self.posts: list[Post] = []
        """All that arrived, also what was not taken."""
        self.taken: dict[str, bytes] = {}
        """Documents it took, each once, by their Idempotency-Key as it came."""
        self.connections = 0
        """Opened so far."""
        self.answered_bytes = 0
        """Bytes of answers' bodies that it could get rid of."""
        self.be_well()

    @property
    def url(self) -> str:
        """Its address."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}/visits"

    def __enter__(self) -> "WebhookReceiver":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def be_well(self) -> None:
        """Take everything, at once, and forget what was told before."""
        self._answer = Answer()
        self._latency_s = 0.0
        self._drops = 0
        self._garbage: bytes | None = None

    def answer(self, status: int, headers: Mapping[str, str] | None = None) -> None:
        """Answer with this from now on; only a 2xx takes the document."""
        self._answer = Answer(status, headers or {})

    def answer_at_length(self, length_bytes: int) -> None:
        """Take documents with an answer that has a body of this length."""
        self._answer = Answer(body=bytes(length_bytes))

    def go_down(self) -> None:
        """Take nothing, with 503."""
        self.answer(HTTPStatus.SERVICE_UNAVAILABLE)

    def be_slow(self, seconds: float) -> None:
        """Let every answer take this long."""
        self._latency_s = seconds

    def talk_garbage(self, raw: bytes) -> None:
        """Take documents and answer these bytes, whatever they are."""
        self._garbage = raw

    def drop_after_reading(self, times: int) -> None:
        """Take that many documents without any answer; the connection just ends."""
        self._drops = times

    def hear(self, post: Post) -> Answer | bytes | None:
        """What becomes of a document: an answer, raw bytes, or nothing but the end."""
        with self._lock:
            self.posts.append(post)
            is_dropped = self._drops > 0
            self._drops -= is_dropped
            answer = self._answer
            if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
                self.taken.setdefault(post.headers.get(KEY_HEADER, ""), post.body)
        self._end.wait(self._latency_s)
        return None if is_dropped else answer if self._garbage is None else self._garbage

    def count_connection(self) -> None:
        with self._lock:
            self.connections += 1

    def count_answered(self, length_bytes: int) -> None:
        with self._lock:
            self.answered_bytes += length_bytes


class _Server(WorldServer):
    def __init__(self, receiver: WebhookReceiver, tls: ssl.SSLContext | None) -> None:
        self.receiver = receiver
        super().__init__(_Handler, tls, receiver.count_connection)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        match self.server.receiver.hear(Post(self.path, headers, body)):
            case Answer() as answer:
                self._answer(answer)
            case bytes(raw):
                self.wfile.write(raw)
                self.close_connection = True
            case None:
                self.close_connection = True

    def _answer(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(OSError):
            for start in range(0, len(answer.body), PART_BYTES):
                part = answer.body[start : start + PART_BYTES]
                self.wfile.write(part)
                self.server.receiver.count_answered(len(part))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited
        """Nothing to say."""
