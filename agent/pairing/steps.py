"""What can be done with the reader on one cable: pair, renew, unpair.

The cable has one user: the agent's link does not run meanwhile. The command and the running agent
do the same; they differ in how the person is asked.
"""

import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, TypeVar

import msgspec

from agent.clock import SystemClock
from agent.config import Config, read_certificates
from agent.errors import ConfigError, PairingError
from agent.link import hello_maker, paired_end
from agent.pairing.ceremony import AgentCeremony
from agent.pairing.conversation import (
    Answered,
    CalledOff,
    Conversation,
    Events,
    called_off,
)
from agent.pairing.failures import Failure, PairingFailedError, refused
from agent.pairing.place import Place
from agent.pairings import NewIdentity, Pairing
from hostlink.ends import AgentEnd, Purpose
from hostlink.messages import (
    CertificateKept,
    CertificateRenewed,
    Message,
    PairingForgotten,
    PairingRequested,
    Unpaired,
)
from hostlink.pairing import NO_SECRET, is_name
from hostlink.terms import PairingRefusal
from hostlink.tls import pairing_agent_context

WINDOW_S = 600.0
"""As long as the reader waits after a press of its button."""
ANSWER_S = 15.0

Kind = TypeVar("Kind", bound=Message)


class Person(Protocol):
    """Who stands before this PC while it is paired. What they say comes in as events."""

    def may_replace(self, others: Sequence[Pairing], ueid: bytes) -> bool:
        """Whether this reader may take the place of those at the counter."""
        ...

    def compare(self, ueid: bytes, code: str) -> None:
        """Show the reader's name and the six digits; `Answered` counts from now on."""
        ...

    def is_asked(self, code: str) -> None:
        """Somebody said yes at the reader: say so here too, if nothing was said yet."""
        ...


def check_name(name: str) -> None:
    """Whether the reader can show this name of the PC.

    Raises:
        PairingError: It cannot.
    """
    if not is_name(name):
        raise PairingError(
            "this PC's name (--name) must be one that the reader can show: 1 to 64 bytes, fewer"
            " than 6 digits."
        )


def pair(place: Place, name: str, person: Person, events: Events) -> Pairing:
    """Pair with the reader on the cable.

    Args:
        place: Whose cable.
        name: What the reader's screen calls this PC; see `check_name`.
        person: Compares the digits.
        events: Where the person is heard.

    Raises:
        PairingError: It came to nothing; what worked before goes on working.
        ConfigError: Something in the configuration cannot work.
    """
    config, pairings = place.config, place.pairings
    before = pairings.all_at(place.counter)
    roots = read_certificates(config.trust_root, "trust_root")
    with Conversation(place.open_stream(), _pairing_end(config), events) as reader:
        hello, shown = reader.wait_for_reader(WINDOW_S)
        others = [pairing for pairing in before if pairing.ueid != hello.ueid]
        if others and not person.may_replace(others, hello.ueid):
            raise PairingFailedError(
                Failure.OTHER_READER, "not paired: this PC goes on with the reader it has."
            )
        identity = NewIdentity.make(SystemClock().now())
        request = PairingRequested(identity.certificate, config.audience, name)
        ceremony = AgentCeremony(request, hello.ueid, shown, roots)
        reader.say(request)
        _hold(ceremony, reader, person, hello.ueid)
        if ceremony.paired is None:
            raise refused(ceremony.refusal or PairingRefusal.DECLINED)
        paired = ceremony.paired
        made = Pairing(
            hello.ueid,
            paired.secret,
            identity.name,
            paired.reader_certificate,
            place.counter,
            1 + max((each.generation for each in before), default=0),
        )
        with _disk_errors("the reader has kept the pairing, this PC could not: pair again."):
            pairings.keep(made, identity)
            for other in others:
                pairings.forget(other)
    return made


def renew(place: Place) -> Pairing:
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
    return after


def unpair(place: Place, *, is_reader_gone: bool) -> Pairing:
    """End the pairing at both ends.

    Args:
        place: Of the reader.
        is_reader_gone: End it here only.

    Returns:
        What is no more.

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
        pairings.forget_all_at(place.counter)
    return pairing


@contextmanager
def _disk_errors(sentence: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PairingFailedError(Failure.NOT_KEPT, f"{error.strerror}: {sentence}") from error


def _hold(ceremony: AgentCeremony, reader: Conversation, person: Person, ueid: bytes) -> None:
    """Until it is over; the person may answer before somebody does at the reader, or after."""
    is_shown = is_asked = False
    answer: bool | None = None
    while not ceremony.is_over:
        match reader.hear_anybody(WINDOW_S):
            case CalledOff():
                reader.say_last(ceremony.give_up(PairingRefusal.DECLINED))
                raise called_off()
            case Answered(is_same):
                answer = is_same if is_shown else None
            case message:
                _say(reader, ceremony.received(message))
        if ceremony.code is not None and not is_shown:
            is_shown = True
            person.compare(ueid, ceremony.code)
        if ceremony.code is not None and ceremony.is_asking and not is_asked:
            is_asked = True
            person.is_asked(ceremony.code)
        if answer is False and not ceremony.is_over:
            reader.say_last(ceremony.give_up(PairingRefusal.DIGITS_DIFFER))
        elif answer:
            _say(reader, ceremony.answered(is_same=True))


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
