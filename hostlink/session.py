"""One epoch of the link: from its first frame to its first fault. No I/O, no clock of its own.

Whatever goes wrong raises `SessionEndedError`; nothing is repaired inside a session.

Source: facts/security.md §4.2.
"""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from enum import Enum, auto
from hmac import compare_digest

from hostlink import codec
from hostlink.counters import Tally
from hostlink.ends import AgentEnd, DeviceEnd, End, may_receive
from hostlink.events import LinkEvent, LinkUp, Received
from hostlink.frame import MAX_PAYLOAD_BYTES, Frame, FrameType, encode_frame
from hostlink.message_stream import MessageStream, envelop
from hostlink.messages import AgentHello, DeviceHello, DeviceProof, Message, Ping, Pong
from hostlink.pairing import NONCE_BYTES, agent_proof, device_proof
from hostlink.reset import ResetReason, SessionEndedError
from hostlink.tls_pipe import TlsPipe
from hostlink.version import check_version, choose_version

HANDSHAKE_LIMIT_S = 3.0
"""From the first frame to the hello of the other end."""
PING_AFTER_S = 1.0
"""Ask for a sign of life after this much silence, and again after as much again."""
DEAD_AFTER_S = 3.0

_SEQ_MODULO = 1 << 16


class _Stage(Enum):
    SHAKING_HANDS = auto()
    GREETING = auto()
    """Hellos, then the device's proof."""
    UP = auto()


