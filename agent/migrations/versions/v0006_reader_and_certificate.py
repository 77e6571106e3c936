"""A visit is bound to the reader that opened it, and knows until when its certificate is valid."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Of visits from before neither is known."""
    op.add_column("visits", sa.Column("ueid", sa.LargeBinary))
    op.add_column("visits", sa.Column("certificate_ends_unix_ms", sa.BigInteger))
