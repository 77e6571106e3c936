"""A delivery with real folders behind it, and relays that fail as they are told."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from agent.characters import Encoding
from agent.delivery import Delivery, DeliveryTerms
from agent.errors import RelayUnavailableError
from agent.forgetting import Forgetting, KeepingTerms
from agent.relays._oqs_file import file_name, render
from agent.relays.oqs_folder import Settings, create
from agent.relays.port import Prepared, Reception, Relay, SendingRelay
from agent.store import Store
from tests.agent.world import (
    INSTITUTION,
    ROOTS,
    HeardJournal,
    SigningReader,
    ToldClock,
    receive_visit,
)
from tests.hw_sim.reception_software import ReceptionSoftware

VISITS = (bytes([1]) * 16, bytes([2]) * 16)
DATABASE = "agent.sqlite3"
MakeRelay = Callable[[Path], Relay]


def real_relay(folder: Path) -> Relay:
    return create(Settings(folder=folder))


class NaiveFolder:
    """Negative control: writes beside, renames, and only then remembers that it did."""

    needs_record = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._receptions: dict[str, Reception] = {}

    def prepare(self, reception: Reception) -> Prepared:
        name = file_name("OQSsiquc01res_face", reception)
        beside = self._folder / f"{name}.part"
        beside.write_bytes(render(reception, Encoding.UTF_8).content)
        return Prepared(name, is_encoding_changed=False)

    def commit(self, token: str) -> str:
        beside = self._folder / f"{token}.part"
        shutil.copy(beside, beside.with_suffix(".copy"))
        beside.with_suffix(".copy").rename(self._folder / token)
        return token

    def settle(self, token: str) -> None:
        """Nothing is kept that could be forgotten."""


class ShutFolder:
    """A relay whose share is away until told otherwise."""

    needs_record = True

    def __init__(self, relay: Relay) -> None:
        self.is_shut = True
        self._relay = relay

    def prepare(self, reception: Reception) -> Prepared:
        if self.is_shut:
            raise RelayUnavailableError("EHOSTDOWN")
        return self._relay.prepare(reception)

    def commit(self, token: str) -> str:
        if self.is_shut:
            raise RelayUnavailableError("EHOSTDOWN")
        return self._relay.commit(token)

    def settle(self, token: str) -> None:
        self._relay.settle(token)


class WholeDelivery(Delivery):
    """All relays together, and what deletes what they have."""

    forgetting: Forgetting


class Bench:
    """A store, and a folder with reception software behind it."""

    def __init__(self, folder: Path) -> None:
        self.reception = folder / "reception"
        self.reception.mkdir(parents=True, exist_ok=True)
        self.software = ReceptionSoftware(self.reception, today="20261122")
        self.journal = HeardJournal()
        self.clock = ToldClock()
        self.store = Store(folder / DATABASE)
        self._folder = folder

    def receive(self, *visits: bytes) -> None:
        reader = SigningReader()
        for visit in visits:
            receive_visit(self.store, reader, visit)

    def delivery(
        self, *, keep: timedelta = timedelta(0), **relays: Relay | SendingRelay
    ) -> "WholeDelivery":
        wanted = relays or {"oqs": real_relay(self.reception)}
        terms = DeliveryTerms(INSTITUTION, ROOTS)
        made = WholeDelivery(self.store, wanted, terms, self.journal, self.clock)
        keeping = KeepingTerms(tuple(wanted), timedelta(days=7), keep)
        made.forgetting = Forgetting(self.store, keeping, self.journal, self.clock)
        return made

    def bytes_on_disk(self) -> bytes:
        return b"".join(path.read_bytes() for path in self._folder.glob(f"{DATABASE}*"))


class LosingFolder(ShutFolder):
    """A relay whose share goes away just before the first hand-over, and loses what was staged."""

    def __init__(self, relay: Relay, lose: Callable[[], None]) -> None:
        super().__init__(relay)
        self.is_shut = False
        self._losses = [lose]

    def commit(self, token: str) -> str:
        if self._losses:
            self._losses.pop()()
            raise RelayUnavailableError("EHOSTDOWN")
        return super().commit(token)


class ReplacingFolder(ShutFolder):
    """A relay whose encoding lacks characters of everybody's name and address."""

    def __init__(self, relay: Relay) -> None:
        super().__init__(relay)
        self.is_shut = False

    def prepare(self, reception: Reception) -> Prepared:
        return replace(super().prepare(reception), replaced=("name", "address"))
