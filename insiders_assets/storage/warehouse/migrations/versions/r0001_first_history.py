"""The history that the first published warehouses keep."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables of history, where they are not there yet."""
    import sqlalchemy as sa

    op.create_table(
        "refreshes",
        sa.Column("refresh_id", sa.Text(), primary_key=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("published_at", sa.DateTime()),
        sa.Column("inputs", sa.Text()),
        sa.Column("model_version", sa.Text(), nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in (
                "rows_read",
                "rows_transactions",
                "rows_quarantined",
                "rows_purchases",
                "rows_returns",
                "customers",
                "identified_customers",
                "members",
            )
        ),
        *(
            sa.Column(name, sa.Double(), nullable=False)
            for name in ("revenue", "insider_share_of_customers", "insider_share_of_revenue")
        ),
        sa.Column("members_entered", sa.BigInteger(), nullable=False),
        sa.Column("members_left", sa.BigInteger(), nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "membership_changes",
        sa.Column("refresh_id", sa.Text(), primary_key=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("customer_id", sa.Text(), primary_key=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("change", "cause")),
        sa.Column("tier_before", sa.Text()),
        sa.Column("tier_after", sa.Text()),
        sa.Column("cluster_before", sa.Integer()),
        sa.Column("cluster_after", sa.Integer()),
        sa.Column("was_member", sa.Boolean(), nullable=False),
        sa.Column("is_member", sa.Boolean(), nullable=False),
        if_not_exists=True,
    )
    op.create_index(
        "membership_changes_customer_id", "membership_changes", ["customer_id"], if_not_exists=True
    )
