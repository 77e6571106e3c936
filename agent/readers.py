"""The cable of each counter and who uses it: the link to its reader, or a ceremony, or nobody.

A counter whose reader is not paired has an entry, too, and no link until it is. One counter's cable
is lent and taken back without a word to the others.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from agent import log
from agent.errors import ConfigError, NotPairedError
from agent.pairings import Pairing
from hostlink.counters import Tally
from hostlink.messages import LinkCounters, Message

NOTHING_COUNTED = Tally().snapshot()


class CableUser(Protocol):
    """As much of `hostlink.link.Link` as is used here."""

    @property
    def is_up(self) -> bool:
        """Whether the reader is there."""
        ...

    @property
    def counters(self) -> LinkCounters:
        """What has happened on the cable so far."""
        ...

    def start(self) -> None:
        """Use the cable from now on."""
        ...

    def send(self, message: Message) -> bool:
        """Send a message soon, or not at all."""
        ...

    def close(self) -> None:
        """Let go of the cable; it is free when this returns."""
        ...


class ReaderLink:
    """One counter. The link may be asked from any thread.

    Args:
        pairing: With the reader that stands there; None: not paired yet.
        find: The pairing as it is kept now.
        connect: Makes a link out of a pairing; it is not started.

    Raises:
        ConfigError: The pairing's files cannot be used.
    """

    def __init__(
        self,
        pairing: Pairing | None,
        find: Callable[[], Pairing],
        connect: Callable[[Pairing], CableUser],
    ) -> None:
        self._pairing = pairing
        self._find = find
        self._connect = connect
        self._link = None if pairing is None else connect(pairing)
        self._lock = threading.Lock()
        # Guarded by the lock.
        self._is_serving = False
        self._is_lent = False

    @property
    def ueid(self) -> bytes | None:
        """Of the reader that is paired here; None: none is."""
        pairing = self._pairing
        return None if pairing is None else pairing.ueid

    @property
    def is_paired(self) -> bool:
        """Whether a reader is."""
        return self._pairing is not None

    @property
    def is_up(self) -> bool:
        """Whether the reader is there."""
        link = self._link
        return link is not None and link.is_up

    @property
    def counters(self) -> LinkCounters:
        """What has happened on the cable since this link was made."""
        link = self._link
        return NOTHING_COUNTED if link is None else link.counters

    def send(self, message: Message) -> bool:
        """As `Link.send`; False as well where there is no link now."""
        link = self._link
        return link is not None and link.send(message)

    def start(self) -> None:
        """Serve from now on."""
        with self._lock:
            self._is_serving = True
            if self._link is not None and not self._is_lent:
                self._link.start()

    def close(self) -> None:
        """Serve no more, for good."""
        with self._lock:
            self._is_serving = False
            self._drop_link()

    @contextmanager
    def lent(self) -> Iterator[None]:
        """While inside nobody uses the cable; then the link runs as the pairing is by then."""
        with self._lock:
            self._is_lent = True
            self._drop_link()
        try:
            yield
        finally:
            with self._lock:
                self._is_lent = False
                self._pairing = self._found()
                self._take_up()

    def follow(self) -> None:
        """Where the reader was paired at another counter meanwhile, serve it here no more."""
        with self._lock:
            if self._is_lent or self._pairing is None:
                return
            try:
                self._find()
            except NotPairedError:
                self._drop_link()
                self._pairing = None
            except ConfigError:
                return  # it cannot be told, and the link works

    def _found(self) -> Pairing | None:
        try:
            return self._find()
        except NotPairedError:
            return None
        except ConfigError as error:
            log.warn(str(error))
            return None

    def _take_up(self) -> None:
        if self._pairing is None or not self._is_serving:
            return
        try:
            self._link = self._connect(self._pairing)
        except ConfigError as error:
            log.warn(str(error))
            self._pairing = None
            return
        self._link.start()

    def _drop_link(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.close()


class Readers(Mapping[str, ReaderLink]):
    """All counters of the configuration, by their names."""

    def __init__(self, links: Mapping[str, ReaderLink]) -> None:
        self._links = dict(links)

    def __getitem__(self, counter: str) -> ReaderLink:
        return self._links[counter]

    def __iter__(self) -> Iterator[str]:
        return iter(self._links)

    def __len__(self) -> int:
        return len(self._links)

    def start(self) -> None:
        """Serve all that are paired."""
        for link in self._links.values():
            link.start()

    def close(self) -> None:
        """Serve nobody any more."""
        for link in self._links.values():
            link.close()

    @contextmanager
    def cable_of(self, counter: str) -> Iterator[None]:
        """As `ReaderLink.lent`; the others go on."""
        try:
            with self._links[counter].lent():
                yield
        finally:
            for other, link in self._links.items():
                if other != counter:
                    link.follow()
