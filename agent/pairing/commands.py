"""What somebody at the reception PC can have done: pair, renew, unpair.

The agent must not run meanwhile: the cable has one user.
"""

import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from agent.clock import SystemClock
from agent.config import Config, read_certificates
from agent.errors import ConfigError, PairingError
from agent.link import hello_maker, paired_end, stream_opener
from agent.pairing.ceremony import AgentCeremony
from agent.pairing.conversation import Conversation
from agent.pairings import NewIdentity, Pairing, Pairings
from hostlink.ends import Purpose
from hostlink.link import AgentEnd
from hostlink.messages import (
    CertificateKept,
    CertificateRenewed,
    Message,
    PairingForgotten,
    PairingRequested,
    Unpaired,
)
from hostlink.pairing import NO_SECRET, is_name
from hostlink.port import ByteStream
from hostlink.terms import PairingRefusal
from hostlink.tls import pairing_agent_context

WINDOW_S = 600.0
"""As long as the reader waits after a press of its button."""
ANSWER_S = 15.0

Kind = TypeVar("Kind", bound=Message)

_WHY = {
    PairingRefusal.DIGITS_DIFFER: "the digits differed. Look for an unknown device on the cable.",
    PairingRefusal.DECLINED: "it was called off at the reader.",
    PairingRefusal.TIMED_OUT: "the time is up. Press the reader's button again.",
    PairingRefusal.NOT_GENUINE: (
        "the other end gave a wrong answer. Look for an unknown device on the cable."
    ),
    PairingRefusal.TOO_MANY: "the reader has four reception PCs already. Unpair one of them.",
    PairingRefusal.OTHER_AUDIENCE: (
        "the reader is paired for another `audience`. Unpair it there first."
    ),
    PairingRefusal.NOT_STORED: "the reader could not save it. Check its storage.",
    PairingRefusal.INTERRUPTED: "the cable was pulled. Press the reader's button again.",
}


def show(config: Config, tell: Callable[[str], None]) -> None:
    """One line for each counter: where its reader is plugged in, and which one it is.

    Raises:
        ConfigError: The pairings cannot be read.
    """
    pairings = Pairings(config.pairings)
    for counter, place in config.places.items():
        try:
            who = f"reader {pairings.at(counter).ueid.hex()}"
        except ConfigError as error:
            who = str(error)
        where = place.port or f"USB serial number {place.usb_serial}"
        tell(f"{counter or 'the only counter'}: {where}: {who}")


@dataclass(frozen=True, slots=True)
class Operator:
    """The person before this PC."""

    tell: Callable[[str], None]
    """Takes one sentence."""
    ask: Callable[[str], bool]
    """Takes one question, gives yes or no; waits for the person."""


@dataclass(frozen=True, slots=True)
class Place:
    """The reader that something is done with."""

    config: Config
    folder: Path
    """Where the configuration file lies."""
    counter: str
    """Where the reader stands."""

    @classmethod
    def find(cls, config: Config, folder: Path, counter: str | None) -> "Place":
        """The one of that counter; the only one, where there is only one.

        Raises:
            PairingError: It must be named, or none is called so.
        """
        names = list(config.places)
        if counter is None and len(names) == 1:
            return cls(config, folder, names[0])
        if counter not in names:
            raise PairingError(f"--counter: name one of {', '.join(names) or 'the readers'}.")
        return cls(config, folder, counter)

    @property
    def pairings(self) -> Pairings:
        """Of all counters."""
        return Pairings(self.config.pairings)

    def open_stream(self) -> Callable[[], ByteStream]:
        """How its port is opened."""
        return stream_opener(self.config.places[self.counter], self.folder)


def pair(place: Place, name: str, operator: Operator) -> None:
    """Pair with the reader on the cable.

    Args:
        place: Whose cable.
        name: What the reader's screen calls this PC; see `hostlink.pairing.is_name`.
        operator: Compares the digits.

    Raises:
        PairingError: It came to nothing; what worked before goes on working.
        ConfigError: Something in the configuration cannot work.
    """
    if not is_name(name):
        raise PairingError(
            "--name: choose a name that the reader can show: 1 to 64 bytes, fewer than 6 digits."
        )
    config, pairings = place.config, place.pairings
    before = [pairing for pairing in pairings.all() if pairing.counter == place.counter]
    roots = read_certificates(config.trust_root, "trust_root")
    operator.tell("Press the button inside the reader. Waiting for it, up to ten minutes ...")
    with Conversation(place.open_stream(), _pairing_end(config)) as reader:
        hello, shown = reader.wait_for_reader(WINDOW_S)
        others = [pairing for pairing in before if pairing.ueid != hello.ueid]
        _ask_to_replace(others, hello.ueid, operator)
        identity = NewIdentity.make(SystemClock().now())
        request = PairingRequested(identity.certificate, config.audience, name)
        ceremony = AgentCeremony(request, hello.ueid, shown, roots)
        reader.say(request)
        _hold(ceremony, reader, operator, hello.ueid.hex())
        if ceremony.paired is None:
            raise PairingError(f"not paired: {_WHY[ceremony.refusal or PairingRefusal.DECLINED]}")
        paired = ceremony.paired
        made = Pairing(
            hello.ueid, paired.secret, identity.name, paired.reader_certificate, place.counter
        )
        with _disk_errors("the reader has kept the pairing, this PC could not: pair again."):
            pairings.keep(made, identity)
            for other in others:
                pairings.forget(other)
    operator.tell(f"Paired with the reader {hello.ueid.hex()}. Start the agent now.")


