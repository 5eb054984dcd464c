"""Each refresh says by which policy it chose; moves between tiers are kept, too."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the policy, empty for the refreshes before, and the table of moves."""
    import sqlalchemy as sa

    op.add_column("refreshes", sa.Column("selection", sa.Text()))
    op.create_table(
        "tier_migration",
        sa.Column("refresh_id", sa.Text(), primary_key=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("tier_before", sa.Text(), primary_key=True),
        sa.Column("tier_after", sa.Text(), primary_key=True),
        sa.Column("customers", sa.BigInteger(), nullable=False),
        if_not_exists=True,
    )
