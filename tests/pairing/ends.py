"""Both ceremonies of one pairing, somebody who compares the digits, and whoever sits between."""

import secrets
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from cryptography.hazmat.primitives.asymmetric import ec

from agent.pairing.ceremony import AgentCeremony
from device.pairing.ceremony import ReaderCeremony, ReaderSide
from device.pairings import Ends, Pairing
from hostlink.link_certificate import agent_certificate, reader_certificate
from hostlink.messages import Message, PairingRequested
from hostlink.pairing import PairingTerms
from tests.hostlink.paired_ends import certificate_of
from tests.hostlink.pki import MAKER, READER, UEID

AUDIENCE = "clinic-0000000-test"
ROOTS = (MAKER.leaf,)
SHOWN = certificate_of(READER)
"""What the reader shows in the pairing session, from its maker."""
Tamper = Callable[[Message], Sequence[Message]]
"""What becomes of a message on its way; more than one, or none, may come of it."""


def untouched(message: Message) -> Sequence[Message]:
    """Nobody is there."""
    return (message,)


def a_reader_certificate() -> bytes:
    """A fresh one."""
    return reader_certificate(ec.generate_private_key(ec.SECP256R1()))


def an_agent_certificate() -> bytes:
    """A fresh one."""
    return agent_certificate(ec.generate_private_key(ec.SECP256R1()))


@dataclass
class Kept:
    """The reader's disk."""

    pairings: list[Pairing] = field(default_factory=list)

    def keep(self, agent_name: str, audience: str, ends: Ends) -> None:
        """Keep one."""
        self.pairings.append(Pairing(agent_name, audience, (ends,)))


def reader_side(kept: Kept) -> ReaderSide:
    """A genuine reader."""
    return ReaderSide(
        pairings=tuple(kept.pairings),
        session_certificate=SHOWN,
        chain=READER.chain_der,
        sign=READER.sign,
        make_certificate=a_reader_certificate,
        keep=kept.keep,
    )


@dataclass
class Pair:
    """One attempt, message by message, with a person who looks at both displays."""

    to_reader: Tamper = untouched
    to_agent: Tamper = untouched
    session_certificate: bytes = SHOWN
    """What the agent is shown."""
    ueid: bytes = UEID
    name: str = "受付１"
    audience: str = AUDIENCE
    kept: Kept = field(default_factory=Kept)
    make_bytes: Callable[[int], bytes] = secrets.token_bytes
    agent_kind: type[AgentCeremony] = AgentCeremony
    reader_kind: type[ReaderCeremony] = ReaderCeremony

    def __post_init__(self) -> None:
        self.request = PairingRequested(an_agent_certificate(), self.audience, self.name)
        self.reader = self.reader_kind(reader_side(self.kept), self.make_bytes)
        self.agent = self.agent_kind(
            self.request, self.ueid, self.session_certificate, ROOTS, self.make_bytes
        )
        self._to_reader: deque[Message] = deque()
        self._to_agent: deque[Message] = deque()
        self.shown: set[str] = set()
        """What the person saw on both displays when they were asked at the reader."""

    def run(self) -> "Pair":
        """Play it to its end."""
        self._say(self._to_reader, self.to_reader, self.request)
        while self._to_reader or self._to_agent or self._is_answered():
            if self._to_reader:
                said = self.reader.received(self._to_reader.popleft())
                self._say(self._to_agent, self.to_agent, said)
            elif self._to_agent:
                said = self.agent.received(self._to_agent.popleft())
                self._say(self._to_reader, self.to_reader, said)
        return self

    def terms_at_reader(self, agent: bytes, own: bytes) -> PairingTerms:
        """What the reader agrees on with whoever showed it this certificate."""
        return PairingTerms(SHOWN, own, agent, self.audience, self.name)

    @property
    def is_paired(self) -> bool:
        """Whether either end believes that it is."""
        return self.reader.is_kept or self.agent.paired is not None

    def _is_answered(self) -> bool:
        """The person answers where they are asked, by what both displays show."""
        comparison, code = self.reader.comparison, self.agent.code
        if comparison is not None and code is not None:
            self.shown = {comparison.code, code}
            said = self.reader.answered(is_same=comparison.code == code)
            self._say(self._to_agent, self.to_agent, said)
            return True
        if self.agent.is_asking:
            said = self.agent.answered(is_same=self.shown == {code})
            self._say(self._to_reader, self.to_reader, said)
            return True
        return False

    def _say(self, queue: deque[Message], tamper: Tamper, said: Message | None) -> None:
        if said is not None:
            queue.extend(tamper(said))


def in_place(kind: type[Message], **changed: object) -> Tamper:
    """Change fields of one kind of message."""

    def tamper(message: Message) -> Sequence[Message]:
        return (replace(message, **changed),) if isinstance(message, kind) else (message,)  # type: ignore[arg-type]

    return tamper
