"""Grace: a member who falls out stays for a while, until the next review date if there are any.

Prevents telling people that they are out and, a month later, in again.
"""

from __future__ import annotations

import polars as pl

from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.programme.policies import INSIDER


def with_grace(customers: pl.DataFrame, rules: ProgrammeRules, *, same_selection: bool) -> pl.DataFrame:
    """Add ``tier``, grace included, and ``grace_refreshes``: how many refreshes in a row it has held a member.

    Grace covers what happens to a member: their behaviour, the border that others move, a new model. It does
    not delay what people decide: a changed policy acts at once, and so does a suppression rule. Under the
    policy ``budget`` there is none, because its number of members is a promise.

    Args:
        customers: Customers with ``policy_tier``, ``is_eligible``, ``grace_left`` and ``grace_before``.
        rules: The policy.
        same_selection: Whether the refresh before chose by the same policy and parameters.
    """
    held = (
        pl.col("grace_left")
        & pl.col("is_eligible")
        & (pl.col("policy_tier") != INSIDER)
        & same_selection
        & (rules.policy != "budget")
    )
    return customers.with_columns(
        tier=pl.when(held).then(pl.lit(INSIDER)).otherwise("policy_tier"),
        grace_refreshes=pl.when(held)
        .then(pl.col("grace_before").fill_null(0) + 1)
        .otherwise(0)
        .cast(pl.Int64),
        below_since=pl.when(held).then("below_since"),
    )
