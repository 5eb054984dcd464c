"""Clusters: their profiles with badges, and a bounded sample of customers for the map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.contracts.customers import TIERS
from insiders_assets.contracts.programme import PROFILED
from insiders_assets.language import Language, mark
from insiders_assets.presentation.columns import heading, write
from insiders_assets.presentation.palette import shades
from insiders_assets.report.trust import is_trusted

if TYPE_CHECKING:
    from insiders_assets.report.report_inputs import ReportInputs

MAP_CUSTOMERS = 4_000
"""Customers drawn on the map, at most."""

MAP_LEAST = 40
"""Customers drawn of each cluster, if it has as many."""

BADGES = (
    (0.85, mark("highly stable"), "good"),
    (0.75, mark("valid"), "good"),
    (0.60, mark("a pattern, not a group"), "fair"),
    (0.0, mark("do not trust"), "poor"),
)
"""Bootstrap Jaccard and what it means (C. Hennig, *Cluster-wise assessment of cluster stability*, 2007)."""


def badge(words: Language, stability: float | None) -> dict[str, str]:
    """Return what a cluster's bootstrap stability means, and how good that is."""
    if stability is None:
        return {"text": words.text("stability not studied"), "kind": "none"}
    text, kind = next((text, kind) for least, text, kind in BADGES if stability >= least)
    return {"text": f"{words.text(text)} ({words.number(stability, 2)})", "kind": kind}


def colours(inputs: ReportInputs) -> dict[int, str]:
    """Return a colour per cluster: its tier's, lighter from one cluster to the next."""
    found: dict[int, str] = {}
    for tier in TIERS:
        of_tier = [row["cluster"] for row in inputs.clusters if row["tier"] == tier]
        found |= dict(zip(of_tier, shades(tier, len(of_tier)), strict=True))
    return found


def profiles(inputs: ReportInputs) -> list[dict[str, Any]]:
    """Return the clusters, best first, with their numbers written."""
    words, colour = inputs.words, colours(inputs)
    return [
        row
        | {
            "colour": colour[row["cluster"]],
            "badge": badge(words, row["stability"]),
            "trusted": is_trusted(row),
            "numbers": [
                {
                    "name": heading(words, name),
                    "mean": write(words, name, row[f"mean_{name}"]),
                    "median": write(words, name, row[f"median_{name}"]),
                }
                for name in PROFILED
            ],
        }
        for row in inputs.clusters
    ]


def sample(insiders: pl.DataFrame, most: int = MAP_CUSTOMERS, least: int = MAP_LEAST) -> pl.DataFrame:
    """Return customers to draw: every cluster in proportion, the same ones each time, whatever the row order.

    Within a cluster customers are taken at even steps along their id, which says nothing about their behaviour.

    Args:
        insiders: Every customer.
        most: Customers drawn altogether; a few more where small clusters are topped up to ``least``.
        least: Customers drawn of each cluster, if it has as many.
    """
    share = min(1.0, most / max(insiders.height, 1))
    place, size = pl.int_range(pl.len()).over("cluster"), pl.len().over("cluster").cast(pl.Int64)
    take = pl.max_horizontal((size * share).ceil(), pl.min_horizontal(size, pl.lit(least))).cast(pl.Int64)
    # A row is taken where the running count of rows owed, place * take / size, passes a whole number.
    return insiders.sort("customer_id").filter((place + 1) * take // size > place * take // size)
