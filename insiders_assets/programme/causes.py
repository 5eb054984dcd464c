"""Causes: what moved a customer from one tier to another, found by taking one change back at a time.

A change is a cause if the customer would still stand where they stood, had it alone not happened: purchases since the
refresh before, purchases that aged out, returns, corrected rows, or the border itself. Of several, the one that moved
most is named; where only several together did it, the largest of those that point the way the customer went.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from insiders_assets.contracts.customers import TIERS
from insiders_assets.programme.borders import Borders, least_micros
from insiders_assets.programme.bridge import CHANGES
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.programme.customer_policies import tier_by_value
from insiders_assets.programme.policies import INSIDER

NOTHING_CAN_OUTWEIGH = 2**62


@dataclass(frozen=True)
class Circumstances:
    """What was the same at both refreshes, and what was not.

    Attributes:
        rules: The rules of today.
        borders: The borders by which the policy chose today, where it cuts by value.
        borders_before: Those in force at the refresh before, or None if unknown.
        same_model: Whether the same model assigned both.
        same_selection: Whether the same policy with the same parameters chose both.
        cluster_tiers_before: Tier by cluster under the policy of before, or None if it did not choose by cluster.
        selection_before: The policy of before with its parameters, if known.
    """

    rules: ProgrammeRules
    borders: Borders | None
    borders_before: Borders | None
    same_model: bool
    same_selection: bool
    cluster_tiers_before: dict[int, str] | None = None
    selection_before: str | None = None

    @property
    def cut(self) -> Borders | None:
        """The borders, if a customer's own value and they alone tell the tier."""
        return self.borders if self.rules.policy == "value" else None

    @property
    def cut_before(self) -> Borders | None:
        """Those of the refresh before, if they did so then, by what value means today."""
        before = self.selection_before or self.rules.selection
        measure = before.partition("@")[2] or "gross"
        return self.borders_before if before.startswith("value:") and measure == self.rules.value else None


def with_causes(both: pl.DataFrame, given: Circumstances) -> pl.DataFrame:
    """Add ``cause``, which says something only of rows that changed.

    Args:
        both: Customers of either refresh with ``tier_shown_before, tier_after, policy_tier_before, policy_tier_after,
            cluster_before, cluster_after, was_member, is_member, is_eligible, suppressed_by, suppressed_before,
            grace_left``, and their moves in millionths (:mod:`insiders_assets.programme.bridge`).
        given: What was the same at both refreshes.
    """
    new, gone = pl.col("tier_shown_before").is_null(), pl.col("tier_after").is_null()
    moved = pl.col("tier_shown_before").ne_missing(pl.col("tier_after"))
    left_to_grace = pl.col("grace_left").fill_null(False)
    falls = (pl.col("tier_shown_before") == INSIDER) & (pl.col("tier_after") != INSIDER)
    held_before = falls & (pl.col("policy_tier_before") != INSIDER)
    kept_from_grace = (
        falls & pl.col("was_member") & ~pl.col("is_eligible") & left_to_grace & given.same_selection
    )
    cause = (
        pl.when(new)
        .then(pl.lit("first_seen"))
        .when(gone & (CHANGES["corrected"].abs() > CHANGES["aged_out"].abs()))
        .then(pl.lit("corrected"))  # their rows went, or are another's now
        .when(gone)
        .then(pl.lit("out_of_window"))
        .when(~moved | kept_from_grace)
        .then(pl.lit("suppression"))
        .when(held_before & (given.same_selection | ~left_to_grace))
        .then(pl.lit("grace_ended"))
        .otherwise(_otherwise(given) if given.cut is None else _by_value(given, given.cut))
    )
    return both.with_columns(cause=cause)


