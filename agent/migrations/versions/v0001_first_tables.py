"""The tables as they were before migrations; databases of that time have most of them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes what is missing."""
    op.create_table(
        "results",
        sa.Column("ueid", sa.LargeBinary, primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("cose", sa.LargeBinary, nullable=False),
        sa.Column("payload_hash", sa.LargeBinary, nullable=False),
        sa.Column("visit_id", sa.LargeBinary, nullable=False),
        sa.Column("nonce", sa.LargeBinary, nullable=False),
        sa.Column("outcome", sa.Integer, nullable=False),
        sa.Column("received_unix_ms", sa.BigInteger, nullable=False),
        if_not_exists=True,
    )
    op.create_index("results_by_visit", "results", ["visit_id"], if_not_exists=True)
    op.create_table(
        "conflicts",
        sa.Column("ueid", sa.LargeBinary, primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("cose", sa.LargeBinary, primary_key=True),
        sa.Column("received_unix_ms", sa.BigInteger, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "visits",
        sa.Column("visit_id", sa.LargeBinary, primary_key=True),
        sa.Column("nonce", sa.LargeBinary, nullable=False),
        sa.Column("card_kind", sa.Integer),
        sa.Column("opened_unix_ms", sa.BigInteger, nullable=False),
        sa.Column("challenge", sa.LargeBinary),
        sa.Column("replaced_challenge", sa.LargeBinary),
        sa.Column("identity", sa.LargeBinary),
        sa.Column("certificate", sa.LargeBinary),
        sa.Column("method", sa.Integer),
        sa.Column("record", sa.Text),
        sa.Column("options", sa.LargeBinary),
        sa.Column("offered", sa.LargeBinary),
        sa.Column("answered_unix_ms", sa.BigInteger),
        if_not_exists=True,
    )
    op.create_table(
        "postponed",
        sa.Column("visit_id", sa.LargeBinary, primary_key=True),
        sa.Column("certificate", sa.LargeBinary, nullable=False),
        sa.Column("since_unix_ms", sa.BigInteger, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "deliveries",
        sa.Column("ueid", sa.LargeBinary, primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("relay", sa.String(128), primary_key=True),
        sa.Column("prepared", sa.Text, nullable=False),
        sa.Column("is_done", sa.Integer, nullable=False),
        if_not_exists=True,
    )
