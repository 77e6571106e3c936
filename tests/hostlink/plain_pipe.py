"""Negative control: what `TlsPipe` does, without TLS.

TLS notices whatever the frames let pass, so a bad frame layer only shows without it.
"""

from hostlink.ends import AgentEnd, End
from tests.hostlink.paired_ends import certificate_of
from tests.hostlink.pki import AGENT


class PlainPipe:
    """No TLS: what is missing is not noticed by it."""

    def __init__(self, end: End) -> None:
        self._is_agent = isinstance(end, AgentEnd)
        self._arrived, self._leaving = bytearray(), bytearray()
        self._has_greeted = False

    peer_certificate = certificate_of(AGENT)
    """As if the paired agent had shown it."""

    def put(self, tls_bytes: bytes) -> None:
        self._arrived += tls_bytes

    def take(self) -> bytes:
        leaving = bytes(self._leaving)
        self._leaving.clear()
        return leaving

    def shake_hands(self) -> bool:
        """The agent's first frame is empty of sense; the device answers with its hello."""
        if self._is_agent and not self._has_greeted:
            self._has_greeted = True
            self.write(b"?")
            return False
        if not self._is_agent and self._arrived:
            del self._arrived[0]
            return True
        return self._is_agent

    def write(self, plain: bytes) -> None:
        self._leaving += plain

    def read(self) -> bytes:
        arrived = bytes(self._arrived)
        self._arrived.clear()
        return arrived
