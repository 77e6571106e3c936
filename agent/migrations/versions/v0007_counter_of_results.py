"""A result says at which counter it arrived, wherever its reader stands later."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Of results from before it is not known."""
    op.add_column("results", sa.Column("counter", sa.String(40)))
