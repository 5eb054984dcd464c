"""Each refresh says by which borders it chose and what moved value; each change says what moved the customer's."""

from alembic import op

revision = "0003"
down_revision = "0002"

AMOUNTS = ("value_before", "bought", "aged_out", "returned", "corrected", "value_after")


def upgrade() -> None:
    """Add the columns, empty for the refreshes before."""
    import sqlalchemy as sa

    for name in ("measure", "borders_from"):
        op.add_column("refreshes", sa.Column(name, sa.Text()))
    op.add_column("refreshes", sa.Column("window_days", sa.BigInteger()))
    for name in ("insider_border", "viability_border", "share_of_value_above_border", "restoring_border"):
        op.add_column("refreshes", sa.Column(name, sa.Double()))
    for table in ("refreshes", "membership_changes"):
        for name in AMOUNTS:
            op.add_column(table, sa.Column(name, sa.Double()))
