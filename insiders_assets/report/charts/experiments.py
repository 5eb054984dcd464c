"""What the arms of an experiment have brought beside the control, day by day, with the interval that holds on all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.presentation.chart_style import Figure, axis, layout
from insiders_assets.presentation.palette import SERIES
from insiders_assets.report.sections.experiments import experiments

if TYPE_CHECKING:
    from insiders_assets.report.report_inputs import ReportInputs


def experiment_charts(inputs: ReportInputs) -> dict[str, Figure]:
    """Return a chart for each experiment of which there is enough to tell, by the id of its place."""
    words, found = inputs.words, {}
    for experiment in experiments(inputs):
        traces: list[Figure] = []
        for place, arm in enumerate(experiment.days["arm"].unique().sort()):
            rows, colour = (
                experiment.days.filter(pl.col("arm") == arm).sort("day"),
                SERIES[place % len(SERIES)],
            )
            days = [day.isoformat() for day in rows["day"]]
            for end, style in (("low", "dot"), ("high", "dot"), ("effect", "solid")):
                traces.append(
                    {
                        "type": "scatter",
                        "mode": "lines",
                        "name": arm if end == "effect" else f"{arm} (95 %)",
                        "showlegend": end != "low",
                        "legendgroup": arm,
                        "x": days,
                        "y": rows[end].to_list(),
                        "customdata": [words.day(day) for day in rows["day"]],
                        "hovertemplate": "%{customdata}: %{y:,.2f}<extra>" + arm + "</extra>",
                        "line": {"color": colour, "width": 2 if end == "effect" else 1, "dash": style},
                    }
                )
        if not traces:
            continue
        days = experiment.days["day"].unique().sort().to_list()
        marked = list(dict.fromkeys(days[round(place * (len(days) - 1) / 4)] for place in range(5)))
        dates = axis(
            "",
            type="date",
            tickmode="array",
            tickvals=[day.isoformat() for day in marked],
            ticktext=[words.short_day(day) for day in marked],
        )
        brought = axis(words.text("Difference per customer"), tickformat=",", zeroline=True)
        found[f"experiment-{experiment.row['experiment']}"] = {
            "data": traces,
            "layout": layout(words, 320, xaxis=dates, yaxis=brought),
        }
    return found
