"""What the list holds today, beside as many customers picked by past revenue alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from insiders_assets.report.report_inputs import ReportInputs

CURVE_POINTS = 101


@dataclass(frozen=True)
class PlainSort:
    """The list beside as many identified customers picked by past revenue alone.

    Attributes:
        size: Share of identified customers in the Insider tier.
        list_share: Share of identified revenue that they bring.
        sorted_share: Share that the same number of highest spenders brings.
    """

    size: float
    list_share: float
    sorted_share: float

    @property
    def lost(self) -> float:
        """Share of revenue that the list leaves to the plain sort."""
        return self.sorted_share - self.list_share


def _identified(inputs: ReportInputs) -> pl.DataFrame:
    return inputs.insiders.filter("is_identified").select("customer_id", "revenue", "cluster", "tier")


def _running(values: pl.Series) -> pl.Series:
    """Running share of a total, first value first."""
    total = values.sum()
    return values.cum_sum() / total if total else values * 0.0


def plain_sort(inputs: ReportInputs) -> PlainSort | None:
    """Return the list beside a plain sort of the same size; None where nobody, or everybody, is an Insider."""
    customers = _identified(inputs)
    chosen = customers.filter(tier="insider").height
    if not 0 < chosen < customers.height:
        return None
    ranked = customers.sort(["revenue", "customer_id"], descending=[True, False])
    total = float(ranked["revenue"].sum()) or 1.0
    return PlainSort(
        chosen / customers.height,
        float(ranked.filter(tier="insider")["revenue"].sum()) / total,
        float(ranked["revenue"].head(chosen).sum()) / total,
    )


def capture_curves(inputs: ReportInputs) -> dict[str, list[tuple[float, float]]]:
    """Return the share of revenue against share of customers taken: by a plain sort, and cluster by cluster.

    At most :data:`CURVE_POINTS` points each, however many customers there are.
    """
    customers = _identified(inputs)
    if customers.is_empty():
        return {"sort": [], "clusters": []}
    ranked = _running(customers.sort(["revenue", "customer_id"], descending=[True, False])["revenue"])
    size = customers.height
    taken = sorted({round(step * size / (CURVE_POINTS - 1)) for step in range(CURVE_POINTS)} - {0})
    order = [row["cluster"] for row in inputs.clusters]
    of_cluster = {row["cluster"]: row for row in inputs.clusters}
    share, revenue, points = 0.0, 0.0, [(0.0, 0.0)]
    for cluster in order:
        share += of_cluster[cluster]["share_of_customers"]
        revenue += of_cluster[cluster]["share_of_revenue"]
        points.append((share, revenue))
    return {
        "sort": [(0.0, 0.0), *((count / size, float(ranked[count - 1])) for count in taken)],
        "clusters": points,
    }
