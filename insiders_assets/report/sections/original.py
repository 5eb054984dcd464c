"""The work that this platform replaces: its published figures, shown beside ours where the data are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.language import mark

if TYPE_CHECKING:
    from insiders_assets.report.report_inputs import ReportInputs

ROWS_READ = 541_909
"""Rows of the export that the original was run on (UCI Online Retail, D. Chen, CC BY 4.0)."""

REVENUE = 10_027_130.75
"""What its customers spent, by the original's cleaning rules."""

FIGURES: tuple[tuple[str, str, float], ...] = (
    (mark("Insiders, customers"), "customers", 2910),
    (mark("Share of customers"), "share_of_customers", 0.5111),
    (mark("Share of revenue"), "share_of_revenue", 0.8676),
    (mark("Mean revenue"), "revenue", 2989.67),
    (mark("Days since last purchase"), "recency", 93),
    (mark("Purchase lines"), "purchase_lines", 160),
    (mark("Basket size"), "basket_size", 352),
    (mark("Units returned"), "returned", 32),
)
"""The original's Insiders, anonymous invoices counted as customers; what it called distinct products were lines."""

SILHOUETTE = 0.5422
"""What the original's production run printed; measured in the embedding."""


def is_original_data(inputs: ReportInputs) -> bool:
    """Return whether this refresh read the export that the original's figures are about."""
    revenue = inputs.refresh["revenue"]
    return inputs.rows["read"] == ROWS_READ and abs(revenue / REVENUE - 1) < 0.05


def comparison(inputs: ReportInputs) -> list[dict[str, str]]:
    """Return the original's figures beside ours, counted as it counted, the anonymous among the customers.

    Else empty.
    """
    if not is_original_data(inputs):
        return []
    words, everyone = inputs.words, inputs.insiders.sort("customer_id")
    insiders = everyone.filter(tier="insider")

    def ours(figure: str) -> float | None:
        if figure == "customers":
            return insiders.height
        if figure == "share_of_customers":
            return insiders.height / everyone.height
        if figure == "share_of_revenue":
            return float(insiders["revenue"].sum()) / float(everyone["revenue"].sum())
        return insiders.select(pl.col(figure).cast(pl.Float64).mean()).item()

    def write(figure: str, value: float | None) -> str:
        if figure.startswith("share"):
            return words.percent(value, 2)
        return words.money(value) if figure == "revenue" else words.number(value)

    rows = [
        {"label": words.text(label), "ours": write(figure, ours(figure)), "theirs": write(figure, theirs)}
        for label, figure, theirs in FIGURES
    ]
    silhouette = {
        "label": words.text("Silhouette in the embedding"),
        "ours": words.number(inputs.silhouette.get("embedding"), 3),
        "theirs": words.number(SILHOUETTE, 3),
    }
    return [*rows, silhouette]
