"""Each refresh says what the list of 90 days ago has brought."""

from alembic import op

revision = "0008"
down_revision = "0007"

NUMBERS = (
    "bought_again",
    "revenue",
    "sort_revenue",
    "expected",
    "share_of_revenue",
    "sort_share_of_revenue",
)


def upgrade() -> None:
    """Add the scoreboard, empty: the next refresh settles the first list."""
    import sqlalchemy as sa

    op.create_table(
        "scoreboard",
        sa.Column("refresh_id", sa.Text(), primary_key=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("settled_refresh", sa.Text(), primary_key=True),
        sa.Column("settled_as_of", sa.Date(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("days", "members")),
        *(sa.Column(name, sa.Double(), nullable=False) for name in NUMBERS),
        if_not_exists=True,
    )
