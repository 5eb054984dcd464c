"""What each month brought, split by tier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insiders_assets.presentation.chart_style import Figure, axis, layout, money_axis
from insiders_assets.presentation.palette import TIER
from insiders_assets.presentation.tier_names import tier_names
from insiders_assets.report.sections.health import by_month

if TYPE_CHECKING:
    from insiders_assets.language import Language
    from insiders_assets.report.report_inputs import ReportInputs

FADED = 0.4
"""Opacity of a month that the data do not cover whole."""


def revenue_by_month(inputs: ReportInputs) -> Figure | None:
    """Return the revenue of identified customers by month, a colour per tier of today; None where no month is known."""
    months = by_month(inputs.tables.get("revenue_by_month"))
    return monthly(inputs.words, months, tier_names(inputs.words)) if months else None


def monthly(words: Language, months: list[dict[str, Any]], names: dict[str, str]) -> Figure:
    """Return the same of the months of :func:`~insiders_assets.report.sections.health.by_month`."""
    days = [row["month"] for row in months]
    traces: list[Figure] = [
        {
            "type": "bar",
            "name": name,
            "x": [day.isoformat() for day in days],
            "y": [round(row["revenue"].get(tier, 0.0), 2) for row in months],
            "customdata": [
                [words.month(row["month"]), words.money(row["revenue"].get(tier, 0.0), 0)] for row in months
            ],
            "hovertemplate": "%{customdata[0]}: %{customdata[1]}<extra>" + name + "</extra>",
            "marker": {"color": TIER[tier], "opacity": [FADED if row["is_cut"] else 1 for row in months]},
        }
        for tier, name in names.items()
    ]
    step = -(-len(days) // 12)
    shown = days[:: max(step, 1)]
    texts = [
        words.month_alone(day) + (f"<br>{day.year}" if not place or day.year != shown[place - 1].year else "")
        for place, day in enumerate(shown)
    ]
    months_axis = axis(
        "",
        showgrid=False,
        type="date",
        tickmode="array",
        tickvals=[day.isoformat() for day in shown],
        ticktext=texts,
    )
    return {
        "data": traces,
        "layout": layout(
            words,
            320,
            barmode="stack",
            bargap=0.25,
            legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
            xaxis=months_axis,
            yaxis=money_axis(words, words.text("Revenue")),
        ),
    }
