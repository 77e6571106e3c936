"""Papers that staff saw, and the patients they chose."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Two more tables."""
    op.create_table(
        "matches",
        sa.Column("visit_id", sa.LargeBinary, primary_key=True),
        sa.Column("patient_number", sa.String(50), nullable=False),
        sa.Column("chosen_unix_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "papers",
        sa.Column("paper_id", sa.LargeBinary, primary_key=True),
        sa.Column("kind", sa.Integer, nullable=False),
        sa.Column("seen_unix_ms", sa.BigInteger, nullable=False),
        sa.Column("counter", sa.String(40)),
        sa.Column("visit_id", sa.LargeBinary),
        sa.Column("insurer_number", sa.String(8)),
        sa.Column("insured_card_symbol", sa.String(20)),
        sa.Column("insured_identification_number", sa.String(20)),
        sa.Column("insured_branch_number", sa.String(2)),
        sa.Column("birthdate", sa.String(8)),
        sa.Column("name_kana", sa.String(128)),
        sa.Column("name", sa.String(128)),
    )
