"""Puts the agent together from its configuration; nothing else knows all its parts."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509

from agent import log
from agent.alone import alone_with
from agent.board import Board
from agent.ceremonies import Ceremonies
from agent.chosen_patients import ChosenPatients
from agent.clock import Clock, SystemClock
from agent.config import Config, read_certificates
from agent.delivery import Delivery, DeliveryTerms
from agent.delivery_rounds import DeliveryRounds
from agent.desk import Desk
from agent.desk_terms import DeskDoors, DeskTerms
from agent.eligibility.port import EligibilitySource, NumberLookup, ReferenceNumbers
from agent.errors import LinkDiedError, StoreUnavailableError
from agent.export import write_audit_trail
from agent.forgetting import Forgetting, ForgettingRounds, KeepingTerms
from agent.group_commit import GroupCommit
from agent.inbox import Inbox
from agent.journal import Alarm, AtCounter, Event, FileJournal, Journal, Journals
from agent.known_relays import introduce_relays
from agent.link import LinkEvents, hello_maker, paired_end
from agent.metrics import Metrics
from agent.named import (
    card_trust_of,
    paired_readers,
    patients_of,
    relays_of,
    source_of,
)
from agent.pairing.place import Place
from agent.pairings import Pairing, Pairings
from agent.papers import Papers
from agent.patients.port import NumberRegistration
from agent.postponed import PostponedQuestions, PostponedTerms
from agent.readers import ReaderLink, Readers
from agent.recalled_alarms import recall_alarms
from agent.registration import BackgroundRegistration, tell_unregistered
from agent.relays.port import SendingRelay
from agent.service import Service, SignOfLifeWanted, StopWanted
from agent.status import StatusFile
from agent.store import Store
from agent.store_copy import sweep_copies
from agent.updates.watch import UpdateWatch, updates_of
from agent.visits import Visits
from hostlink.link import Link
from hostlink.terms import Emergency

if TYPE_CHECKING:
    from agent.api.server import Server


class Agent:
    """A whole agent, ready to run."""

    def __init__(
        self,
        service: Service,
        desks: Mapping[str, Desk],
        readers: Readers,
        ceremonies: Ceremonies,
        status: StatusFile,
        api: "Server | None",
        updates: UpdateWatch | None,
    ) -> None:
        self.service = service
        self._desks = desks
        self._readers = readers
        self._ceremonies = ceremonies
        self._status = status
        self._api = api
        self._updates = updates

    def run(self) -> None:
        """Open the links and work until `service` is told to stop; see `Service.run`."""
        self._readers.start()
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
            self._ceremonies.close()
            self._readers.close()
            self._status.stop()
            if self._updates is not None:
                self._updates.stop()


@dataclass(frozen=True, slots=True)
class _Ground:
    """What all parts stand on."""

    config: Config
    folder: Path
    """Where relative paths start."""
    clock: Clock
    journal: Journal
    store: Store
    roots: tuple[x509.Certificate, ...]
    """Makers of readers."""
    exit: ExitStack
    """What is given back at the end."""

    @property
    def keep(self) -> timedelta:
        """How long completed visits and papers are kept for staff."""
        return timedelta(hours=self.config.api.keep_hours if self.config.api else 0)

    def another_store(self) -> Store:
        """For one more thread."""
        store = self.store.another()
        self.exit.callback(store.close)
        return store


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
    source = source_of(config, folder)
    pairings = Pairings(config.pairings)
    paired = paired_readers(config, pairings)
    places = [Place(config, folder, counter) for counter in config.places]
    with ExitStack() as stack:
        stack.callback(source.close)
        # Before anything is written: a second agent must not speak in the first one's journal.
        stack.enter_context(alone_with(config.store.path))
        file = FileJournal(config.journal, clock, config.audit.keep_days)
        stack.callback(file.close)
        stack.enter_context(file.synced())
        board, metrics = Board(tuple(config.places), clock), Metrics(clock)
        unregistered = recall_alarms(board, config.journal)
        journal = Journals(file, board, metrics)
        tell_unregistered(unregistered, journal)
        stack.enter_context(_last_words(journal))
        for pairing in paired.values():
            _doubt_clock(pairings.identity_of(pairing), clock, journal)
        sweep_copies(config.store.path)
        store = Store(config.store.path)
        stack.callback(store.close)
        ground = _Ground(config, folder, clock, journal, store, roots, stack)
        changes = GroupCommit(store)
        service = _service(ground, changes, source)
        readers = Readers(
            {
                place.counter: ReaderLink(
                    paired.get(place.counter),
                    partial(pairings.at, place.counter),
                    partial(_link, place, clock, service),
                )
                for place in places
            }
        )
        ceremonies = Ceremonies({place.counter: place for place in places}, readers, journal)
        status = StatusFile(
            status_path(config),
            clock,
            readers,
            service.reader_reports.get,
            firmware=service.firmware_of,
            ask_for_life=lambda: service.post(SignOfLifeWanted()),
            update=lambda: updates.sentence if updates is not None else None,
        )
        yield Agent(
            service,
            _desks(ground, changes, service, readers),
            readers,
            ceremonies,
            status,
            _api(ground, service, source, (readers, ceremonies), board, metrics),
            UpdateWatch(updates) if updates is not None else None,
        )


def _service(ground: _Ground, changes: GroupCommit, source: EligibilitySource) -> Service:
    config, journal, clock = ground.config, ground.journal, ground.clock
    relays = relays_of(config, ground.folder, source)
    for relay in relays.values():
        if isinstance(relay, SendingRelay):
            ground.exit.callback(relay.close)
    terms = DeliveryTerms(config.medical_institution_code, ground.roots)
    postponed = PostponedQuestions(
        ground.another_store(),
        source,
        PostponedTerms(
            config.medical_institution_code, timedelta(hours=config.eligibility.ask_later_hours)
        ),
        journal,
        clock,
    )
    introduce_relays(ground.store, tuple(relays))
    forgetting = _forgetting(ground, tuple(relays))
    rounds = [
        DeliveryRounds(
            Delivery(ground.another_store(), {label: relay}, terms, journal, clock),
            looked_at=forgetting.wake,
        )
        for label, relay in relays.items()
    ]
    return Service(
        changes,
        source,
        rounds,
        forgetting,
        postponed,
        journal,
        readers=len(config.places),
    )


def _forgetting(ground: _Ground, relays: tuple[str, ...]) -> ForgettingRounds:
    config, journal, store = ground.config, ground.journal, ground.another_store()
    terms = KeepingTerms(
        relays,
        open_visits=timedelta(days=config.store.keep_open_visits_days),
        completed_visits=ground.keep,
    )
    papers = Papers(store, tuple(config.places), ground.keep, journal)
    chosen = ChosenPatients(store, None, journal)
    return ForgettingRounds(
        Forgetting(store, terms, journal, ground.clock),
        journal,
        forget_typed=lambda: papers.purge(ground.clock.now()) and chosen.purge(),
    )


def _desks(
    ground: _Ground, changes: GroupCommit, service: Service, readers: Readers
) -> dict[str, Desk]:
    config = ground.config
    terms = DeskTerms(
        audience=config.audience,
        medical_institution_code=config.medical_institution_code,
        roots=ground.roots,
        cards=card_trust_of(config),
        may_ask_later=config.eligibility.ask_later_hours > 0,
        emergency=Emergency[config.emergency.upper()] if config.emergency else None,
    )
    visits = Visits(ground.store)
    return {
        counter: Desk(
            terms,
            visits,
            Inbox(ground.store, counter),
            DeskDoors(
                send=link.send,
                once_kept=changes.once_kept,
                ask=partial(service.ask, counter=counter),
                wake_delivery=service.wake_delivery,
            ),
            AtCounter(ground.journal, counter),
            ground.clock,
        )
        for counter, link in readers.items()
    }


def _api(
    ground: _Ground,
    service: Service,
    source: EligibilitySource,
    pairing: tuple[Readers, Ceremonies],
    board: Board,
    metrics: Metrics,
) -> "Server | None":
    config = ground.config
    if config.api is None:
        return None
    # Loaded only where it is wanted: it takes longer than all else, and 20 MB.
    from agent.api.opening import Surroundings, make_server
    from agent.api.reading import ReaderViews, ReadingTerms
    from agent.api.server import open_port

    readers, ceremonies = pairing
    lookup = source if isinstance(source, NumberLookup) else None
    around = Surroundings(
        store=ground.another_store(),
        board=board,
        metrics=metrics,
        journal=ground.journal,
        readers=ReaderViews(
            readers=readers,
            ceremony=ceremonies.running_at,
            hello=service.reader_hellos.get,
            report=service.reader_reports.get,
        ),
        ceremonies=ceremonies,
        patients=patients_of(config, ground.folder),
        registration=_registration(ground, source),
        lookup=lookup,
        keep=ground.keep,
        export=partial(write_audit_trail, config),
        wake_delivery=service.wake_delivery,
        is_serving=service.is_serving,
        clock=ground.clock,
    )
    terms = ReadingTerms(
        medical_institution_code=config.medical_institution_code,
        roots=ground.roots,
        relays=tuple(relay.label for relay in config.relays),
        source=config.eligibility.source,
        can_look_up=lookup is not None,
    )
    return make_server(ground.exit.enter_context(open_port(config.api.port)), around, terms)


def _registration(ground: _Ground, source: EligibilitySource) -> NumberRegistration | None:
    if not isinstance(source, ReferenceNumbers):
        return None
    code = ground.config.medical_institution_code
    made = BackgroundRegistration(source, code, ground.journal)
    ground.exit.callback(made.close)
    # Before that: what is under way ends with its network, while staff can still be told.
    ground.exit.callback(source.close)
    return made


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


def _link(place: Place, clock: Clock, service: Service, pairing: Pairing) -> Link:
    hello = hello_maker(place.config.audience, clock)
    return Link(
        place.open_stream(),
        paired_end(place.pairings, pairing, hello),
        LinkEvents(partial(service.post, counter=place.counter)),
        died=lambda: service.post(StopWanted(LinkDiedError()), place.counter),
    )
