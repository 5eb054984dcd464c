"""Policies that put whole clusters into tiers: what the original did, by their revenue or by their numbers.

A customer's own money does not decide under them, so that buying more may put somebody out. They stay for whoever wants
the original's rule; the report says what they cost beside a plain sort.
"""

from __future__ import annotations

import polars as pl

from insiders_assets.money import in_currency, micros
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.programme.groups import share, total
from insiders_assets.programme.policies import INSIDER, NOT_INSIDER, VIABILITY, Selection


def coverage(customers: pl.DataFrame, rules: ProgrammeRules) -> Selection:
    """Take clusters in descending mean revenue as Insiders until they cover a share of identified value.

    The next ones are being analysed until they cover a larger share. Prevents a list of cluster numbers typed
    into code, which mean something else after the next fit.
    """
    order = rank_clusters(customers, "value")
    whole = total(customers.filter("is_identified"), "value")
    before, covered = {}, 0.0
    for cluster, revenue in order:
        before[cluster] = share(covered, whole) if whole else 1.0
        covered += revenue
    inside = _prefix(order, before, rules.insider_coverage, rules.hysteresis, _was(customers, (INSIDER,)))
    watched = _prefix(
        order, before, rules.viability_coverage, rules.hysteresis, _was(customers, (INSIDER, VIABILITY))
    )
    tiers = {
        cluster: INSIDER if place < inside else VIABILITY if place < watched else NOT_INSIDER
        for place, (cluster, _) in enumerate(order)
    }
    return _by_cluster(customers, tiers)


def clusters(customers: pl.DataFrame, rules: ProgrammeRules) -> Selection:
    """Take the clusters that are named as Insiders.

    For a choice that a person made, on clusters whose identity survives a refit.
    """
    inside, watched = set(rules.insider_clusters), set(rules.viability_clusters)
    return _by_cluster(
        customers,
        {
            cluster: INSIDER
            if str(cluster) in inside
            else VIABILITY
            if str(cluster) in watched
            else NOT_INSIDER
            for cluster, _ in rank_clusters(customers, "value")
        },
    )


def rank_clusters(customers: pl.DataFrame, column: str = "revenue") -> list[tuple[int, float]]:
    """Return clusters with their identified revenue, highest mean revenue of identified customers first.

    Args:
        customers: Customers with ``cluster``, ``is_identified`` and the amount.
        column: The amount to rank by, if it is not revenue.
    """
    known = pl.col("is_identified")
    table = customers.group_by("cluster").agg(
        revenue=in_currency(micros(column).filter(known).sum()),
        mean=micros(column).filter(known).sum() / pl.max_horizontal(known.sum(), pl.lit(1)),
    )
    ranked = table.sort(["mean", "cluster"], descending=[True, False])
    return [
        (int(cluster), float(revenue)) for cluster, revenue in ranked.select("cluster", "revenue").iter_rows()
    ]


def _was(customers: pl.DataFrame, tiers: tuple[str, ...]) -> set[int]:
    """Return clusters that were in one of ``tiers``.

    Whose customers of today were mostly in it when last seen there.
    """
    seen = customers.filter(
        pl.col("cluster_before") == pl.col("cluster"), pl.col("tier_before").is_not_null()
    )
    most = seen.group_by("cluster").agg(pl.col("tier_before").is_in(tiers).mean().alias("inside"))
    return set(most.filter(pl.col("inside") > 0.5)["cluster"].to_list())


def _prefix(
    order: list[tuple[int, float]],
    before: dict[int, float],
    border: float,
    hysteresis: float,
    incumbents: set[int],
) -> int:
    """Return how many clusters, best first, are inside: up to the border, or to the last incumbent just beyond it."""
    count = sum(before[cluster] < border for cluster, _ in order)
    for place, (cluster, _) in enumerate(order):
        if cluster in incumbents and before[cluster] < min(border + hysteresis, 1.0):
            count = max(count, place + 1)
    return count


def _by_cluster(customers: pl.DataFrame, tiers: dict[int, str]) -> Selection:
    mapped = pl.col("cluster").replace_strict(tiers, return_dtype=pl.String)
    return Selection(customers.select("customer_id", policy_tier=mapped), tiers)
