"""How many members the programme had at each refresh, on an axis in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insiders_assets.report.charts.style import Figure, axis, layout
from insiders_assets.report.palette import TIER
from insiders_assets.report.sections.health import LEAST_DRAWN, past

if TYPE_CHECKING:
    from insiders_assets.report.report_inputs import ReportInputs


def history(inputs: ReportInputs) -> Figure | None:
    """Return members by refresh; None where there are too few refreshes for a line."""
    words, rows = inputs.words, past(inputs)
    if rows.height < LEAST_DRAWN:
        return None
    days = rows["as_of"].to_list()
    trace = {
        "type": "scatter",
        "mode": "lines+markers" if rows.height <= 60 else "lines",
        "name": words.text("Members"),
        "x": [day.isoformat() for day in days],
        "y": rows["members"].to_list(),
        "customdata": [words.day(day) for day in days],
        "hovertemplate": "%{customdata}: %{y:,}<extra></extra>",
        "line": {"color": TIER["insider"], "width": 2},
    }
    # The axis reads as the language writes days: plotly knows the months in English only.
    marked = [days[round(place * (len(days) - 1) / 4)] for place in range(5)] if len(days) > 5 else days
    dates = axis(
        "",
        type="date",
        tickmode="array",
        tickvals=[day.isoformat() for day in dict.fromkeys(marked)],
        ticktext=[words.short_day(day) for day in dict.fromkeys(marked)],
    )
    return {
        "data": [trace],
        "layout": layout(
            words, 260, xaxis=dates, yaxis=axis(words.text("Members"), rangemode="tozero", tickformat=",")
        ),
    }
