"""Results are counted as they arrive, and clients of the local API are enrolled."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Numbers what is there in the order in which it was stored."""
    op.add_column("results", sa.Column("arrival", sa.BigInteger))
    results = sa.table("results", *map(sa.column, ("ueid", "seq", "received_unix_ms", "arrival")))
    order = (results.c.received_unix_ms, results.c.ueid, results.c.seq)
    numbered = sa.select(
        results.c.ueid, results.c.seq, sa.func.row_number().over(order_by=order).label("number")
    ).subquery()
    op.execute(
        sa.update(results)
        .values(arrival=numbered.c.number)
        .where(results.c.ueid == numbered.c.ueid, results.c.seq == numbered.c.seq)
    )
    with op.batch_alter_table("results") as batch:
        batch.alter_column("arrival", existing_type=sa.BigInteger, nullable=False)
    op.create_index("results_by_arrival", "results", ["arrival"], unique=True)
    op.create_table(
        "clients",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("token_hash", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("origin", sa.String(255)),
        sa.Column("enrolled_unix_ms", sa.BigInteger, nullable=False),
    )