class Session:
    """The frames, the TLS session and the hellos of one epoch."""

    def __init__(self, epoch: int, end: End, now_s: float, tally: Tally) -> None:
        self.epoch = epoch
        self.started_at_s = now_s
        self._end = end
        self._tally = tally
        self._tls = TlsPipe(end)
        self._messages = MessageStream()
        self._stage = _Stage.SHAKING_HANDS
        self._device_hello: DeviceHello | None = None
        self._agent_hello: AgentHello | None = None
        self._next_seq_out = 0
        self._next_seq_in = 0
        self._heard_at_s = now_s
        self._pinged_at_s = now_s
        self._ping: Ping | None = None
        # The client speaks first; the server only notes that it has nothing to read yet.
        self._tls.shake_hands()

    @property
    def is_up(self) -> bool:
        """Whether both hellos were exchanged and both ends proved that they are paired."""
        return self._stage is _Stage.UP

    @property
    def peer_certificate(self) -> bytes:
        """DER of what the other end showed; empty: nothing."""
        return self._tls.peer_certificate

    def receive(self, frame: Frame, now_s: float) -> Iterator[LinkEvent]:
        """Take a START or DATA frame of this epoch.

        Raises:
            SessionEndedError: A gap, a TLS failure, or a message that must not be.
        """
        if not self._is_next(frame.seq):
            return
        self._heard_at_s = now_s
        self._tls.put(frame.payload)
        if self._stage is _Stage.SHAKING_HANDS:
            if not self._tls.shake_hands():
                return
            self._stage = _Stage.GREETING
            self._offer()
        for message in self._messages.feed(self._tls.read()):
            yield from self._on_message(message, now_s)

    def send(self, encoded: bytes) -> None:
        """Put an encoded message on its way; only while the session is up."""
        self._tls.write(envelop(encoded))

    def tick(self, now_s: float) -> None:
        """Look at the clock.

        Raises:
            SessionEndedError: A deadline has passed.
        """
        if not self.is_up:
            if now_s - self.started_at_s >= HANDSHAKE_LIMIT_S:
                raise SessionEndedError(ResetReason.HANDSHAKE_TIMEOUT)
            return
        if now_s - self._heard_at_s >= DEAD_AFTER_S:
            raise SessionEndedError(ResetReason.SILENT)
        if now_s - max(self._heard_at_s, self._pinged_at_s) >= PING_AFTER_S:
            self._pinged_at_s = now_s
            self._ping = Ping(secrets.token_bytes(8))
            self.send(codec.encode(self._ping))

    def take_frames(self) -> Iterator[bytes]:
        """The encoded frames this end has to send, in order."""
        tls_bytes = self._tls.take()
        for start in range(0, len(tls_bytes), MAX_PAYLOAD_BYTES):
            is_first = self._next_seq_out == 0 and isinstance(self._end, AgentEnd)
            kind = FrameType.START if is_first else FrameType.DATA
            payload = tls_bytes[start : start + MAX_PAYLOAD_BYTES]
            yield encode_frame(Frame(kind, self.epoch, self._next_seq_out, payload))
            self._next_seq_out = (self._next_seq_out + 1) % _SEQ_MODULO

    def _is_next(self, seq: int) -> bool:
        ahead = (seq - self._next_seq_in) % _SEQ_MODULO
        if ahead >= _SEQ_MODULO // 2:
            self._tally.repeated += 1
            return False
        if ahead > 0:
            self._tally.gaps += 1
            raise SessionEndedError(ResetReason.GAP)
        self._next_seq_in = (seq + 1) % _SEQ_MODULO
        return True

    def _offer(self) -> None:
        if isinstance(self._end, DeviceEnd):
            hello = self._end.make_hello()
            self._device_hello = replace(hello, challenge=secrets.token_bytes(NONCE_BYTES))
            self.send(codec.encode(self._device_hello))

    def _on_message(self, message: Message, now_s: float) -> Iterator[LinkEvent]:
        if self._stage is not _Stage.UP:
            peer = self._greet(message)
            if peer is not None:
                self._stage = _Stage.UP
                self._tally.sessions += 1
                yield LinkUp(peer)
            return
        if not may_receive(self._end, message):
            raise SessionEndedError(ResetReason.UNEXPECTED_MESSAGE)
        match message:
            case Ping():
                self.send(codec.encode(Pong(message.nonce)))
            case Pong():
                self._on_pong(message, now_s)
            case _:
                yield Received(message)

    def _greet(self, message: Message) -> DeviceHello | AgentHello | None:
        """Take one of the three messages before the session is up; the peer, once it is."""
        match self._end, message:
            case AgentEnd() as end, DeviceHello() if self._device_hello is None:
                self._answer(end, message)
                return None
            case AgentEnd() as end, DeviceProof():
                return self._check_device(end, message)
            case DeviceEnd() as end, AgentHello():
                return self._check_agent(end, message)
            case _:
                raise SessionEndedError(ResetReason.UNEXPECTED_MESSAGE)

    def _answer(self, end: AgentEnd, hello: DeviceHello) -> None:
        version = choose_version(hello)
        challenge = secrets.token_bytes(NONCE_BYTES)
        proof = agent_proof(end.secret, hello.challenge, challenge)
        answer = replace(end.make_hello(hello), version=version, challenge=challenge, proof=proof)
        self._device_hello, self._agent_hello = hello, answer
        self.send(codec.encode(answer))

    def _check_agent(self, end: DeviceEnd, hello: AgentHello) -> AgentHello:
        if self._device_hello is None:
            raise SessionEndedError(ResetReason.UNEXPECTED_MESSAGE)
        check_version(self._device_hello, hello)
        secret = end.secret_of(self.peer_certificate)
        challenges = (self._device_hello.challenge, hello.challenge)
        if secret is None or not compare_digest(hello.proof, agent_proof(secret, *challenges)):
            raise SessionEndedError(ResetReason.NOT_PAIRED)
        self.send(codec.encode(DeviceProof(device_proof(secret, *challenges))))
        return hello

    def _check_device(self, end: AgentEnd, said: DeviceProof) -> DeviceHello:
        if self._device_hello is None or self._agent_hello is None:
            raise SessionEndedError(ResetReason.UNEXPECTED_MESSAGE)
        challenges = (self._device_hello.challenge, self._agent_hello.challenge)
        if not compare_digest(said.proof, device_proof(end.secret, *challenges)):
            raise SessionEndedError(ResetReason.NOT_PAIRED)
        return self._device_hello

    def _on_pong(self, pong: Pong, now_s: float) -> None:
        if self._ping is not None and pong.nonce == self._ping.nonce:
            self._tally.round_trips_s.append(now_s - self._pinged_at_s)
            self._ping = None
