"""Kinds in plain rules: what most of a cluster's customers share, by how often, how much and how dear they buy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from insiders_assets.language.message import Message
from insiders_assets.programme.conditions import Condition, condition_message
from insiders_assets.programme.rule_tree import fit_rules

READ = (
    Condition("total_purchases", more=True),
    Condition("avg_ticket", more=True, is_money=True),
    Condition("avg_line_value", more=True, is_money=True),
)
"""What the rules speak of: what the kinds' axes are made from."""

LEVELS = 5
FITTED = 20_000
"""Customers that rules are fitted on at most, at even steps along their id."""

LEAST_RIGHT = 0.6
"""Share of those whom a rule tells who must be in the cluster, for it to be said at all."""


@dataclass(frozen=True)
class KindRule:
    """A rule that tells a cluster's customers.

    Attributes:
        sentence: What it says.
        share_right: Share of those it tells who are in the cluster.
    """

    sentence: Message
    share_right: float


def kind_rules(customers: pl.DataFrame) -> dict[int, KindRule]:
    """Return the rule that tells most of each cluster's customers; none for a cluster that no plain rule tells.

    Args:
        customers: Customers with features, ``cluster`` and ``is_identified``, sorted by id.
    """
    known = customers.filter("is_identified")
    known = known.gather_every(max(-(-known.height // FITTED), 1))
    values = known.select(pl.col(condition.feature).cast(pl.Float64) for condition in READ).to_numpy()
    clusters = known["cluster"].to_numpy()
    found = {}
    for cluster in np.unique(clusters):
        leaves = [leaf for leaf in fit_rules(values, clusters == cluster, LEVELS) if leaf.says_insider]
        best = max(leaves, key=lambda leaf: (leaf.inside, leaf.above, leaf.up_to), default=None)
        if best is not None and best.inside >= LEAST_RIGHT * best.customers:
            found[int(cluster)] = KindRule(condition_message(best, READ), best.inside / best.customers)
    return found
