"""The dashboard's charts as plain plotly figures: dictionaries that the page's script draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insiders_assets.presentation.chart_style import Figure, axis, layout, money_axis
from insiders_assets.presentation.palette import MUTED, TIER

if TYPE_CHECKING:
    from datetime import date

    from insiders_assets.language import Language

Rows = list[dict[str, Any]]


def _months(words: Language, days: list[date]) -> dict[str, Any]:
    """Return an axis of months, every one named, the year said once: a month that has nothing keeps its place."""
    every = months_between(min(days), max(days)) if days else []
    texts = [
        words.month_alone(day) + (f"<br>{day.year}" if day.month == 1 or not place else "")
        for place, day in enumerate(every)
    ]
    keys = [f"{day:%Y-%m}" for day in every]
    return axis(
        "",
        type="category",
        categoryorder="array",
        categoryarray=keys,
        range=[-0.6, len(keys) - 0.4],
        showgrid=False,
        tickangle=0,
        tickfont={"size": 11},
        tickvals=keys,
        ticktext=texts,
    )


def months_between(first: date, last: date) -> list[date]:
    """Return the first day of every month from ``first``'s to ``last``'s."""
    start, end = (day.year * 12 + day.month - 1 for day in (first, last))
    return [
        first.replace(year=number // 12, month=number % 12 + 1, day=1) for number in range(start, end + 1)
    ]


def by_month(words: Language, rows: Rows) -> Figure:
    """Return customers by the month of their last purchase; hover says their revenue."""
    bars = {
        "type": "bar",
        "x": [f"{row['last_purchase_month']:%Y-%m}" for row in rows],
        "y": [row["customers"] for row in rows],
        "customdata": [
            [words.month(row["last_purchase_month"]), words.money(row["revenue"], 0)] for row in rows
        ],
        "marker": {"color": TIER["insider"]},
        "hovertemplate": f"<b>%{{customdata[0]}}</b><br>{words.text('Customers')}: %{{y:,}}<br>"
        f"{words.text('Revenue')}: %{{customdata[1]}}<extra></extra>",
    }
    axes = {
        "xaxis": _months(words, [row["last_purchase_month"] for row in rows]),
        "yaxis": axis(words.text("Customers"), rangemode="tozero", tickformat=","),
    }
    return {"data": [bars], "layout": layout(words, 260, bargap=0.25, **axes)}


def customer_months(words: Language, rows: Rows) -> Figure:
    """Return one customer's revenue by month; hover says orders, units and returns."""
    lines = (
        "<b>%{customdata[1]}</b>",
        f"{words.text('Revenue')}: %{{customdata[0]}}",
        f"{words.text('Orders')}: %{{customdata[2]:,}}",
        f"{words.text('Units')}: %{{customdata[3]:,}}",
        f"{words.text('Units returned')}: %{{customdata[4]:,}}",
    )
    bars = {
        "type": "bar",
        "x": [f"{row['month']:%Y-%m}" for row in rows],
        "y": [row["revenue"] for row in rows],
        "customdata": [
            [
                words.money(row["revenue"]),
                words.month(row["month"]),
                row["total_purchases"],
                row["total_products"],
                row["returned"],
            ]
            for row in rows
        ],
        "marker": {"color": TIER["insider"]},
        "hovertemplate": "<br>".join(lines) + "<extra></extra>",
    }
    axes = {
        "xaxis": _months(words, [row["month"] for row in rows]),
        "yaxis": money_axis(words, words.text("Revenue")),
    }
    return {"data": [bars], "layout": layout(words, 260, bargap=0.25, **axes)}


def capture(words: Language, points: Rows, members: int, ours: float, taken: int) -> Figure:
    """Return the share of revenue against customers taken: the plain sort, the list of today, and the size chosen.

    The last trace is the size chosen, which the page's script moves.
    """
    size = max(points[-1]["customers"], 1)
    name = words.text("Ranking by past revenue")
    curve = {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [row["customers"] for row in points],
        "y": [round(row["share_of_revenue"], 5) for row in points],
        "line": {"color": MUTED, "width": 2},
        "hovertemplate": f"%{{x:,}} → %{{y:.1%}}<extra>{name}</extra>",
    }
    today = {
        "type": "scatter",
        "mode": "markers",
        "name": words.text("The Insiders today"),
        "x": [members],
        "y": [round(ours, 5)],
        "marker": {"size": 15, "color": TIER["viability"], "symbol": "star"},
        "hovertemplate": f"%{{x:,}} → %{{y:.1%}}<extra>{words.text('The list today')}</extra>",
    }
    chosen = {
        "type": "scatter",
        "mode": "markers",
        "name": words.text("Your choice"),
        "x": [taken],
        "y": [None],
        "marker": {"size": 16, "color": TIER["insider"], "symbol": "circle-open", "line": {"width": 3}},
        "hovertemplate": f"%{{x:,}} → %{{y:.1%}}<extra>{words.text('Your choice')}</extra>",
    }
    axes = {
        "xaxis": axis(
            words.text("Identified customers taken"),
            range=[0, size * 1.02],
            rangemode="tozero",
            tickformat=",",
        ),
        "yaxis": axis(words.text("Share of their revenue"), range=[0, 1.03], tickformat=".0%"),
    }
    return {"data": [curve, today, chosen], "layout": layout(words, 380, **axes)}
