"""A real HTTPS server on this machine that publishes files, well or badly."""

import ipaddress
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"


@dataclass
class Publisher:
    """What is published, and how."""

    certificate: Path
    port: int = 0
    files: dict[str, bytes] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    cut_after: dict[str, int] = field(default_factory=dict)
    """Bytes, of files that announce more."""
    unannounced: set[str] = field(default_factory=set)
    """Files that come without their length."""
    endless: set[str] = field(default_factory=set)
    """Paths at which a byte comes now and then, for ever."""
    silent: set[str] = field(default_factory=set)
    """Paths that never answer."""
    closing: threading.Event = field(default_factory=threading.Event)

    def address(self, path: str) -> str:
        return f"https://{HOST}:{self.port}/{path}"


@contextmanager
def publishing(folder: Path) -> Iterator[Publisher]:
    """Serves until left; whoever trusts `certificate` can fetch."""
    publisher = Publisher(_certificate(folder))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _answer(self, publisher, self.path.removeprefix("/"))

        def log_message(self, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer((HOST, 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(publisher.certificate, folder / "key.pem")
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    publisher.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield publisher
    finally:
        publisher.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(request: BaseHTTPRequestHandler, publisher: Publisher, path: str) -> None:
    if path in publisher.silent:
        publisher.closing.wait()
    elif path in publisher.redirects:
        request.send_response(302)
        request.send_header("Location", publisher.redirects[path])
        request.end_headers()
    elif path in publisher.endless:
        request.send_response(200)
        request.end_headers()
        while not publisher.closing.wait(0.01):
            request.wfile.write(b"?")
    elif path in publisher.files:
        content = publisher.files[path]
        request.send_response(200)
        if path not in publisher.unannounced:
            request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content[: publisher.cut_after.get(path, len(content))])
    else:
        request.send_error(404)


def _certificate(folder: Path) -> Path:
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), False
        )
        .sign(key, SHA256())
    )
    (folder / "key.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    path = folder / "certificate.pem"
    path.write_bytes(built.public_bytes(Encoding.PEM))
    return path
