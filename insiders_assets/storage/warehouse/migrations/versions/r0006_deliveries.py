"""Each refresh says what was delivered of it, and to whom."""

from alembic import op

revision = "0006"
down_revision = "0005"

COUNTS = (
    "members",
    "delivered",
    "held_out",
    "suppressed",
    "failed",
    "waiting",
    "to_remove",
    "added",
    "updated",
    "removed",
)


def upgrade() -> None:
    """Add the two tables, empty: nothing was delivered before."""
    import sqlalchemy as sa

    op.create_table(
        "deliveries",
        sa.Column("refresh_id", sa.Text(), primary_key=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("delivery", sa.Text(), primary_key=True),
        sa.Column("destination", sa.Text(), primary_key=True),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in COUNTS),
        sa.Column("settled_at", sa.DateTime()),
        sa.Column("waiting_since", sa.DateTime()),
        sa.Column("problem", sa.Text()),
        if_not_exists=True,
    )
    op.create_table(
        "delivery_changes",
        sa.Column("refresh_id", sa.Text(), primary_key=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("delivery", sa.Text(), primary_key=True),
        sa.Column("destination", sa.Text(), primary_key=True),
        sa.Column("sequence", sa.BigInteger(), primary_key=True),
        sa.Column("customer_id", sa.Text(), primary_key=True),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text()),
        sa.Column("settled_at", sa.DateTime()),
        if_not_exists=True,
    )
    op.create_index("delivery_changes_customer_id", "delivery_changes", ["customer_id"], if_not_exists=True)
