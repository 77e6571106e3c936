"""Puts the local API together; the agent's assembly knows nothing of its parts."""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from agent.api.callers import Callers
from agent.api.clients import Clients
from agent.api.feed import Feed
from agent.api.parts import Parts
from agent.api.reading import ReaderViews, Reading, ReadingTerms
from agent.api.seeing_to import SeeingTo
from agent.api.server import Server, hosts_at
from agent.board import Board
from agent.clock import Clock
from agent.delivery import Delivery, DeliveryTerms
from agent.journal import Journal
from agent.metrics import Metrics
from agent.store import Store


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the API sees and does in the running agent."""

    store: Store
    """Of the API's thread alone."""
    board: Board
    metrics: Metrics
    journal: Journal
    readers: ReaderViews
    wake_delivery: Callable[[], None]
    clock: Clock


def make_server(listening: socket.socket, around: Surroundings, terms: ReadingTerms) -> Server:
    """The server on an open port; from its start it is told what happens on the board."""
    clients = Clients(around.store)
    hosts = hosts_at(listening.getsockname()[1])
    reading = Reading(around.store, around.board, around.readers, terms, around.clock)
    delivery = Delivery(
        around.store,
        {},
        DeliveryTerms(terms.medical_institution_code, terms.roots, timedelta(0)),
        around.journal,
        around.clock,
    )
    parts = Parts(
        callers=Callers(clients, frozenset(f"http://{host}" for host in hosts)),
        reading=reading,
        feed=Feed(reading),
        seeing_to=SeeingTo(around.board, delivery, around.journal, around.wake_delivery),
        metrics=around.metrics,
    )
    server = Server(listening, parts, clients)
    around.board.listen(server.wake)
    return server
