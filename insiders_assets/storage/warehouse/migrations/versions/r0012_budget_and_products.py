"""Each refresh says what lists of each size brought, and what each tier and cluster bought."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the tables, empty: the refreshes before said nothing of it."""
    import sqlalchemy as sa

    op.create_table(
        "budget_history",
        sa.Column("refresh_id", sa.Text(), primary_key=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("ranked_by", sa.Text(), primary_key=True),
        sa.Column("customers", sa.BigInteger(), primary_key=True, autoincrement=False),
        *(
            sa.Column(name, sa.Double(), nullable=False)
            for name in ("share_of_customers", "revenue", "share_of_revenue")
        ),
        if_not_exists=True,
    )
    op.create_table(
        "product_history",
        sa.Column("refresh_id", sa.Text(), primary_key=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        *(
            sa.Column(name, sa.Text(), primary_key=True)
            for name in ("grouped_by", "group_name", "stock_code")
        ),
        sa.Column("customers", sa.BigInteger(), nullable=False),
        *(
            sa.Column(name, sa.Double(), nullable=False)
            for name in ("share_of_customers", "share_elsewhere", "lift", "revenue", "share_who_repeat")
        ),
        *(sa.Column(name, sa.Integer()) for name in ("place_by_revenue", "place_by_lift")),
        if_not_exists=True,
    )
