"""The charts: each tile of the original dashboard and what was added to it, over the warehouse's views."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from insiders_assets.presentation.palette import HEAT

PERCENT, WHOLE, MONEY = ".1%", ",.0f", ",.2f"


@dataclass(frozen=True)
class Chart:
    """One chart.

    Attributes:
        title: What stands above it.
        view: The view that it reads.
        kind: Superset's name for the visualisation.
        width: Columns of the dashboard's twelve.
        height: Of the dashboard's rows.
        params: The visualisation's parameters.
    """

    title: str
    view: str
    kind: str
    width: int
    height: int
    params: dict[str, Any] = field(default_factory=dict)


def measure(label: str, expression: str) -> dict[str, Any]:
    """Return a figure that Superset computes in SQL."""
    return {"expressionType": "SQL", "sqlExpression": expression, "label": label}


def number(title: str, column: str, pattern: str, subheader: str) -> Chart:
    """Return a header tile: one number."""
    return Chart(
        title,
        "tile_insiders",
        "big_number_total",
        2,
        22,
        {
            "metric": measure(title, f"MAX({column})"),
            "y_axis_format": pattern,
            "subheader": subheader,
            "header_font_size": 0.5,
            "subheader_font_size": 0.2,
        },
    )


def table(title: str, view: str, columns: list[str], formats: dict[str, str], **more: Any) -> Chart:
    """Return a chart that lists rows as they are."""
    width, height = more.pop("width", 12), more.pop("height", 34)
    return Chart(
        title,
        view,
        "table",
        width,
        height,
        {
            "query_mode": "raw",
            "all_columns": columns,
            "row_limit": 1000,
            "show_cell_bars": False,
            "table_timestamp_format": "%Y-%m-%d",
            "column_config": {name: {"d3NumberFormat": pattern} for name, pattern in formats.items()},
            **more,
        },
    )


def bars(title: str, view: str, axis: str, figure: dict[str, Any], pattern: str, **more: Any) -> Chart:
    """Bars over a category, by tier where ``groupby`` says so."""
    width = more.pop("width", 6)
    return Chart(
        title,
        view,
        "echarts_timeseries_bar",
        width,
        44,
        {
            "x_axis": axis,
            "metrics": [figure],
            "groupby": [],
            "row_limit": 1000,
            "truncate_metric": True,
            "y_axis_format": pattern,
            "rich_tooltip": True,
            "show_legend": bool(more.get("groupby")),
            "legendType": "scroll",
            "legendOrientation": "top",
            **more,
        },
    )


def heat(column: str, *, better_low: bool = False) -> list[dict[str, Any]]:
    """Return a cell coloured by where it stands between the column's least and most."""
    operator = {"operator": "None", "column": column, "colorScheme": HEAT[1]}
    return [operator | {"inverse": True}] if better_low else [operator]


CHARTS: tuple[tuple[Chart, ...], ...] = (
    (
        number("Mean revenue", "mean_revenue", MONEY, "per Insider"),
        number("Share of revenue", "share_of_revenue", PERCENT, "of identified customers'"),
        number("Share of customers", "share_of_customers", PERCENT, "of identified customers"),
        number("Recency", "mean_recency", WHOLE, "days since the last purchase"),
        number("Distinct products", "mean_distinct_stock_code", WHOLE, "per Insider"),
        number("Basket size", "mean_basket_size", WHOLE, "units per order"),
    ),
    (
        table(
            "Tiers side by side",
            "tile_tiers",
            [
                "tier", "identified_customers", "share_of_customers", "share_of_revenue", "mean_revenue",
                "mean_recency", "mean_distinct_stock_code", "mean_basket_size", "mean_returned",
            ],
            {
                "share_of_customers": PERCENT, "share_of_revenue": PERCENT, "mean_revenue": MONEY,
                "mean_recency": WHOLE, "mean_distinct_stock_code": WHOLE, "mean_basket_size": WHOLE,
                "mean_returned": ",.1f",
            },
            height=32,
            order_by_cols=['["place", true]'],
            conditional_formatting=[
                *heat("mean_revenue"), *heat("mean_distinct_stock_code"), *heat("mean_basket_size"),
            ],
        ),
    ),
    (
        bars("Viability: mean revenue by tier", "tile_gauges", "feature", measure("Mean revenue", "MAX(mean)"), WHOLE,
             groupby=["tier"],
             adhoc_filters=[{"clause": "WHERE", "expressionType": "SQL", "sqlExpression": "feature = 'revenue'"}]),
        bars("Viability: basket size by tier", "tile_gauges", "feature", measure("Units per order", "MAX(mean)"), WHOLE,
             groupby=["tier"],
             adhoc_filters=[{"clause": "WHERE", "expressionType": "SQL", "sqlExpression": "feature = 'basket_size'"}]),
    ),
    (
        table(
            "Clusters and what to do with them",
            "tile_clusters",
            [
                "cluster", "name", "tier", "identified_customers", "share_of_revenue", "mean_revenue", "action",
                "revenue_at_stake",
            ],
            {"share_of_revenue": PERCENT, "mean_revenue": MONEY, "revenue_at_stake": WHOLE},
            height=60,
            order_by_cols=['["cluster", true]'],
        ),
    ),
    (
        bars("Revenue by country", "tile_countries", "country", measure("Revenue", "SUM(revenue)"), ".3s",
             groupby=["tier"], stack="Stack", x_axis_sort_series="sum", x_axis_sort_series_ascending=False),
        bars("Customers by month of their last purchase", "tile_months", "last_purchase_month",
             measure("Customers", "SUM(customers)"), WHOLE, groupby=["tier"], stack="Stack",
             time_grain_sqla="P1M", x_axis_time_format="%b %Y"),
    ),
    (
        bars("Members at each refresh", "tile_history", "refresh_id", measure("Members", "MAX(members)"), WHOLE),
        table(
            "Who moved at the last refreshes, and why",
            "tile_movement",
            ["as_of", "change", "cause", "tier_before", "tier_after", "customers"],
            {"customers": WHOLE},
            width=6,
            height=44,
            order_by_cols=['["as_of", false]', '["customers", false]'],
        ),
    ),
)  # fmt: skip
"""The dashboard, row by row."""
