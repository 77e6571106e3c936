"""A counter whose cable leads nowhere: who uses it is written down."""

from dataclasses import dataclass, field

from agent.errors import ConfigError, NotPairedError
from agent.pairings import Pairing
from agent.readers import NOTHING_COUNTED, ReaderLink
from hostlink.messages import LinkCounters, Message
from tests.hostlink.paired_ends import SECRET


@dataclass
class FakeLink:
    """A link that is up from its start to its end."""

    ueid: bytes
    said: list[str]
    """By all links of a cable."""
    is_up: bool = False

    @property
    def counters(self) -> LinkCounters:
        return NOTHING_COUNTED

    def start(self) -> None:
        self.is_up = True
        self.said.append(f"start {self.ueid.hex()}")

    def send(self, message: Message) -> bool:
        self.said.append(type(message).__name__)
        return self.is_up

    def close(self) -> None:
        self.is_up = False
        self.said.append(f"close {self.ueid.hex()}")


@dataclass
class FakeCounter:
    """What is kept of a counter's pairing, and what its cable sees."""

    kept: Pairing | None
    said: list[str] = field(default_factory=list)
    is_readable: bool = True
    is_usable: bool = True

    def __post_init__(self) -> None:
        self.link = ReaderLink(self.kept, self.find, self.connect)

    def find(self) -> Pairing:
        if not self.is_readable:
            raise ConfigError("this pairing cannot be read")
        if self.kept is None:
            raise NotPairedError("no reader is paired")
        return self.kept

    def connect(self, pairing: Pairing) -> FakeLink:
        if not self.is_usable:
            raise ConfigError("the pairing cannot be used")
        return FakeLink(pairing.ueid, self.said)


def a_pairing(ueid: bytes, counter: str = "") -> Pairing:
    """With that reader."""
    return Pairing(ueid, SECRET, f"{ueid.hex()}.pem", b"certificate", counter)
