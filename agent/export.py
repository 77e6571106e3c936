"""The audit trail as a file: every signed result as the reader made it, and the journal.

An auditor needs nothing of this agent: each result is verified by itself with `hostlink.verify` or
OpenSSL (docs/HOSTLINK.md §8), and the list shows what is missing or contradicts. No names, no
insurance and no faces are inside; what the eligibility source said is not part of it.
"""

import csv
import io
from contextlib import closing
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from sqlalchemy import literal, select, union_all

from agent.chain_check import check_chain, files_of
from agent.clock import JAPAN, moment_of
from agent.config import Config
from agent.schema import CONFLICTS, RESULTS
from agent.store import Store
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
_ALL = union_all(
    select(
        RESULTS.c.ueid,
        RESULTS.c.seq,
        RESULTS.c.received_unix_ms,
        RESULTS.c.outcome,
        RESULTS.c.cose,
        literal("").label("note"),
    ),
    select(
        CONFLICTS.c.ueid,
        CONFLICTS.c.seq,
        CONFLICTS.c.received_unix_ms,
        literal(None),
        CONFLICTS.c.cose,
        literal("conflict"),
    ),
)


def write_audit_trail(config: Config, target: Path) -> int:
    """Write the file, readable for its owner alone.

    Args:
        config: Of the agent, which may be running.
        target: The ZIP file; it must not be there yet.

    Returns:
        How many results are inside.

    Raises:
        OSError: It is there already or cannot be written, or the journal cannot be read.
        StoreUnavailableError: The store cannot be read.
    """
    journal = list(files_of(config.journal))
    with closing(Store(config.store.path)) as store:
        found = sorted(store.rows(_ALL), key=lambda row: (row[0], row[1], row[5]))
    target.touch(mode=0o600, exist_ok=False)
    listed = io.StringIO()
    table = csv.writer(listed)
    table.writerow(["file", "reader", "number", "stored", "outcome", "note"])
    with ZipFile(target, "w", ZIP_DEFLATED) as bundle:
        bundle.writestr("about.txt", _ABOUT)
        bundle.writestr("root.pem", config.trust_root.read_bytes())
        for place, (ueid, seq, received, outcome, cose, note) in enumerate(found):
            name = f"{ueid.hex()}-{seq:08}{f'-{note}-{place}' if note else ''}.cose"
            stored = moment_of(received).astimezone(JAPAN).isoformat(timespec="seconds")
            ended = "" if outcome is None else VisitOutcome(outcome).name.lower()
            table.writerow([name, ueid.hex(), seq, stored, ended, note])
            bundle.writestr(name, cose)
        bundle.writestr("results.csv", listed.getvalue())
        for name, content in journal:
            bundle.writestr(f"journal/{name}", content)
        bundle.writestr("head.txt", f"{check_chain(journal).head}\n")
    return len(found)
