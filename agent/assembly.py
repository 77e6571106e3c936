"""Puts the agent together from its configuration; nothing else knows all its parts."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import cast

from cryptography import x509

import agent.eligibility
import agent.patients
import agent.relays
from agent import log
from agent.adapters import create_adapter
from agent.api.opening import Surroundings, make_server
from agent.api.reading import ReaderViews, ReadingTerms
from agent.api.server import Server, open_port
from agent.board import Board
from agent.clock import Clock, SystemClock
from agent.config import Config, LinkTable, read_certificates
from agent.delivery import Delivery, DeliveryTerms
from agent.desk import Desk, DeskDoors, DeskTerms
from agent.eligibility.port import EligibilitySource
from agent.errors import ConfigError, LinkDiedError, StoreUnavailableError
from agent.inbox import Inbox
from agent.journal import Alarm, AtCounter, Event, FileJournal, Journal, Journals
from agent.link import LinkEvents, hello_maker, paired_end, stream_opener
from agent.metrics import Metrics
from agent.pairings import Pairing, Pairings
from agent.patients.port import PatientList
from agent.postponed import PostponedQuestions, PostponedTerms
from agent.relays.port import Relay, SendingRelay
from agent.service import Service, SignOfLifeWanted, StopWanted
from agent.status import StatusFile
from agent.store import Store
from agent.trust import CardTrust
from agent.updates.watch import UpdateWatch, updates_of
from agent.visits import Visits
from hostlink.link import AgentEnd, Link
from hostlink.terms import Emergency


class Agent:
    """A whole agent, ready to run."""

    def __init__(
        self,
        service: Service,
        desks: Mapping[str, Desk],
        links: Mapping[str, Link],
        status: StatusFile,
        api: Server | None,
        updates: UpdateWatch | None,
    ) -> None:
        self.service = service
        self._desks = desks
        self._links = links
        self._status = status
        self._api = api
        self._updates = updates

    def run(self) -> None:
        """Open the links and work until `service` is told to stop; see `Service.run`."""
        for link in self._links.values():
            link.start()
        self._status.start()
        if self._api is not None:
            self._api.start()
        if self._updates is not None:
            self._updates.start()
        try:
            self.service.run(self._desks)
        finally:
            if self._api is not None:
                self._api.stop()
            for link in self._links.values():
                link.close()
            self._status.stop()
            if self._updates is not None:
                self._updates.stop()


@contextmanager
def assemble(config: Config, folder: Path) -> Iterator[Agent]:
    """Make the agent of a configuration and give everything back afterwards.

    Args:
        config: The file's contents.
        folder: Where the file lies; relative paths in adapters' settings start there.

    Raises:
        ConfigError: A file it names cannot be used.
        StoreUnavailableError: The database cannot be opened durably.
        JournalUnavailableError: The journal cannot be opened.
    """
    clock = SystemClock()
    roots = read_certificates(config.trust_root, "trust_root")
    updates = updates_of(config, folder, clock)
    source = _source(config, folder)
    pairings = Pairings(config.pairings)
    paired = _paired(config, pairings)
    ends = {
        counter: paired_end(pairings, pairing, hello_maker(config.audience, clock))
        for counter, pairing in paired.items()
    }
    with ExitStack() as stack:
        stack.callback(source.close)
        relays = _relays(config, folder, source)
        for relay in relays.values():
            if isinstance(relay, SendingRelay):
                stack.callback(relay.close)
        file = FileJournal(config.journal, clock, config.audit.keep_days)
        stack.callback(file.close)
        stack.enter_context(file.synced())
        board, metrics = Board(tuple(ends), clock), Metrics(clock)
        journal = Journals(file, board, metrics)
        stack.enter_context(_last_words(journal))
        for pairing in paired.values():
            _doubt_clock(pairings.identity_of(pairing), clock, journal)
        store = Store(config.store.path)
        delivery_store, later_store = store.another(), store.another()
        for each in (store, delivery_store, later_store):
            stack.callback(each.close)
        terms = DeliveryTerms(
            medical_institution_code=config.medical_institution_code,
            roots=roots,
            keep_open_visits=timedelta(days=config.store.keep_open_visits_days),
            keep_completed_visits=timedelta(hours=config.api.keep_hours if config.api else 0),
        )
        delivery = Delivery(delivery_store, relays, terms, journal, clock)
        postponed = PostponedQuestions(
            later_store,
            source,
            PostponedTerms(
                config.medical_institution_code,
                timedelta(hours=config.eligibility.ask_later_hours),
            ),
            journal,
            clock,
        )
        service = Service(store, source, delivery, postponed, journal)
        links = {
            counter: _link(config.places[counter], folder, end, service, counter)
            for counter, end in ends.items()
        }
        desk_terms = DeskTerms(
            audience=config.audience,
            medical_institution_code=config.medical_institution_code,
            roots=roots,
            cards=_card_trust(config),
            may_ask_later=config.eligibility.ask_later_hours > 0,
            emergency=Emergency[config.emergency.upper()] if config.emergency else None,
        )
        visits, inbox = Visits(store), Inbox(store)
        desks = {
            counter: Desk(
                desk_terms,
                visits,
                inbox,
                DeskDoors(
                    send=link.send,
                    once_kept=service.once_kept,
                    ask=partial(service.ask, counter=counter),
                    wake_delivery=service.wake_delivery,
                ),
                AtCounter(journal, counter),
                clock,
            )
            for counter, link in links.items()
        }
        status = StatusFile(
            status_path(config),
            clock,
            links,
            service.reader_reports.get,
            lambda: service.post(SignOfLifeWanted()),
            lambda: updates.sentence if updates is not None else None,
        )
        api = None
        if config.api is not None:
            listening = stack.enter_context(open_port(config.api.port))
            api_store = store.another()
            stack.callback(api_store.close)
            api = make_server(
                listening,
                Surroundings(
                    store=api_store,
                    board=board,
                    metrics=metrics,
                    journal=journal,
                    readers=ReaderViews(
                        ueids={counter: pairing.ueid for counter, pairing in paired.items()},
                        hello=service.reader_hellos.get,
                        report=service.reader_reports.get,
                    ),
                    patients=_patients(config, folder),
                    registration=None,
                    keep=timedelta(hours=config.api.keep_hours),
                    wake_delivery=service.wake_delivery,
                    clock=clock,
                ),
                ReadingTerms(
                    medical_institution_code=config.medical_institution_code,
                    roots=roots,
                    relays=tuple(relays),
                    source=config.eligibility.source,
                ),
            )
        watch = UpdateWatch(updates) if updates is not None else None
        yield Agent(service, desks, links, status, api, watch)


def status_path(config: Config) -> Path:
    """Where the running agent tells how it is: beside its store."""
    return config.store.path.with_suffix(".status.json")


def _doubt_clock(identity: Path, clock: Clock, journal: Journal) -> None:
    """Staff are told of a time that cannot be right; it may be set while the agent runs."""
    own = read_certificates(identity, "pairings")[0]
    now = clock.now()
    if own.not_valid_before_utc <= now:
        return
    journal.record(Event.ALARM, alarm=Alarm.CLOCK_DOUBTFUL, detail=now.date().isoformat())
    log.warn(
        f"this PC says it is {now.date()}, before it was paired with its reader: set the clock"
    )


@contextmanager
def _last_words(journal: Journal) -> Iterator[None]:
    """Staff are told why the agent ends although nobody asked it to."""
    try:
        yield
    except (StoreUnavailableError, LinkDiedError) as error:
        is_link = isinstance(error, LinkDiedError)
        alarm = Alarm.LINK_DIED if is_link else Alarm.STORE_UNAVAILABLE
        journal.record(Event.ALARM, alarm=alarm)
        raise


def _card_trust(config: Config) -> CardTrust:
    anchors: Sequence[x509.Certificate] = [
        certificate
        for path in config.card_trust.anchors
        for certificate in read_certificates(path, "[card_trust] anchors")
    ]
    return CardTrust(anchors)


def _source(config: Config, folder: Path) -> EligibilitySource:
    wanted = config.eligibility
    source = create_adapter(agent.eligibility, wanted.source, wanted.settings, folder)
    return cast(EligibilitySource, source)


def _patients(config: Config, folder: Path) -> PatientList | None:
    wanted = config.patients
    if wanted is None:
        return None
    found = create_adapter(agent.patients, wanted.source, wanted.settings, folder)
    return cast(PatientList, found)


def _relays(
    config: Config, folder: Path, source: EligibilitySource
) -> dict[str, Relay | SendingRelay]:
    if not config.relays:
        log.warn("there is no [[relays]]: results are kept and handed to nobody")
    made: dict[str, Relay | SendingRelay] = {}
    for wanted in config.relays:
        relay = create_adapter(agent.relays, wanted.target, wanted.settings, folder)
        made[wanted.label] = cast(Relay | SendingRelay, relay)
        if made[wanted.label].needs_record and not source.knows_people:
            raise ConfigError(
                f"[[relays]] {wanted.label}: it hands over what the eligibility source knows, and"
                f" {config.eligibility.source!r} knows nobody; http_post can be used with it."
            )
    return made


def _paired(config: Config, pairings: Pairings) -> dict[str, Pairing]:
    """The reader of each counter; those that are not paired yet are left out, but not all."""
    paired, unpaired = {}, []
    for counter in config.places:
        try:
            paired[counter] = pairings.at(counter)
        except ConfigError as error:
            unpaired.append(error)
    if not paired:
        raise unpaired[0]
    for why in unpaired:
        log.warn(str(why))
    return paired


def _link(place: LinkTable, folder: Path, end: AgentEnd, service: Service, counter: str) -> Link:
    return Link(
        stream_opener(place, folder),
        end,
        LinkEvents(partial(service.post, counter=counter)),
        died=lambda: service.post(StopWanted(LinkDiedError()), counter),
    )
