"""Selection policies: the rules that turn clusters, or values, into tiers. One interface, chosen by a setting.

A policy knows nothing of suppression, grace or the list: it says where each customer stands by their cluster or
their features. Hysteresis is a policy's own affair, because only it knows what its border is: who was inside at
the refresh before may drift ``hysteresis`` past the border before falling out, so that a customer, or a
cluster, that sits on it does not come and go. Who is outside enters at the border itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import polars as pl

from insiders_assets.contracts.customers import TIERS
from insiders_assets.errors import UsageError
from insiders_assets.money import in_currency
from insiders_assets.programme.groups import micros, share, total
from insiders_assets.programme.rules import ProgrammeRules, Threshold

INSIDER, VIABILITY, NOT_INSIDER = TIERS


@dataclass(frozen=True)
class Selection:
    """Where a policy puts everybody.

    Attributes:
        tiers: ``customer_id, policy_tier``, one row per customer.
        cluster_tiers: Each cluster's tier; under a policy on customers, the tier that most of its revenue is
            in.
        cut: The least revenue among eligible Insiders where the policy cuts by value, or None.
    """

    tiers: pl.DataFrame
    cluster_tiers: dict[int, str]
    cut: float | None = None


Policy = Callable[[pl.DataFrame, ProgrammeRules], Selection]
"""Called with customers and rules.

Customers have features, ``cluster``, ``is_identified``, ``is_eligible`` (identified and not suppressed) and
``tier_before`` (their policy tier at the refresh before, empty if there was none or its policy was another);
sorted by id.
"""


def select(customers: pl.DataFrame, rules: ProgrammeRules, names: dict[int, str]) -> Selection:
    """Put everybody in a tier by the policy that ``rules`` name.

    Args:
        customers: See :data:`Policy`.
        rules: The policy and its parameters.
        names: Every cluster's name, by number.

    Raises:
        UsageError: The rules name a cluster that there is not.
    """
    return POLICIES[rules.policy](customers, _numbered(rules, names))


def coverage(customers: pl.DataFrame, rules: ProgrammeRules) -> Selection:
    """Clusters in descending mean revenue are Insiders until they cover a share of identified revenue.

    The next ones are being analysed until they cover a larger share. Prevents a list of cluster numbers typed
    into code, which mean something else after the next fit.
    """
    order = rank_clusters(customers)
    whole = total(customers.filter("is_identified"))
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
    """Named clusters are Insiders.

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
            for cluster, _ in rank_clusters(customers)
        },
    )


def budget(customers: pl.DataFrame, rules: ProgrammeRules) -> Selection:
    """At most N members, highest revenue first; the next are analysed until ``viability_coverage`` is covered.

    Prevents a programme that costs more than was agreed: never more than N eligible Insiders. Those who were
    inside count with their revenue raised by the hysteresis when the border is drawn. Who is not eligible takes
    nobody's place.
    """
    was_inside = (pl.col("tier_before") == INSIDER).fill_null(False)
    bonus = pl.when(was_inside).then(1 + rules.hysteresis).otherwise(1.0)
    ranked = customers.with_columns(_value=pl.col("revenue") * bonus).sort(
        ["_value", "customer_id"], descending=[True, False]
    )
    eligible = ranked.filter("is_eligible").head(rules.budget_members)
    chosen = ranked["customer_id"].is_in(eligible["customer_id"].implode())
    # Those who may not be members stand where their revenue puts them: what the suppression costs is counted so.
    least = float(eligible["_value"].min()) if len(eligible) else float("inf")  # type: ignore[arg-type]
    inside = chosen | (~ranked["is_eligible"] & (ranked["_value"] >= least))
    known = ranked["is_identified"]
    revenue = ranked.select(micros())["revenue"] * known.cast(pl.Int64)
    whole = int(revenue.sum())
    before = (revenue.cum_sum() - revenue) / whole if whole else revenue.cast(pl.Float64) * 0.0 + 1.0
    tiers = ranked.with_columns(inside=inside, before=before).with_columns(
        policy_tier=pl.when("inside")
        .then(pl.lit(INSIDER))
        .when(pl.col("before") < rules.viability_coverage)
        .then(pl.lit(VIABILITY))
        .otherwise(pl.lit(NOT_INSIDER))
    )
    cut = float(eligible["revenue"].min()) if len(eligible) else None  # type: ignore[arg-type]
    return _by_customer(customers, tiers.select("customer_id", "policy_tier"), cut)


