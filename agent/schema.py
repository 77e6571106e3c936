"""The tables of the agent's store, for any database that SQLAlchemy knows.

Times are milliseconds since 1970, words of the wire their integers. A change here needs a step in
`agent/migrations/versions`.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    and_,
    or_,
)

METADATA = MetaData()

RESULTS = Table(
    "results",
    METADATA,
    Column("ueid", LargeBinary, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("cose", LargeBinary, nullable=False),
    Column("payload_hash", LargeBinary, nullable=False),
    Column("visit_id", LargeBinary, nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("outcome", Integer, nullable=False),
    Column("received_unix_ms", BigInteger, nullable=False),
    Column("arrival", BigInteger, nullable=False),
    Column("counter", String(40)),
    Index("results_by_visit", "visit_id"),
    Index("results_by_arrival", "arrival", unique=True),
)
"""Every result that ever arrived, once; `arrival` counts them, so that a reader of the list can go
on where it was, whatever the clock did meanwhile; `counter` is where its reader stood then, which
an agent from before did not keep."""

RESTORATIONS = Table(
    "restorations",
    METADATA,
    Column("arrivals_after", BigInteger, primary_key=True, autoincrement=False),
)
"""What was counted before this store was restored from a backup is no higher than this, though the
store forgot the last of it: whoever went on reading from there must not miss what comes."""

CONFLICTS = Table(
    "conflicts",
    METADATA,
    Column("ueid", LargeBinary, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("cose", LargeBinary, primary_key=True),
    Column("received_unix_ms", BigInteger, nullable=False),
)
"""Results that contradict one of the same number."""

VISITS = Table(
    "visits",
    METADATA,
    Column("visit_id", LargeBinary, primary_key=True),
    Column("nonce", LargeBinary, nullable=False),
    Column("card_kind", Integer),
    Column("opened_unix_ms", BigInteger, nullable=False),
    Column("ueid", LargeBinary),
    Column("challenge", LargeBinary),
    Column("replaced_challenge", LargeBinary),
    Column("identity", LargeBinary),
    Column("certificate", LargeBinary),
    Column("certificate_ends_unix_ms", BigInteger),
    Column("method", Integer),
    Column("record", Text),
    Column("options", LargeBinary),
    Column("offered", LargeBinary),
    Column("answered_unix_ms", BigInteger),
)
"""Visits without a result yet, not handed over everywhere yet, or completed so recently that staff
may want to see them. Of whoever laid a card the name is here alone; `papers` has those that staff
typed."""

POSTPONED = Table(
    "postponed",
    METADATA,
    Column("visit_id", LargeBinary, primary_key=True),
    Column("certificate", LargeBinary, nullable=False),
    Column("since_unix_ms", BigInteger, nullable=False),
)
"""Whom the eligibility source is asked about again."""

DELIVERIES = Table(
    "deliveries",
    METADATA,
    Column("ueid", LargeBinary, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("relay", String(128), primary_key=True),
    Column("prepared", Text, nullable=False),
    Column("is_done", Integer, nullable=False),
    Column("parked", Text),
)
"""What each relay did with a result; `parked` says why it is given up until staff want it again."""

RELAYS = Table("relays", METADATA, Column("label", String(128), primary_key=True))
"""Those of the configuration with which the agent started last."""

CLIENTS = Table(
    "clients",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("origin", String(255)),
    Column("enrolled_unix_ms", BigInteger, nullable=False),
)
"""Who may speak to the local API; `origin` is the page of the client that is a browser's."""

MATCHES = Table(
    "matches",
    METADATA,
    Column("visit_id", LargeBinary, primary_key=True),
    Column("patient_number", String(50), nullable=False),
    Column("chosen_unix_ms", BigInteger, nullable=False),
)
"""Which of the clinic's patients staff chose for a visit; deleted with the visit."""

PAPERS = Table(
    "papers",
    METADATA,
    Column("paper_id", LargeBinary, primary_key=True),
    Column("kind", Integer, nullable=False),
    Column("seen_unix_ms", BigInteger, nullable=False),
    Column("counter", String(40)),
    Column("visit_id", LargeBinary),
    Column("insurer_number", String(8)),
    Column("insured_card_symbol", String(20)),
    Column("insured_identification_number", String(20)),
    Column("insured_branch_number", String(2)),
    Column("birthdate", String(8)),
    Column("name_kana", String(128)),
    Column("name", String(128)),
)
"""Papers that staff saw in place of a card, and what they typed; deleted after a while."""

VERSION = Table("alembic_version", METADATA, Column("version_num", String(32), primary_key=True))
"""Which migration the tables have; the name is Alembic's."""

IS_OF_ITS_READER = and_(
    RESULTS.c.visit_id == VISITS.c.visit_id,
    or_(VISITS.c.ueid.is_(None), VISITS.c.ueid == RESULTS.c.ueid),
)
"""A result and the visit that it names, if that was opened by the reader that signed it; an agent
from before did not keep which it was."""
