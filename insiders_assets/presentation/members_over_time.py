"""Members at each refresh, on an axis in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insiders_assets.presentation.chart_style import Figure, axis, layout
from insiders_assets.presentation.palette import TIER

if TYPE_CHECKING:
    from datetime import date

    from insiders_assets.language import Language

LABELS = 10
"""Days named below the axis, at most."""

MARKED = 60
"""Refreshes that are marked on the line; of more, the line alone is drawn."""


def members_over_time(words: Language, rows: list[dict[str, Any]], height: int) -> Figure:
    """Return the line of members, by the last refresh of each day; hover says the share of revenue and who moved.

    Args:
        words: The reader's language.
        rows: Rows of ``refreshes``, in the order of their publish.
        height: In pixels.
    """
    rows = [row for _, row in sorted({row["as_of"]: row for row in rows}.items())]
    lines = (
        "<b>%{customdata[0]}</b>",
        f"{words.text('Members')}: %{{y:,}}",
        f"{words.text('Share of revenue')}: %{{customdata[1]}}",
        f"{words.text('Entered')}: %{{customdata[2]:,}}",
        f"{words.text('Left')}: %{{customdata[3]:,}}",
    )
    line = {
        "type": "scatter",
        "mode": "lines+markers" if len(rows) <= MARKED else "lines",
        "name": words.text("Members"),
        "x": [row["as_of"].isoformat() for row in rows],
        "y": [row["members"] for row in rows],
        "customdata": [
            [
                words.day(row["as_of"]),
                words.percent(row["insider_share_of_revenue"]),
                row["members_entered"],
                row["members_left"],
            ]
            for row in rows
        ],
        "line": {"color": TIER["insider"], "width": 2},
        "marker": {"size": 7},
        "hovertemplate": "<br>".join(lines) + "<extra></extra>",
    }
    # The axis reads as the language writes days: plotly knows the months in English only.
    named = _named([row["as_of"] for row in rows])
    dates = axis(
        "",
        type="date",
        showgrid=False,
        tickmode="array",
        tickvals=[day.isoformat() for day in named],
        ticktext=[words.short_day(day) for day in named],
        tickangle=0,
    )
    members = axis(words.text("Members"), rangemode="tozero", tickformat=",")
    return {"data": [line], "layout": layout(words, height, xaxis=dates, yaxis=members)}


def _named(days: list[date]) -> list[date]:
    """Return the days that are named: all of a few, else the nearest to each of equal steps in time."""
    if len(days) <= LABELS:
        return days
    step = (days[-1] - days[0]) / (LABELS - 1)
    found = [min(days, key=lambda day: abs(day - (days[0] + step * place))) for place in range(LABELS)]
    return list(dict.fromkeys(found))
