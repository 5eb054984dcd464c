"""What customers buy: the best-selling products, those bought much more than elsewhere, and the next ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.contracts.next_product import CLUSTER_NEXT_PRODUCTS, NEXT_PRODUCT_VERDICT
from insiders_assets.contracts.products import PRODUCT_AFFINITY

if TYPE_CHECKING:
    from insiders_assets.report.report_inputs import ReportInputs

LISTED = 10
"""Products listed by revenue, and as many by lift."""

AGAIN = 5
"""Products listed that are bought again most often."""

NAMED = 3
"""Products named on a cluster's card."""


def insiders_products(inputs: ReportInputs) -> dict[str, list[dict[str, Any]]]:
    """Return the Insiders' products by revenue and by lift, first place first; empty where there are none."""
    return group_products(inputs.tables.get("product_affinity"), "tier", "insider")


def group_products(table: pl.DataFrame | None, grouped_by: str, name: str) -> dict[str, list[dict[str, Any]]]:
    """Return the products of a tier or cluster: ``best`` by revenue, ``special`` by lift, ``again`` by who repeats.

    Args:
        table: ``product_affinity``, or None of a refresh that had none.
        grouped_by: ``tier`` or ``cluster``.
        name: The tier, or the cluster's number.
    """
    rows = (PRODUCT_AFFINITY.empty() if table is None else table).filter(
        grouped_by=grouped_by, group_name=name
    )
    found = {
        key: rows.filter(pl.col(place) <= LISTED).sort(place).to_dicts()
        for key, place in (("best", "place_by_revenue"), ("special", "place_by_lift"))
    }
    repeated = rows.filter(pl.col("share_who_repeat") > 0).sort(
        ["share_who_repeat", "revenue", "stock_code"], descending=[True, True, False]
    )
    return found | {"again": repeated.head(AGAIN).to_dicts()}


def cluster_products(table: pl.DataFrame | None) -> dict[int, list[str]]:
    """Return the names of the products that each cluster buys most beyond others, by its number.

    Args:
        table: ``product_affinity``, or None of a refresh that had none.
    """
    if table is None:
        return {}
    rows = table.filter(pl.col("place_by_lift") <= NAMED, grouped_by="cluster").sort("place_by_lift")
    found: dict[int, list[str]] = {}
    for row in rows.to_dicts():
        found.setdefault(int(row["group_name"]), []).append(named(row))
    return found


def next_products(inputs: ReportInputs) -> dict[int, list[dict[str, Any]]]:
    """Return what :func:`cluster_next_products` does, by the refresh's own verdict."""
    verdict = inputs.tables.get(NEXT_PRODUCT_VERDICT.name)
    is_shown = verdict is not None and bool(verdict["is_shown"].any())
    return cluster_next_products(inputs.tables.get(CLUSTER_NEXT_PRODUCTS.name), is_shown=is_shown)


def cluster_next_products(table: pl.DataFrame | None, *, is_shown: bool) -> dict[int, list[dict[str, Any]]]:
    """Return what most customers of each cluster are likely to buy next, first place first, by its number.

    Args:
        table: ``cluster_next_products``, or None of a refresh that had none.
        is_shown: What ``next_product_verdict`` says: nothing is returned while they are withheld.
    """
    found: dict[int, list[dict[str, Any]]] = {}
    if table is None or not is_shown:
        return found
    for row in table.filter(pl.col("place") <= NAMED).sort("cluster", "place").to_dicts():
        found.setdefault(row["cluster"], []).append(row | {"name": named(row)})
    return found


def named(row: dict[str, Any]) -> str:
    """Return a product by its description, or by its code if it has none; words written in capitals are not shouted."""
    text = " ".join((row["description"] or row["stock_code"]).split())
    return text.capitalize() if text.isupper() else text
