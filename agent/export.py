"""The audit trail as a file: every signed result as the reader made it, and the journal.

An auditor needs nothing of this agent: each result is verified by itself with `hostlink.verify` or
OpenSSL (docs/HOSTLINK.md §8), and the list shows what is missing or contradicts. No names, no
insurance and no faces are inside; what the eligibility source said is not part of it.
"""

import csv
from collections.abc import Iterator
from contextlib import ExitStack, closing
from io import TextIOWrapper
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from time import localtime
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from sqlalchemy import bindparam, literal, select, union_all

from agent.chain_check import files_of
from agent.chained_log import BEFORE_FIRST, last_of
from agent.clock import JAPAN, moment_of
from agent.config import Config
from agent.schema import CONFLICTS, RESULTS
from agent.store import Row, Store
from hostlink.terms import VisitOutcome

_ABOUT = """\
Signed results of uketsuke readers, one file each, and results.csv: reader, number, when it was
stored here, how the visit ended, whether another one bears the same number ("conflict").
Verify one:  python -m hostlink.verify FILE --trust root.pem
or with OpenSSL alone, as docs/HOSTLINK.md of the project tells. root.pem is the readers' maker as
this agent believed it: compare it with the maker's own.

journal/ is what the agent wrote down, a JSON line an event. Each line has a number and, as
"before", the SHA-256 of the line before it without its end; the chain runs through all files in
the order of the number in their names, the one without a number last. head.txt is number and
SHA-256 of the last line: compare it with the heads that were written down elsewhere. Whoever may
write the files of an agent can write a chain anew; only a head kept elsewhere shows that.
"""
_MOST_RESULTS = 100
"""In memory at once."""
_IS_OF_READER = RESULTS.c.ueid == bindparam("reader")
_READERS = select(RESULTS.c.ueid).distinct().order_by(RESULTS.c.ueid)
_NUMBERS = (
    select(RESULTS.c.seq)
    .where(_IS_OF_READER, RESULTS.c.seq > bindparam("after"))
    .order_by(RESULTS.c.seq)
    .limit(_MOST_RESULTS)
)
_SOME = union_all(
    select(
        RESULTS.c.ueid,
        RESULTS.c.seq,
        RESULTS.c.received_unix_ms,
        RESULTS.c.outcome,
        RESULTS.c.cose,
        literal("").label("note"),
    ).where(_IS_OF_READER, RESULTS.c.seq.between(bindparam("first"), bindparam("last"))),
    select(
        CONFLICTS.c.ueid,
        CONFLICTS.c.seq,
        CONFLICTS.c.received_unix_ms,
        literal(None),
        CONFLICTS.c.cose,
        literal("conflict"),
    ).where(
        CONFLICTS.c.ueid == bindparam("reader"),
        CONFLICTS.c.seq.between(bindparam("first"), bindparam("last")),
    ),
)
"""A conflict has a result of its number."""


def write_audit_trail(config: Config, target: Path) -> int:
    """Write the file, readable for its owner alone.

    A day of the journal and some results are in memory at a time: the serving agent does it, too.

    Args:
        config: Of the agent, which may be running.
        target: The ZIP file; it must not be there yet.

    Returns:
        How many results are inside.

    Raises:
        OSError: It is there already or cannot be written, or the journal cannot be read. Nothing
            half written is left.
        StoreUnavailableError: The store cannot be read; nothing half written is left.
    """
    target.touch(mode=0o600, exist_ok=False)
    with ExitStack() as undo:
        undo.callback(target.unlink)
        with ZipFile(target, "w", ZIP_DEFLATED) as bundle:
            bundle.writestr("about.txt", _ABOUT)
            bundle.writestr("root.pem", config.trust_root.read_bytes())
            # The journal first: what it says is stored by now is in the store.
            _write_journal(bundle, config.journal)
            with closing(Store(config.store.path)) as store:
                count = _write_results(bundle, store, target.parent)
        undo.pop_all()
    return count


def _write_journal(bundle: ZipFile, journal: Path) -> None:
    head = BEFORE_FIRST
    for name, content in files_of(journal):
        bundle.writestr(f"journal/{name}", content)
        *lines, _torn = content.split(b"\n")
        head = last_of(lines) or head
    bundle.writestr("head.txt", f"{head}\n")


def _write_results(bundle: ZipFile, store: Store, folder: Path) -> int:
    count = 0
    with TemporaryFile("w+b", dir=folder) as listed:
        text = TextIOWrapper(listed, encoding="utf-8", newline="", write_through=True)
        table = csv.writer(text)
        table.writerow(["file", "reader", "number", "stored", "outcome", "note"])
        for ueid, seq, received, outcome, cose, note in _results_of(store):
            name = f"{ueid.hex()}-{seq:08}{f'-{note}-{count}' if note else ''}.cose"
            stored = moment_of(received).astimezone(JAPAN).isoformat(timespec="seconds")
            ended = "" if outcome is None else VisitOutcome(outcome).name.lower()
            table.writerow([name, ueid.hex(), seq, stored, ended, note])
            bundle.writestr(name, cose)
            count += 1
        listed.seek(0)
        entry = ZipInfo("results.csv", localtime()[:6])
        entry.compress_type = ZIP_DEFLATED
        with bundle.open(entry, "w") as part:
            copyfileobj(listed, part)
    return count


def _results_of(store: Store) -> Iterator[Row]:
    """Reader after reader, in the order of the numbers; after a result what contradicts it."""
    for (ueid,) in store.rows(_READERS):
        after = -1
        while numbers := store.rows(_NUMBERS, {"reader": ueid, "after": after}):
            (first,), (after,) = numbers[0], numbers[-1]
            found = store.rows(_SOME, {"reader": ueid, "first": first, "last": after})
            yield from sorted(found, key=lambda row: (row[1], row[5]))
