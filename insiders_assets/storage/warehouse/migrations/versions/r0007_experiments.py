"""Each refresh says what experiments have brought."""

from alembic import op

revision = "0007"
down_revision = "0006"

NUMBERS = ("mean_arm", "mean_control", "effect", "low", "high", "relative", "p_value", "total", "cost")


def upgrade() -> None:
    """Add the readouts, empty: nothing was registered before."""
    import sqlalchemy as sa

    op.create_table(
        "experiment_readouts",
        sa.Column("refresh_id", sa.Text(), primary_key=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("experiment", sa.Text(), primary_key=True),
        sa.Column("measure", sa.Text(), primary_key=True),
        sa.Column("arm", sa.Text(), primary_key=True),
        sa.Column("is_guardrail", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("days", "in_arm", "in_control")),
        *(sa.Column(name, sa.Double()) for name in NUMBERS),
        sa.Column("ratio_p_value", sa.Double(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("verdict_code", sa.Text()),
        sa.Column("verdict_args", sa.Text()),
        if_not_exists=True,
    )