def threshold(customers: pl.DataFrame, rules: ProgrammeRules) -> Selection:
    """Who keeps every rule on their features is an Insider. For a promise that can be printed on a leaflet."""
    inside = _keeps(rules.insider_thresholds, rules.hysteresis, (INSIDER,))
    watched = (
        _keeps(rules.viability_thresholds, rules.hysteresis, (INSIDER, VIABILITY))
        if rules.viability_thresholds
        else pl.lit(False)
    )
    tiers = customers.select(
        "customer_id",
        policy_tier=pl.when(inside)
        .then(pl.lit(INSIDER))
        .when(watched)
        .then(pl.lit(VIABILITY))
        .otherwise(pl.lit(NOT_INSIDER)),
    )
    return _by_customer(customers, tiers, None)


POLICIES: dict[str, Policy] = {
    "coverage": coverage,
    "clusters": clusters,
    "budget": budget,
    "threshold": threshold,
}


def rank_clusters(customers: pl.DataFrame) -> list[tuple[int, float]]:
    """Clusters with their identified revenue, highest mean revenue of identified customers first."""
    known = pl.col("is_identified")
    table = customers.group_by("cluster").agg(
        revenue=in_currency(micros().filter(known).sum()),
        mean=micros().filter(known).sum() / pl.max_horizontal(known.sum(), pl.lit(1)),
    )
    ranked = table.sort(["mean", "cluster"], descending=[True, False])
    return [
        (int(cluster), float(revenue)) for cluster, revenue in ranked.select("cluster", "revenue").iter_rows()
    ]


def _was(customers: pl.DataFrame, tiers: tuple[str, ...]) -> set[int]:
    """Clusters that were in one of ``tiers``: whose customers of today were mostly in it when last seen there."""
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
    """How many clusters, best first, are inside: up to the border, or to the last incumbent just beyond it."""
    count = sum(before[cluster] < border for cluster, _ in order)
    for place, (cluster, _) in enumerate(order):
        if cluster in incumbents and before[cluster] < min(border + hysteresis, 1.0):
            count = max(count, place + 1)
    return count


def _numbered(rules: ProgrammeRules, names: dict[int, str]) -> ProgrammeRules:
    """The rules with clusters called by their numbers."""
    return replace(
        rules,
        insider_clusters=_numbers(rules.insider_clusters, names, "INSIDERS_INSIDER_CLUSTERS"),
        viability_clusters=_numbers(rules.viability_clusters, names, "INSIDERS_VIABILITY_CLUSTERS"),
    )


def _numbers(words: tuple[str, ...], names: dict[int, str], setting: str) -> tuple[str, ...]:
    by_name = {name.casefold(): cluster for cluster, name in names.items()}
    found = []
    for word in words:
        number = int(word) if word.isdigit() else by_name.get(word.casefold())
        if number not in names:
            listed = ", ".join(f"{cluster} ({name})" for cluster, name in sorted(names.items()))
            raise UsageError(f"there is no cluster {word!r}", where=setting, cure=f"use some of {listed}")
        found.append(str(number))
    return tuple(found)


def _keeps(rules: tuple[Threshold, ...], hysteresis: float, inside: tuple[str, ...]) -> pl.Expr:
    """Whether a customer keeps every rule; those who were inside may miss each by the hysteresis."""
    kept = pl.lit(True)
    was_inside = pl.col("tier_before").is_in(inside).fill_null(False)
    for rule in rules:
        slack = abs(rule.value) * hysteresis
        feature = pl.col(rule.feature).cast(pl.Float64)
        if rule.at_least:
            passes = feature >= pl.when(was_inside).then(rule.value - slack).otherwise(rule.value)
        else:
            passes = feature <= pl.when(was_inside).then(rule.value + slack).otherwise(rule.value)
        kept = kept & passes.fill_null(False)
    return kept


def _by_cluster(customers: pl.DataFrame, tiers: dict[int, str]) -> Selection:
    mapped = pl.col("cluster").replace_strict(tiers, return_dtype=pl.String)
    return Selection(customers.select("customer_id", policy_tier=mapped), tiers)


def _by_customer(customers: pl.DataFrame, tiers: pl.DataFrame, cut: float | None) -> Selection:
    """A selection made customer by customer; a cluster is in the tier that most of its revenue is in."""
    placed = customers.select("customer_id", "cluster", "is_identified", "revenue").join(
        tiers, on="customer_id", how="left", maintain_order="left"
    )
    held = (
        placed.group_by("cluster", "policy_tier")
        .agg(micros().filter(pl.col("is_identified")).sum().alias("held"))
        .with_columns(rank=pl.col("policy_tier").replace_strict({tier: n for n, tier in enumerate(TIERS)}))
        .sort(["cluster", "held", "rank"], descending=[False, True, False])
        .group_by("cluster", maintain_order=True)
        .first()
    )
    by_cluster = dict(held.select("cluster", "policy_tier").iter_rows())
    return Selection(placed.select("customer_id", "policy_tier"), by_cluster, cut)
