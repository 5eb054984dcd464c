"""Movement is counted along an index, which saves sorting."""

from alembic import op

revision = "0009"
down_revision = "0008"

COUNTED = ["refresh_id", "as_of", "change", "cause", "tier_before", "tier_after"]


def upgrade() -> None:
    """Make the index; no row changes."""
    op.create_index("membership_changes_counted", "membership_changes", COUNTED, if_not_exists=True)
