"""Each refresh says which customers moved its revenue, and what each tier was like."""

from alembic import op

revision = "0005"
down_revision = "0004"

MEANS = ("revenue", "recency", "distinct_stock_code", "basket_size", "returned")


def upgrade() -> None:
    """Add the two tables, empty: the refreshes before said nothing of it."""
    import sqlalchemy as sa

    op.create_table(
        "revenue_bridge",
        sa.Column("refresh_id", sa.Text(), primary_key=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("group_name", sa.Text(), primary_key=True),
        sa.Column("movement", sa.Text(), primary_key=True),
        sa.Column("customers", sa.BigInteger(), nullable=False),
        sa.Column("change", sa.Double(), nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "tier_history",
        sa.Column("refresh_id", sa.Text(), primary_key=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("tier", sa.Text(), primary_key=True),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("members", "customers", "identified_customers")
        ),
        *(
            sa.Column(name, sa.Double(), nullable=False)
            for name in ("share_of_customers", "revenue", "share_of_revenue")
        ),
        *(sa.Column(f"mean_{name}", sa.Double()) for name in MEANS),
        if_not_exists=True,
    )
