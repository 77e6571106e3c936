"""A local API that serves on a real port, with a store and a board behind it, and its callers."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import httpx

from agent.api.clients import Client, Clients, Role
from agent.api.feed import Feed
from agent.api.opening import Surroundings, make_server
from agent.api.reading import ReaderViews, ReadingTerms
from agent.api.server import Server, open_port
from agent.board import Board
from agent.delivery import Delivery, DeliveryTerms
from agent.eligibility.port import NumberLookup
from agent.forgetting import Forgetting, KeepingTerms
from agent.inbox import Inbox
from agent.journal import Event, Journals
from agent.metrics import Metrics
from agent.patients.port import PatientList
from agent.readers import Readers
from agent.store import Store
from hostlink.messages import DeviceHello, VisitRecord
from hostlink.signing import verify_result
from tests.agent.fake_cable import FakeCounter, a_pairing
from tests.agent.fake_steps import FakeSteps, ceremonies_of
from tests.agent.world import (
    INSTITUTION,
    ROOTS,
    VISIT_ID,
    HeardJournal,
    SigningReader,
    ToldClock,
    answer_visit,
    receive_visit,
)
from tests.hostlink.pki import UEID

COUNTER = "1番窓口"
RELAY = "oqs_folder"
HELLO = DeviceHello(1, 1, UEID, "1.2.3", 7, 1)


class ApiBench:
    """The API and what a test does around it; use it as a context manager.

    Args:
        folder: For the store.
        patients: The clinic's list.
        ueids: The readers, by their counters.
        lookup: Who can be asked by numbers.
    """

    def __init__(
        self,
        folder: Path,
        patients: PatientList | None = None,
        ueids: Mapping[str, bytes] = {COUNTER: UEID},
        lookup: NumberLookup | None = None,
    ) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        database = folder / "agent.sqlite3"
        self.store = Store(database)
        self.clock = ToldClock()
        self.board = Board(tuple(ueids), self.clock)
        self.metrics = Metrics(self.clock)
        self.heard = HeardJournal()
        self.journal = Journals(self.heard, self.board, self.metrics)
        self.reader = SigningReader()
        self.woken = 0
        self.is_serving = True
        self.delivery = Delivery(
            self.store,
            {},
            DeliveryTerms(INSTITUTION, ROOTS),
            self.journal,
            self.clock,
        )
        keeping = KeepingTerms((), timedelta(days=7), timedelta(hours=12))
        self.forgetting = Forgetting(self.store, keeping, self.journal, self.clock)
        self._api_store = Store(database)
        self._patients = patients
        self._lookup = lookup
        self.counters = {
            counter: FakeCounter(a_pairing(ueid, counter)) for counter, ueid in ueids.items()
        }
        readers = Readers({name: counter.link for name, counter in self.counters.items()})
        readers.start()
        self.steps = FakeSteps(self.counters)
        self.ceremonies = ceremonies_of(self.counters, readers, self.journal, self.steps)
        self._readers = ReaderViews(
            readers, self.ceremonies.running_at, {COUNTER: HELLO}.get, lambda _: None
        )
        self._server = self._make_server(0)
        self.staff_token = self.enroll("受付", Role.STAFF)

    def export(self, path: Path) -> None:
        """Write a file as small as can be in place of the audit trail."""
        path.write_bytes(b"PK")

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()
        self.ceremonies.close()
        self._api_store.close()
        self.store.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def feed(self) -> Feed:
        """What followers are told from."""
        return self._server._parts.feed

    def enroll(self, name: str, role: Role, origin: str | None = None) -> str:
        """A client from now on; its token."""
        return Clients(self.store).enroll(Client(name, role, origin), self.clock)

    def call(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> httpx.Response:
        """One request, by staff if no other token is given; an empty one: by nobody."""
        token = self.staff_token if token is None else token
        sent = {**({"Authorization": f"Bearer {token}"} if token else {}), **(headers or {})}
        return httpx.request(method, self.url + path, headers=sent, trust_env=False, **more)

    def visit_answered(self, told: str | None) -> bytes:
        """The insurance answers for who is at the reader, which told that step; the visit."""
        self.journal.record(Event.VISIT_OPENED, visit=VISIT_ID, counter=COUNTER)
        if told is not None:
            self.journal.record(
                Event.VISIT_PROGRESSED, visit=VISIT_ID, detail=told, counter=COUNTER
            )
        answer_visit(self.store, VISIT_ID, self.clock.now())
        self.journal.record(Event.OPTIONS_SENT, visit=VISIT_ID, counter=COUNTER)
        return VISIT_ID

    def visit_completed(self, number: int = 1) -> str:
        """A visit with its answer arrives; the name of its result."""
        visit_id = number.to_bytes(16)
        self.journal.record(Event.VISIT_OPENED, visit=visit_id, counter=COUNTER)
        self.journal.record(
            Event.VISIT_PROGRESSED, visit=visit_id, detail="answering", counter=COUNTER
        )
        result = receive_visit(self.store, self.reader, visit_id, self.clock.now())
        self.journal.record(Event.RESULT_STORED, visit=visit_id, seq=result.seq, counter=COUNTER)
        return f"{UEID.hex()}-{result.seq}"

    def visit_ended(self, record: VisitRecord) -> str:
        """A visit ends without an answer; the name of its result."""
        result = self.reader.sign(record)
        verified = verify_result(result.cose, ROOTS)
        Inbox(self.store).keep(result.cose, verified, self.clock.now())
        self.journal.record(
            Event.RESULT_STORED, visit=record.visit_id, seq=result.seq, counter=COUNTER
        )
        return f"{UEID.hex()}-{result.seq}"

    def park(self, result: str, why: str = "HTTP 400", relay: str = RELAY) -> None:
        """A relay refuses a result for good."""
        for parcel in Delivery(
            self.store,
            {relay: _Nothing()},
            DeliveryTerms(INSTITUTION, ROOTS),
            self.journal,
            self.clock,
        ).outstanding():
            if f"{parcel.ueid.hex()}-{parcel.seq}" == result:
                self.delivery.park(parcel, why)

    def damage(self, result: str, kind: str = "BLOB") -> None:
        """What is kept of a result is altered."""
        _, _, seq = result.partition("-")
        other = "CASE substr(cose, -1) WHEN x'00' THEN x'01' ELSE x'00' END"
        altered = f"CAST(substr(cose, 1, length(cose) - 1) || {other} AS {kind})"
        self.store.change(
            f"UPDATE results SET cose = {altered} WHERE seq = :seq",  # noqa: S608
            {"seq": int(seq)},
        )

    def alter_outcome(self, result: str, noted: int) -> None:
        """What is noted beside a result is altered."""
        _, _, seq = result.partition("-")
        self.store.change(
            "UPDATE results SET outcome = :noted WHERE seq = :seq",
            {"noted": noted, "seq": int(seq)},
        )

    def stop(self) -> None:
        """The API ends; its port stays its own."""
        self._server.stop()

    def start(self) -> None:
        """The API comes back at the same port."""
        self._server = self._make_server(self.port)
        self._server.start()

    def _make_server(self, port: int) -> Server:
        listening = open_port(port)
        self.port = int(listening.getsockname()[1])
        around = Surroundings(
            store=self._api_store,
            board=self.board,
            metrics=self.metrics,
            journal=self.journal,
            readers=self._readers,
            ceremonies=self.ceremonies,
            patients=self._patients,
            registration=None,
            lookup=self._lookup,
            keep=timedelta(hours=12),
            export=lambda path: self.export(path),
            wake_delivery=self._wake,
            is_serving=lambda: self.is_serving,
            clock=self.clock,
        )
        return make_server(
            listening,
            around,
            ReadingTerms(
                INSTITUTION, ROOTS, (RELAY,), "http", can_look_up=self._lookup is not None
            ),
        )

    def _wake(self) -> None:
        self.woken += 1


class _Nothing:
    """A relay that is only named."""

    needs_record = True

    def prepare(self, _: object) -> Any:
        raise NotImplementedError

    def commit(self, _: object) -> str:
        raise NotImplementedError

    def settle(self, _: object) -> None:
        raise NotImplementedError
