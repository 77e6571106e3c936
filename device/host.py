"""The device's end of the cable: hands messages in, and says when the agent comes and goes."""

import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from device.errors import DeviceError
from hostlink.link import DeviceEnd, Link
from hostlink.messages import (
    AgentHello,
    CertificateKept,
    CertificateRenewed,
    DeviceHello,
    DeviceReport,
    Message,
    PairingForgotten,
    ReportWanted,
    ResultAcknowledged,
    ResultCounts,
    Unpaired,
    VisitChallenge,
    VisitOptions,
    VisitRefused,
)
from hostlink.port import ByteStream
from hostlink.reset import ResetReason

_log = logging.getLogger(__name__)

_REPORT_PAUSE_S = 1.0

FromAgent = VisitChallenge | VisitOptions | VisitRefused | ResultAcknowledged
"""What an agent says about visits and results; what else it says stays here."""


class HostListener(Protocol):
    """Whoever wants to hear from the reception PC; called from the link's own thread."""

    def agent_connected(self, hello: AgentHello) -> None:
        """The link is up; everything unacknowledged must be sent again."""
        ...

    def agent_lost(self) -> None:
        """The link is down."""
        ...

    def agent_said(self, message: FromAgent) -> None:
        """A message arrived."""
        ...

    def result_counts(self) -> ResultCounts:
        """How many results there are, for the agent's report."""
        ...


class PairedAgents(Protocol):
    """The pairings, as the link needs them; called from the link's own thread."""

    def arrived(self, shown: bytes) -> None:
        """An agent came with this certificate (DER)."""
        ...

    def renew(self, shown: bytes, renewed: bytes) -> bytes | None:
        """Believe another certificate of it (DER); what the reader will show (DER)."""
        ...

    def forget(self, shown: bytes) -> None:
        """End the pairing with it."""
        ...


@dataclass(slots=True)
class _Handler:
    """Passes on what a device may hear, and nothing else.

    An agent that goes by another name than the paired one would refuse every result this reader
    signs, so it counts as no agent at all.
    """

    listener: HostListener
    paired: PairedAgents
    audience: str
    link: Link | None = None
    now_s: Callable[[], float] = time.monotonic
    is_ours: bool = False
    _reported_at_s: float = -math.inf

    def link_up(self, peer: DeviceHello | AgentHello) -> None:
        self.is_ours = isinstance(peer, AgentHello) and peer.audience == self.audience
        self.paired.arrived(self._shown())
        if self.is_ours and isinstance(peer, AgentHello):
            self.listener.agent_connected(peer)
        else:
            _log.error("the agent's `audience` is not the one this reader was paired for")

    def link_down(self, reason: ResetReason) -> None:
        if self.is_ours:
            self.is_ours = False
            self.listener.agent_lost()

    def received(self, message: Message) -> None:
        match message:
            case CertificateRenewed(certificate):
                self._renew(certificate)
            case Unpaired():
                self._forget()
            case ReportWanted() if self.is_ours:
                self._report()
            case _ if self.is_ours and isinstance(message, FromAgent):
                self.listener.agent_said(message)

    def _renew(self, certificate: bytes) -> None:
        """Without an answer the agent goes on with the certificate it has."""
        try:
            own = self.paired.renew(self._shown(), certificate)
        except (DeviceError, OSError) as error:
            _log.error("the agent's new certificate was not kept: %s", type(error).__name__)
            return
        if own is not None and self.link is not None:
            self.link.send(CertificateKept(own))

    def _forget(self) -> None:
        try:
            self.paired.forget(self._shown())
        except (DeviceError, OSError) as error:
            _log.error("the pairing was not forgotten: %s", type(error).__name__)
            return
        if self.link is not None:
            self.link.send(PairingForgotten())
        # It may stay on the cable as long as it likes: from here on it is nobody.
        if self.is_ours:
            self.is_ours = False
            self.listener.agent_lost()

    def _report(self) -> None:
        """Not as often as somebody may ask: this is the thread that moves the bytes."""
        now_s = self.now_s()
        if self.link is not None and now_s - self._reported_at_s >= _REPORT_PAUSE_S:
            self._reported_at_s = now_s
            self.link.send(DeviceReport(self.listener.result_counts(), self.link.counters))

    def _shown(self) -> bytes:
        return self.link.peer_certificate if self.link is not None else b""


class Host:
    """The reception PC, as the reader sees it."""

    def __init__(
        self,
        open_stream: Callable[[], ByteStream],
        end: DeviceEnd,
        listener: HostListener,
        paired: PairedAgents,
        audience: str,
    ) -> None:
        self._handler = _Handler(listener, paired, audience)
        self._died = threading.Event()
        self._link = Link(open_stream, end, self._handler, self._died.set)
        self._handler.link = self._link

    @property
    def is_running(self) -> bool:
        """False once a fault has ended the link's thread for good."""
        return not self._died.is_set()

    def start(self) -> None:
        """Listen on the cable until `close`; come back by itself whatever happens to it."""
        self._link.start()

    def tell(self, message: Message) -> bool:
        """Send a message now, or not at all.

        Returns:
            False when the paired agent is not there or too old to know it; what must survive is
            sent again after `agent_connected`.
        """
        return self._handler.is_ours and self._link.send(message)

    def close(self) -> None:
        """Hang up."""
        self._link.close()
