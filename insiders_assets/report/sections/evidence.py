"""What the list is worth: its share of revenue beside a plain sort, now and out of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from insiders_assets.report.inputs import ReportInputs

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
    """The list beside a plain sort of the same size; None where nobody, or everybody, is an Insider."""
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
    """Share of revenue against share of customers taken: by a plain sort, and cluster by cluster.

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


def out_of_time(inputs: ReportInputs) -> list[dict[str, Any]]:
    """What was measured on days that the choice could not know: one block per measure and list size.

    Each block has its cut-offs and, per subject, a value with its interval at each of them, best mean first.
    """
    table = inputs.tables["evidence"].filter(pl.col("cutoff").is_not_null() & pl.col("value").is_not_null())
    blocks = []
    for measure, size in table.select("measure", "size").unique(maintain_order=True).iter_rows():
        rows = table.filter(measure=measure).filter(pl.col("size").eq_missing(pl.lit(size))).to_dicts()
        cutoffs = sorted({row["cutoff"] for row in rows})
        subjects: dict[str, dict[Any, dict[str, Any]]] = {}
        for row in rows:
            subjects.setdefault(row["subject"], {})[row["cutoff"]] = row
        mean = {
            subject: sum(row["value"] for row in found.values()) / len(found)
            for subject, found in subjects.items()
        }
        blocks.append(
            {
                "measure": measure,
                "size": size,
                "cutoffs": cutoffs,
                "subjects": [
                    {
                        "subject": subject,
                        "mean": mean[subject],
                        "values": [subjects[subject].get(day) for day in cutoffs],
                    }
                    for subject in sorted(subjects, key=lambda subject: (-mean[subject], subject))
                ],
            }
        )
    return blocks


def other_figures(inputs: ReportInputs) -> list[dict[str, Any]]:
    """Figures that are not out of time, as the evidence table has them."""
    return inputs.tables["evidence"].filter(pl.col("cutoff").is_null()).to_dicts()
