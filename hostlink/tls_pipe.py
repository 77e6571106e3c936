"""One TLS session without a socket: bytes in, bytes out.

Source: facts/platform.md §4.1 (`ssl.MemoryBIO`).
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from hostlink.ends import AgentEnd, End
from hostlink.reset import ResetReason, SessionEndedError

_NAMES_NOBODY = ("CALLBACK_FAILED", "TLSV1_UNRECOGNIZED_NAME")
"""How OpenSSL tells, at the device and at the agent, that no pairing has the name asked for."""
_READ_BYTES = 16 * 1024
"""The most one TLS record holds."""


class TlsPipe:
    """Plain bytes on one side, TLS bytes on the other."""

    def __init__(self, end: End) -> None:
        self._arrived = ssl.MemoryBIO()
        self._leaving = ssl.MemoryBIO()
        self._alpn = end.purpose.value
        self._tls = end.tls.wrap_bio(
            self._arrived,
            self._leaving,
            server_side=not isinstance(end, AgentEnd),
            server_hostname=end.server_name if isinstance(end, AgentEnd) else None,
        )

    @property
    def peer_certificate(self) -> bytes:
        """DER of what the other end showed, after the handshake; empty: nothing."""
        return self._tls.getpeercert(binary_form=True) or b""

    def put(self, tls_bytes: bytes) -> None:
        """TLS bytes from the other end."""
        self._arrived.write(tls_bytes)

    def take(self) -> bytes:
        """TLS bytes for the other end."""
        return self._leaving.read()

    def shake_hands(self) -> bool:
        """Go on with the handshake.

        Returns:
            Whether it is complete. To the agent this does not yet mean that the device accepts
            its certificate: that shows at the first bytes it can read.

        Raises:
            SessionEndedError: It failed.
        """
        try:
            with _faults_end_session():
                self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        if self._tls.selected_alpn_protocol() != self._alpn:
            raise SessionEndedError(ResetReason.VERSION_MISMATCH)
        return True

    def write(self, plain: bytes) -> None:
        """Encrypt bytes for the other end; only after the handshake."""
        self._tls.write(plain)

    def read(self) -> bytes:
        """Decrypt what has arrived.

        Raises:
            SessionEndedError: The TLS session is broken or was ended by the other end.
        """
        plain = bytearray()
        try:
            with _faults_end_session():
                while piece := self._tls.read(_READ_BYTES):
                    plain += piece
        except ssl.SSLWantReadError:
            return bytes(plain)
        raise SessionEndedError(ResetReason.TLS_FAILED)


@contextmanager
def _faults_end_session() -> Iterator[None]:
    """Let only "more bytes first" through as it is."""
    try:
        yield
    except ssl.SSLWantReadError:
        raise
    except ssl.SSLCertVerificationError:
        raise SessionEndedError(ResetReason.PEER_NOT_TRUSTED) from None
    except ssl.SSLError as error:
        is_unknown = error.reason in _NAMES_NOBODY
        reason = ResetReason.PEER_NOT_TRUSTED if is_unknown else ResetReason.TLS_FAILED
        raise SessionEndedError(reason) from None
