"""What is remembered of a customer from the refresh before: everything a list needs to change for a reason.

The list itself carries the memory, so that any published ``insiders`` table, and nothing else, is enough to go
on from. A table of an older form lacks columns; what it cannot say counts as never having happened.
"""

from __future__ import annotations

import polars as pl

from insiders_assets.contracts.customers import INSIDERS

REMEMBERED = {
    "cluster": "cluster_before",
    "tier": "tier_shown_before",
    "policy_tier": "tier_before",
    "is_member": "was_member",
    "suppressed_by": "suppressed_before",
    "grace_refreshes": "grace_before",
    "member_since": "member_since_before",
    "below_since": "below_since_before",
    "experiment_group": "group_before",
    "experiment_since": "group_since_before",
}
"""Columns of the list, and what they are called at the next refresh. ``tier`` is the one that was shown, grace
included.
"""


def remember(previous: pl.DataFrame | None, *, same_day: bool = False) -> pl.DataFrame:
    """Return the memory of every identified customer of the refresh before; no rows before the first.

    Args:
        previous: ``insiders`` as the refresh before published it, or None.
        same_day: Whether ``previous`` has this refresh's as-of date: grace has counted that day already, however
            often exports, settings or a study bring the list up to date within it.

    Returns:
        ``customer_id`` and the columns that :data:`REMEMBERED` names.
    """
    types = INSIDERS.polars_schema
    if previous is None:
        columns = {"customer_id": types["customer_id"]} | {new: types[old] for old, new in REMEMBERED.items()}
        return pl.DataFrame(schema=columns)
    known = previous.filter("is_identified")
    if "policy_tier" not in known.columns:
        known = known.with_columns(policy_tier=pl.col("tier"))
    memory = known.select(
        "customer_id",
        *(
            (pl.col(old) if old in known.columns else pl.lit(None)).cast(types[old]).alias(new)
            for old, new in REMEMBERED.items()
        ),
    ).sort("customer_id")
    if same_day:
        return memory.with_columns(grace_before=(pl.col("grace_before") - 1).clip(0, None))
    return memory
