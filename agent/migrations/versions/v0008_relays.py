"""Which relays there are is remembered, and why something is parked may be told at any length.

The first start with this step takes all relays for known.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """None is known yet."""
    op.create_table("relays", sa.Column("label", sa.String(128), primary_key=True))
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.alter_column("parked", existing_type=sa.String(64), type_=sa.Text())
