"""The reader that something is done with: its counter, its cable, and what is kept of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agent.config import Config
from agent.errors import PairingError
from agent.link import stream_opener
from agent.pairings import Pairings
from hostlink.port import ByteStream


@dataclass(frozen=True, slots=True)
class Place:
    """One counter of a configuration."""

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
