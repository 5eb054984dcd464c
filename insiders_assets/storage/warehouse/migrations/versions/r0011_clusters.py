"""Each refresh says what each cluster was like."""

from alembic import op

revision = "0011"
down_revision = "0010"

MEANS = ("revenue", "recency", "distinct_stock_code", "basket_size", "returned")


def upgrade() -> None:
    """Add the table, empty: the refreshes before said nothing of it."""
    import sqlalchemy as sa

    op.create_table(
        "cluster_history",
        sa.Column("refresh_id", sa.Text(), primary_key=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("cluster", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("tier", sa.Text(), nullable=False),
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
