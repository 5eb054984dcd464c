"""Each refresh says by which borders it chose and what moved value; each change says what moved the customer's."""

from typing import Any

from alembic import op

revision = "0003"
down_revision = "0002"

AMOUNTS = ("value_before", "bought", "aged_out", "returned", "corrected", "value_after")


def upgrade() -> None:
    """Add the columns, empty for the refreshes before, where they are not there yet."""
    import sqlalchemy as sa

    borders = ("insider_border", "viability_border", "share_of_value_above_border", "restoring_border")
    kinds: dict[str, sa.types.TypeEngine[Any]] = dict.fromkeys(("measure", "borders_from"), sa.Text())
    kinds |= {"window_days": sa.BigInteger()} | dict.fromkeys((*borders, *AMOUNTS), sa.Double())
    added = {"refreshes": kinds, "membership_changes": {name: kinds[name] for name in AMOUNTS}}
    for table, columns in added.items():
        present = {column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)}
        for name, kind in columns.items():
            if name not in present:
                op.add_column(table, sa.Column(name, kind))
