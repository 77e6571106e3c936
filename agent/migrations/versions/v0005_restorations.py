"""Arrivals go on far ahead after a restoration."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """One more table."""
    op.create_table(
        "restorations",
        sa.Column("arrivals_after", sa.BigInteger, primary_key=True, autoincrement=False),
    )
