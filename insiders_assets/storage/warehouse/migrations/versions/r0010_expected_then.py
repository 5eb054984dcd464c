"""Each refresh keeps what it expects of its members, and lists are settled beside it."""

from alembic import op

revision = "0010"
down_revision = "0009"

AMOUNTS = ("members_expected", "members_low", "members_high")


def upgrade() -> None:
    """Add what was expected, empty: nothing was kept before, and lists were settled beside their pace."""
    import sqlalchemy as sa

    op.create_table(
        "outlook_history",
        sa.Column("refresh_id", sa.Text(), primary_key=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("figure", sa.Text(), primary_key=True),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Double()) for name in AMOUNTS),
        if_not_exists=True,
    )
    present = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("scoreboard")}
    for name, kind in (
        ("expected_by", sa.Text()),
        ("expected_low", sa.Double()),
        ("expected_high", sa.Double()),
    ):
        if name not in present:
            op.add_column("scoreboard", sa.Column(name, kind))
    op.execute("UPDATE scoreboard SET expected_by = 'pace' WHERE expected_by IS NULL")
