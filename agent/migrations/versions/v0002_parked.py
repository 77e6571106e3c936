"""A delivery that is given up says why."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """One more column."""
    op.add_column("deliveries", sa.Column("parked", sa.String(64)))