def _by_value(given: Circumstances, cut: Borders) -> pl.Expr:
    """Return the cause where a customer's own value and two borders tell the tier."""
    worth = pl.col("value_after")
    found: list[tuple[str, pl.Expr, pl.Expr]] = []  # what, whether taking it back would do, how much it moved
    if not given.same_selection:
        would_do = (
            _stands(worth, given, given.cut_before, remembered=True)
            if given.cut_before
            else _by_policy(given)
        )
        found.append(("policy", would_do, pl.lit(NOTHING_CAN_OUTWEIGH)))
    elif given.borders_before and _parted(given.borders_before) != _parted(cut):
        shift = abs(least_micros(cut.insider) - least_micros(given.borders_before.insider))
        name = "border" if given.same_model else "model"
        found.append((name, _stands(worth, given, given.borders_before), pl.lit(shift)))
    found += [(part, _stands(worth - change, given, cut), change.abs()) for part, change in CHANGES.items()]
    weights = [pl.when(would_do).then(weight).otherwise(-1) for _, would_do, weight in found]
    most = pl.max_horizontal(weights)
    causes = [
        pl.when((most > 0) & (weight == most)).then(pl.lit(name))
        for (name, _, _), weight in zip(found, weights, strict=True)
    ]
    return pl.coalesce(*causes, _largest_that_way(), pl.lit("policy"))


def _parted(borders: Borders) -> tuple[float, float]:
    return borders.insider, borders.viability


def _stands(worth: pl.Expr, given: Circumstances, borders: Borders, *, remembered: bool = False) -> pl.Expr:
    """Return whether somebody worth so much would still be shown in the tier of before."""
    memory = given.same_selection or remembered
    before = pl.col("policy_tier_before") if memory else pl.lit(None, pl.String)
    policy = tier_by_value(borders, given.rules.hysteresis, worth, before=before)
    held = (
        pl.col("was_member")
        & pl.col("is_eligible")
        & (policy != INSIDER)
        & pl.col("grace_left").fill_null(False)
        & memory
    )
    return pl.when(held).then(pl.lit(INSIDER)).otherwise(policy) == pl.col("tier_shown_before")


def _by_policy(given: Circumstances) -> pl.Expr:
    """Return whether the policy of before would put them elsewhere than that of today."""
    if given.cluster_tiers_before is None:
        return pl.lit(True)
    then = pl.col("cluster_after").replace_strict(
        given.cluster_tiers_before, default=None, return_dtype=pl.String
    )
    return then.ne_missing(pl.col("tier_after"))


def _otherwise(given: Circumstances) -> pl.Expr:
    """Return the cause under a policy that looks at clusters, at limits on features, or at a number of members."""
    another = pl.col("cluster_after").ne_missing(pl.col("cluster_before"))
    by_cluster = given.rules.policy in ("coverage", "clusters")
    still = ~another if by_cluster else pl.col("value_after") == pl.col("value_before")
    return (
        pl.when(another & (not given.same_model) & by_cluster)
        .then(pl.lit("model"))
        .when(_by_policy(given) & (not given.same_selection))
        .then(pl.lit("policy"))
        .when(still & (given.rules.policy != "threshold"))
        .then(pl.lit("border"))
        .otherwise(pl.coalesce(_largest_that_way(), _largest(), pl.lit("behaviour")))
    )


def _largest_that_way() -> pl.Expr:
    """Return the part that moved most in the direction in which the tier went; empty if none did."""
    rank = {tier: -place for place, tier in enumerate(TIERS)}
    after, before = (
        pl.col(name).replace_strict(rank, default=None, return_dtype=pl.Int64)
        for name in ("tier_after", "tier_shown_before")
    )
    way = (after - before).sign()
    return _most([(part, change * way) for part, change in CHANGES.items()])


def _largest() -> pl.Expr:
    """Return the part that moved most, whichever way; empty if none did."""
    return _most([(part, change.abs()) for part, change in CHANGES.items()])


def _most(parts: list[tuple[str, pl.Expr]]) -> pl.Expr:
    most = pl.max_horizontal(amount for _, amount in parts)
    return pl.coalesce(
        *(pl.when((most > 0) & (amount == most)).then(pl.lit(name)) for name, amount in parts),
        pl.lit(None, pl.String),
    )
