"""Looks through every signed result that is kept: genuine, each reader's without a gap, undisputed.

Only what the readers signed is believed; the store's own columns are compared with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from cryptography import x509
from sqlalchemy import bindparam, select

from agent.schema import CONFLICTS, RESULTS
from agent.store import Row, Store, Value
from hostlink.errors import InvalidResultError
from hostlink.signing import VerifiedResult, verify_result

READERS = select(RESULTS.c.ueid).union(select(CONFLICTS.c.ueid)).order_by("ueid")
NEXT_RESULTS = (
    select(RESULTS.c.seq, RESULTS.c.cose, RESULTS.c.payload_hash, RESULTS.c.visit_id)
    .where(RESULTS.c.ueid == bindparam("ueid"), RESULTS.c.seq > bindparam("after"))
    .order_by(RESULTS.c.seq)
    .limit(500)
)
DISPUTED = (
    select(CONFLICTS.c.seq, CONFLICTS.c.cose)
    .where(CONFLICTS.c.ueid == bindparam("ueid"))
    .order_by(CONFLICTS.c.seq)
)
BEFORE_ANY = -1


@dataclass
class CheckedResults:
    """What a check of the results found."""

    faults: list[str] = field(default_factory=list)
    count: int = 0
    visits: set[bytes] = field(default_factory=set)
    """Whose results are here, also those that are disputed."""


def check_results(store: Store, roots: tuple[x509.Certificate, ...]) -> CheckedResults:
    """Verify all of them.

    Args:
        store: Of the agent, which may be running.
        roots: Makers of readers.

    Raises:
        StoreUnavailableError: The store cannot be read.
    """
    checked = CheckedResults()
    for (ueid,) in store.rows(READERS):
        _check_reader(store, roots, ueid, checked)
    return checked


def _check_reader(
    store: Store, roots: tuple[x509.Certificate, ...], ueid: bytes, checked: CheckedResults
) -> None:
    whose = f"reader {ueid.hex()}"
    last: tuple[int, bytes] | None = None
    for seq, cose, payload_hash, visit_id in _results_of(store, ueid):
        checked.count += 1
        result = _judge(cose, roots, f"{whose}: result {seq}", checked)
        if last is not None and seq > last[0] + 1:
            checked.faults.append(f"{whose}: {_missing(last[0] + 1, seq - 1)} missing")
        if result is None:
            last = (seq, payload_hash)
            continue
        claims = result.claims
        told = (ueid, seq, payload_hash, visit_id)
        if told != (claims.ueid, claims.seq, result.payload_hash, claims.record.visit_id):
            checked.faults.append(f"{whose}: result {seq} is kept under what it does not say")
        if last is not None and seq == last[0] + 1 and claims.previous_hash != last[1]:
            checked.faults.append(f"{whose}: result {seq} does not follow the one before it here")
        last = (seq, result.payload_hash)
    for seq, cose in store.rows(DISPUTED, {"ueid": ueid}):
        checked.faults.append(f"{whose}: result {seq} is contradicted by another of its number")
        _judge(cose, roots, f"{whose}: the other result {seq}", checked)


def _results_of(store: Store, ueid: bytes) -> Iterator[Row]:
    """A few at a time: years of them do not fit into a small PC."""
    after = BEFORE_ANY
    while rows := store.rows(NEXT_RESULTS, {"ueid": ueid, "after": after}):
        yield from rows
        after = rows[-1][0]


def _judge(
    cose: Value, roots: tuple[x509.Certificate, ...], name: str, checked: CheckedResults
) -> VerifiedResult | None:
    try:
        # Whoever changes a store may put anything into a column.
        result = verify_result(cose if isinstance(cose, bytes) else b"", roots)
    except InvalidResultError as error:
        checked.faults.append(f"{name} is not genuine: {error.reason.value}")
        return None
    checked.visits.add(result.claims.record.visit_id)
    return result


def _missing(first: int, last: int) -> str:
    return f"result {first} is" if first == last else f"results {first} to {last} are"
