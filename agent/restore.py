"""`python -m agent restore`: an agent out of a backup, into a place where there is none.

What happened after the backup is not in it, and nothing here can know it. So nothing that waited to
be delivered then is delivered by itself: it may have been since, and staff say what becomes of it.
Visits without a result are deleted: a result that comes yet is kept and told as an alarm, and not
delivered. Results that readers handed over since, and forgot, are gone from this PC: the first one
that comes raises the alarm of a gap. Why so stands in docs/decisions/0032. And software on the PC
may have read further than the backup goes, so arrivals are counted on from far ahead.

The configuration is written last. Without it no agent starts on what is half restored.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import and_, delete, exists, select

from agent.backup_file import CONFIGURATION, JOURNAL, PAIRINGS, STORE, Backup, other_files
from agent.chained_log import days_of
from agent.clock import Clock, SystemClock, rfc_3339, unix_ms
from agent.config import Config, parse_config
from agent.delivery import Delivery, DeliveryTerms
from agent.errors import BackupError
from agent.folders import keep_folder
from agent.journal import Event, FileJournal
from agent.pairings import Pairings
from agent.parcels import Parcel
from agent.schema import DELIVERIES, RESTORATIONS, RESULTS, VISITS
from agent.store import Store
from agent.whole_file import keep_file
from hostlink.terms import VisitOutcome

WHY = "restored from a backup, it may have been delivered since"
MAY_WAIT = (
    select(RESULTS.c.ueid, RESULTS.c.seq, RESULTS.c.visit_id)
    .join_from(
        RESULTS,
        VISITS,
        and_(RESULTS.c.visit_id == VISITS.c.visit_id, RESULTS.c.nonce == VISITS.c.nonce),
    )
    .where(RESULTS.c.outcome == int(VisitOutcome.COMPLETED))
    .order_by(RESULTS.c.received_unix_ms, RESULTS.c.seq)
)
"""Also what is to be asked about later: it is delivered when it is answered."""
SETTLED = select(DELIVERIES.c.ueid, DELIVERIES.c.seq, DELIVERIES.c.relay).where(
    (DELIVERIES.c.is_done == 1) | DELIVERIES.c.parked.is_not(None)
)
FORGET_OPEN = delete(VISITS).where(~exists().where(RESULTS.c.visit_id == VISITS.c.visit_id))


def restore(config_file: Path, source: Path, tell: Callable[[str], None]) -> None:
    """Restore an agent.

    Args:
        config_file: Where its configuration shall lie; all else comes to lie where that says.
        source: The backup; none: nobody named one.
        tell: Takes one sentence.

    Raises:
        BackupError: The backup is damaged, or something is there already; nothing was changed. Or
            the disk refused: what was written is removed.
        ConfigError: The configuration in the backup cannot be used by this agent.
        StoreUnavailableError: The restored store cannot be used.
    """
    with closing(Backup(source)) as backup:
        text = backup.read(CONFIGURATION)
        config = parse_config(text.decode(), config_file)
        places = _places(backup, config, config_file)
        _refuse_what_is_there(config, config_file, places)
        with ExitStack() as undo:
            try:
                undo.callback(_remove_days, config.journal)
                Pairings(config.pairings)  # a folder for this user alone
                for name, path in places.items():
                    keep_folder(path.parent)
                    undo.callback(path.unlink, missing_ok=True)
                    keep_file(path, backup.read(name))
                waiting = _settle(config, backup.made)
                keep_file(config_file, text)
            except OSError as error:
                raise BackupError(f"{error.filename or config_file}: {error.strerror}") from error
            undo.pop_all()
    tell(f"Restored: everything is as it was at {rfc_3339(backup.made)}.")
    tell(
        "Results that readers handed over since are not on this PC: an alarm (result_gap) tells the"
        " first one after them. If keys were renewed since, pair that reader again."
    )
    if waiting:
        tell(
            f"{waiting} deliveries wait for you, for they may have been made since: see them with"
            " `relays`, then add --send-again or --give-up."
        )


def _places(backup: Backup, config: Config, config_file: Path) -> dict[str, Path]:
    """Where each part but the configuration goes."""
    others = other_files(config, config_file.absolute().parent)
    places = {name: path for name, path in others.items() if name in backup.names}
    for name, part in backup.under(PAIRINGS).items():
        places[part] = config.pairings / name
    for name, part in backup.under(JOURNAL).items():
        places[part] = config.journal.parent / name
    places[STORE] = config.store.path
    unknown = backup.names - places.keys() - {CONFIGURATION}
    if unknown:
        raise BackupError(f"{min(unknown)} is no part of an agent: this is no backup of one.")
    same = {name for name, path in others.items() if name in places and _holds(path, backup, name)}
    return {name: path for name, path in places.items() if name not in same}


def _holds(path: Path, backup: Backup, name: str) -> bool:
    """Whether a certificate or the like lies there already, as it is in the backup."""
    try:
        return path.read_bytes() == backup.read(name)
    except OSError:
        return False


def _refuse_what_is_there(config: Config, config_file: Path, places: Mapping[str, Path]) -> None:
    store = config.store.path
    logs = (store.with_name(f"{store.name}{suffix}") for suffix in ("-wal", "-shm"))
    days = (day.path for day in days_of(config.journal))
    paired = config.pairings.glob("*.pairing")
    for path in (config_file, *places.values(), config.journal, *days, *logs, *paired):
        if path.exists():
            raise BackupError(
                f"{path} is there already: an agent is restored only where there is none. Move all"
                " of the other one away first: configuration, store, journal and pairings."
            )


def _remove_days(journal: Path) -> None:
    """Also the one that was laid aside when the restoration itself was written down."""
    for day in days_of(journal):
        day.path.unlink()


def _settle(config: Config, made: datetime) -> int:
    """Make the store one that is older than the world; how many deliveries wait for staff."""
    clock = SystemClock()
    with (
        closing(FileJournal(config.journal, clock)) as journal,
        closing(Store(config.store.path)) as store,
    ):
        journal.record(Event.RESTORED, detail=rfc_3339(made))
        terms = DeliveryTerms(config.medical_institution_code, ())
        delivery = Delivery(store, {}, terms, journal, clock)
        settled = set(store.rows(SETTLED))
        waiting = 0
        for ueid, seq, visit_id in store.rows(MAY_WAIT):
            for relay in config.relays:
                if (ueid, seq, relay.label) not in settled:
                    delivery.park(Parcel(ueid, seq, visit_id, relay.label), WHY)
                    waiting += 1
        _count_from_afar(store, made, clock)
        store.change(FORGET_OPEN)
        store.forget_purged()
    return waiting


def _count_from_afar(store: Store, made: datetime, clock: Clock) -> None:
    """Let arrivals go on where no reader of results can be yet.

    That is at the milliseconds since 1970: fewer results came than those, since then and since any
    restoration before. The backup's own time counts where this PC's clock was lost.
    """
    afar = unix_ms(max(clock.now(), made))
    insertion = store.insert(RESTORATIONS)
    keep = insertion.on_conflict_do_nothing(index_elements=["arrivals_after"])
    store.change(keep, {"arrivals_after": afar})