def renew(place: Place, operator: Operator) -> None:
    """Exchange both ends' keys for new ones, over the link that the old ones protect.

    Raises:
        PairingError: It was not done, or not seen to be done: whatever happened, the old keys go
            on until the reader has seen the new ones.
        ConfigError: Something in the configuration cannot work.
    """
    pairings = place.pairings
    before = pairings.at(place.counter)
    with _talk(place, before) as reader:
        reader.wait_for_reader(ANSWER_S)
        identity = NewIdentity.make(SystemClock().now())
        reader.say(CertificateRenewed(identity.certificate))
        kept = _answer(reader, CertificateKept)
        after = msgspec.structs.replace(
            before, identity=identity.name, reader_certificate=kept.certificate
        )
        with _disk_errors("the new keys could not be kept; the old ones go on."):
            pairings.keep(after, identity)
    # The reader lets go of the old certificate when the new one comes.
    with _talk(place, after) as reader:
        reader.wait_for_reader(ANSWER_S)
    operator.tell("Both ends have new keys.")


def unpair(place: Place, operator: Operator, *, is_reader_gone: bool) -> None:
    """End the pairing at both ends.

    Args:
        place: Of the reader.
        operator: Is told what was done.
        is_reader_gone: End it here only.

    Raises:
        PairingError: The reader does not answer; this PC has changed nothing.
        ConfigError: Something in the configuration cannot work.
    """
    pairings = place.pairings
    pairing = pairings.at(place.counter)
    if not is_reader_gone:
        with _talk(place, pairing) as reader:
            reader.wait_for_reader(ANSWER_S)
            reader.say(Unpaired())
            _answer(reader, PairingForgotten)
    with _disk_errors("this PC could not forget the reader; the reader has forgotten this PC."):
        pairings.forget(pairing)
    where = "here; the reader must forget it, too" if is_reader_gone else "at both ends"
    operator.tell(f"Unpaired from the reader {pairing.ueid.hex()} {where}.")


def _ask_to_replace(others: Sequence[Pairing], ueid: bytes, operator: Operator) -> None:
    """At a counter stands one reader."""
    if not others:
        return
    names = ", ".join(pairing.ueid.hex() for pairing in others)
    question = f"This PC serves the reader {names}. Serve {ueid.hex()} in its place?"
    if not operator.ask(question):
        raise PairingError("not paired: this PC goes on with the reader it has.")


@contextmanager
def _disk_errors(sentence: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PairingError(f"{error.strerror}: {sentence}") from error


def _hold(
    ceremony: AgentCeremony, reader: Conversation, operator: Operator, reader_name: str
) -> None:
    is_shown = False
    while not ceremony.is_over:
        _say(reader, ceremony.received(reader.hear(WINDOW_S)))
        if ceremony.code is not None and not is_shown:
            is_shown = True
            operator.tell(f"Reader {reader_name}\nCompare with its display:   {_spaced(ceremony)}")
        if ceremony.is_asking:
            is_same = operator.ask(f"Did the reader show {_spaced(ceremony)}?")
            _say(reader, ceremony.answered(is_same=is_same))


def _spaced(ceremony: AgentCeremony) -> str:
    code = ceremony.code or ""
    return f"{code[:3]} {code[3:]}"


def _say(reader: Conversation, message: Message | None) -> None:
    if message is not None:
        reader.say(message)


def _pairing_end(config: Config) -> AgentEnd:
    try:
        tls = pairing_agent_context(config.trust_root)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"trust_root: {config.trust_root} cannot be used.") from error
    hello = hello_maker(config.audience, SystemClock())
    return AgentEnd(tls, hello, NO_SECRET, purpose=Purpose.PAIRING)


def _talk(place: Place, pairing: Pairing) -> Conversation:
    hello = hello_maker(place.config.audience, SystemClock())
    return Conversation(place.open_stream(), paired_end(place.pairings, pairing, hello))


def _answer(reader: Conversation, kind: type[Kind]) -> Kind:
    """The reader's next message of this kind; its other business is not for us."""
    while True:
        message = reader.hear(ANSWER_S)
        if isinstance(message, kind):
            return message
