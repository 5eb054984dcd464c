"""The work that this platform replaces: its published figures, shown beside ours where the data are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insiders_assets.language import mark

if TYPE_CHECKING:
    from insiders_assets.report.inputs import ReportInputs

ROWS_READ = 541_909
"""Rows of the export that the original was run on (UCI Online Retail, D. Chen, CC BY 4.0)."""

REVENUE = 10_027_130.75
"""What its customers spent, by the original's cleaning rules."""

FIGURES: tuple[tuple[str, str, float], ...] = (
    (mark("Insiders, customers"), "customers", 2910),
    (mark("Share of customers"), "share_of_customers_of_all", 0.5111),
    (mark("Share of revenue"), "share_of_revenue_of_all", 0.8676),
    (mark("Mean revenue"), "mean_revenue", 2989.67),
    (mark("Days since last purchase"), "mean_recency", 93),
    (mark("Basket size"), "mean_basket_size", 352),
    (mark("Units returned"), "mean_returned", 32),
)
"""The original's Insiders, anonymous invoices counted as customers."""

SILHOUETTE = 0.5422
"""What the original's production run printed; measured in the embedding."""


def is_original_data(inputs: ReportInputs) -> bool:
    """Whether this refresh read the export that the original's figures are about."""
    revenue = inputs.refresh["revenue"]
    return inputs.rows["read"] == ROWS_READ and abs(revenue / REVENUE - 1) < 0.05


def comparison(inputs: ReportInputs) -> list[dict[str, Any]]:
    """The original's figures beside ours, the anonymous counted as it did where we have both; else empty."""
    if not is_original_data(inputs):
        return []
    words, insider = inputs.words, inputs.tiers.get("insider", {})

    def write(column: str, value: float | None) -> str:
        if column.startswith("share"):
            return words.percent(value, 2)
        return words.money(value) if column == "mean_revenue" else words.number(value)

    rows = [
        {
            "label": words.text(label),
            "ours": write(column, insider.get(column)),
            "theirs": write(column, value),
        }
        for label, column, value in FIGURES
    ]
    ours = words.number(inputs.silhouette.get("embedding"), 3)
    return [
        *rows,
        {
            "label": words.text("Silhouette in the embedding"),
            "ours": ours,
            "theirs": words.number(SILHOUETTE, 3),
        },
    ]
