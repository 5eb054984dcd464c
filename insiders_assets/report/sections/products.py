"""What the Insiders buy: their best-selling products, and those they buy much more than others do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from insiders_assets.report.report_inputs import ReportInputs

LISTED = 10
"""Products listed by revenue, and as many by lift."""

NAMED = 3
"""Products named on a cluster's card."""


def insiders_products(inputs: ReportInputs) -> dict[str, list[dict[str, Any]]]:
    """Return the Insiders' products by revenue and by lift, first place first; empty where there are none."""
    rows = _of(inputs, "tier").filter(group_name="insider")
    return {
        name: rows.filter(pl.col(place) <= LISTED).sort(place).to_dicts()
        for name, place in (("best", "place_by_revenue"), ("special", "place_by_lift"))
    }


def cluster_products(inputs: ReportInputs) -> dict[int, list[str]]:
    """Return the names of the products that each cluster buys most beyond others, by its number."""
    rows = _of(inputs, "cluster").filter(pl.col("place_by_lift") <= NAMED).sort("place_by_lift")
    found: dict[int, list[str]] = {}
    for row in rows.to_dicts():
        found.setdefault(int(row["group_name"]), []).append(named(row))
    return found


def named(row: dict[str, Any]) -> str:
    """A product by its description, or by its code if it has none; words written in capitals are not shouted."""
    text = " ".join((row["description"] or row["stock_code"]).split())
    return text.capitalize() if text.isupper() else text


def _of(inputs: ReportInputs, grouped_by: str) -> pl.DataFrame:
    from insiders_assets.contracts.programme import PRODUCT_AFFINITY

    table = inputs.tables.get("product_affinity")
    return (PRODUCT_AFFINITY.empty() if table is None else table).filter(grouped_by=grouped_by)
