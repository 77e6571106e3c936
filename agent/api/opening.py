"""Puts the local API together; the agent's assembly knows nothing of its parts."""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from agent.api.backlog import Backlog
from agent.api.callers import Callers
from agent.api.clients import Clients
from agent.api.feed import Feed
from agent.api.in_turn import InTurn
from agent.api.parts import Parts
from agent.api.patients import PatientsOfVisits
from agent.api.reading import ReaderViews, Reading, ReadingTerms
from agent.api.seeing_to import SeeingTo
from agent.api.server import Server, hosts_at
from agent.board import Board
from agent.ceremonies import Ceremonies
from agent.chosen_patients import ChosenPatients
from agent.clock import Clock
from agent.delivery import Delivery, DeliveryTerms
from agent.eligibility.port import NumberLookup
from agent.journal import Alarm, Event, Journal
from agent.metrics import Metrics
from agent.papers import Papers
from agent.patients.port import NumberRegistration, PatientList
from agent.store import Store


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the API sees and does in the running agent."""

    store: Store
    """Of one thread of the API alone."""
    board: Board
    metrics: Metrics
    journal: Journal
    readers: ReaderViews
    ceremonies: Ceremonies
    patients: PatientList | None
    """The clinic's own; None: it gave no list."""
    registration: NumberRegistration | None
    """Where numbers that staff chose are made known."""
    lookup: NumberLookup | None
    """Who can be asked by the numbers on a paper."""
    keep: timedelta
    """How long papers are kept."""
    export: Callable[[Path], object]
    """Writes the audit trail into a new file."""
    wake_delivery: Callable[[], None]
    is_serving: Callable[[], bool]
    """Whether the agent's main thread works."""
    clock: Clock


def make_server(listening: socket.socket, around: Surroundings, terms: ReadingTerms) -> Server:
    """The server on an open port; from its start it is told what happens on the board."""
    clients = Clients(around.store)
    hosts = hosts_at(listening.getsockname()[1])
    chosen = ChosenPatients(around.store, around.registration, around.journal)
    reading = Reading(
        around.store,
        around.board,
        around.readers,
        PatientsOfVisits(around.patients, chosen),
        terms,
        around.clock,
    )
    delivery = Delivery(
        around.store,
        {},
        DeliveryTerms(terms.medical_institution_code, terms.roots),
        around.journal,
        around.clock,
    )
    in_turn = InTurn()
    callers = Callers(clients, in_turn, frozenset(f"http://{host}" for host in hosts))
    parts = Parts(
        in_turn=in_turn,
        callers=callers,
        reading=reading,
        feed=Feed(reading, in_turn, callers),
        seeing_to=SeeingTo(
            around.board,
            delivery,
            chosen,
            around.journal,
            around.wake_delivery,
            around.clock,
        ),
        papers=Papers(around.store, tuple(around.readers.readers), around.keep, around.journal),
        ceremonies=around.ceremonies,
        lookup=around.lookup,
        medical_institution_code=terms.medical_institution_code,
        export=around.export,
        metrics=around.metrics,
        backlog=Backlog(reading, in_turn, around.clock),
        is_serving=around.is_serving,
        clock=around.clock,
    )
    server = Server(listening, parts, clients, partial(_alarm, around.journal))
    around.board.listen(server.wake)
    return server


def _alarm(journal: Journal, fault: str) -> None:
    journal.record(Event.ALARM, alarm=Alarm.INTERNAL, detail=f"api: {fault}")
