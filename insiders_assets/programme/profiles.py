"""Profiles: what each cluster and each tier is like, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from insiders_assets.contracts.customers import STATES, TIERS
from insiders_assets.contracts.programme import CLUSTER_PROFILES, TIER_SUMMARY
from insiders_assets.language.message import Message, message
from insiders_assets.language.writer import columns, message_in
from insiders_assets.money import in_currency, micros
from insiders_assets.programme.actions import Action, cluster_actions
from insiders_assets.programme.cluster_policies import rank_clusters
from insiders_assets.programme.groups import describe
from insiders_assets.programme.kind_rules import kind_rules
from insiders_assets.programme.kinds import called
from insiders_assets.programme.offers import Targets
from insiders_assets.programme.traits import sets_apart, standardised


def cluster_profiles(
    customers: pl.DataFrame,
    *,
    tiers: Mapping[int, str],
    names: Mapping[int, str],
    targets: Targets,
    stability: Mapping[int, float],
) -> pl.DataFrame:
    """Return one row per cluster, highest mean revenue first.

    Args:
        customers: The list, sorted by id.
        tiers: Each cluster's tier.
        names: Each cluster's name.
        targets: What Insiders do.
        stability: Mean bootstrap Jaccard by cluster, as far as it was studied.

    Returns:
        A frame as the contract ``CLUSTER_PROFILES`` says.
    """
    order = [cluster for cluster, _ in rank_clusters(customers)]
    apart = {row["cluster"]: sets_apart(row) for row in standardised(customers).to_dicts()}
    actions, rules = cluster_actions(customers, targets), kind_rules(customers)
    confidence = dict(
        customers.group_by("cluster")
        .agg(confidence=in_currency(micros("confidence").sum()) / pl.len())
        .select("cluster", "confidence")
        .iter_rows()
    )
    words = []
    for cluster in order:
        first, *others = actions[cluster]
        rule = rules.get(cluster)
        words.append(
            {
                "cluster": cluster,
                **columns("name", called(names[cluster])),
                "tier": tiers[cluster],
                **columns("sets_apart", apart[cluster]),
                **columns("action", _actions(first, others)),
                **columns("action_reason", _behind(first, others)),
                "revenue_at_stake": round(first.stake, 2),
                "mean_confidence": min(max(float(confidence[cluster] or 0.0), 0.0), 1.0),
                "stability": stability.get(cluster),
                **columns("rule", rule.sentence if rule else None),
                "rule_share_right": rule.share_right if rule else None,
            }
        )
    texts = pl.DataFrame(words, schema={name: CLUSTER_PROFILES.polars_schema[name] for name in words[0]})
    table = texts.join(describe(customers, "cluster"), on="cluster", how="left", maintain_order="left")
    table = table.join(_counts(customers), on="cluster", how="left", maintain_order="left")
    return table.with_columns(
        cumulative_share_of_revenue=pl.col("share_of_revenue").cum_sum().clip(0.0, 1.0)
    ).select(CLUSTER_PROFILES.names)


def tier_summary(insiders: pl.DataFrame) -> pl.DataFrame:
    """Return one row per tier in the order insider, viability, not_insider; a tier that nobody is in has zeros.

    Args:
        insiders: Every customer with ``tier`` and ``is_member``, sorted by id.

    Returns:
        A frame as the contract ``TIER_SUMMARY`` says.
    """
    members = insiders.group_by("tier").agg(pl.col("is_member").sum().cast(pl.Int64).alias("members"))
    table = (
        pl.DataFrame({"tier": TIERS})
        .join(members, on="tier", how="left")
        .join(describe(insiders, "tier"), on="tier", how="left", maintain_order="left")
    )
    kept = table.select(TIER_SUMMARY.names)
    filled = [column.name for column in TIER_SUMMARY.columns if not column.nullable and column.name != "tier"]
    return kept.with_columns(pl.col(filled).fill_null(0)).cast(TIER_SUMMARY.polars_schema)  # type: ignore[arg-type]


def _counts(customers: pl.DataFrame) -> pl.DataFrame:
    """Return identified customers of each cluster by tier, membership and state."""
    tier, state = pl.col("tier"), pl.col("state")
    sides = {
        "insiders": tier == "insider",
        "viability": tier == "viability",
        "not_insiders": tier == "not_insider",
        "members": pl.col("is_member"),
        **{name: state == name for name in STATES},
    }
    return customers.group_by("cluster").agg(
        (side & pl.col("is_identified")).sum().cast(pl.Int64).alias(name) for name, side in sides.items()
    )


def first_of(row: Mapping[str, Any], name: str) -> Message | None:
    """Return the first of what a row of ``cluster_profiles`` says to do, or the numbers behind it."""
    headline = message_in(row, name)
    return headline.args["first"] if headline else None


def _actions(first: Action, others: list[Action]) -> Message:
    """Return what to do first, and what then."""
    if not others:
        return message("actions.one", first=first.sentence)
    return message("actions.two", first=first.sentence, then=others[0].sentence)


def _behind(first: Action, others: list[Action]) -> Message:
    """Return the numbers behind both."""
    if not others:
        return message("actions.one", first=first.reason)
    return message("reasons.two", first=first.reason, then=others[0].reason)
