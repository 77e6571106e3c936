"""Which relays there are is remembered; the first start with this step takes all for known."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """None is known yet."""
    op.create_table("relays", sa.Column("label", sa.String(128), primary_key=True))
