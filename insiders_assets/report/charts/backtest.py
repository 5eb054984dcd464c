"""What was measured out of time: each way to choose, at every cut-off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insiders_assets.presentation.chart_style import Figure, axis, layout
from insiders_assets.presentation.palette import SERIES
from insiders_assets.report.sections.evidence import main_block, out_of_time
from insiders_assets.report.sections.measures import figure, kind, measure_name, subject_name

if TYPE_CHECKING:
    from insiders_assets.report.report_inputs import ReportInputs


def backtest(inputs: ReportInputs) -> Figure | None:
    """Return the main out-of-time measure: each way to choose, at every cut-off, with its interval."""
    words, block = inputs.words, main_block(out_of_time(inputs))
    if block is None:
        return None
    subjects = list(reversed(block.figures))
    names = [subject_name(words, subject) for subject in subjects]
    middle = (len(block.cutoffs) - 1) / 2
    symbols = ("circle", "diamond", "square", "cross", "triangle-up")
    traces: list[Figure] = []
    for place, day in enumerate(block.cutoffs):
        rows = [block.figures[subject][place] for subject in subjects]
        values = [row["value"] if row else None for row in rows]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": words.day(day),
                "x": values,
                # Cut-offs stand beside each other, not on top of each other.
                "y": [row - (place - middle) * 0.2 for row in range(len(subjects))],
                "text": names,
                "customdata": [figure(words, block.measure, value) for value in values],
                "error_x": _intervals(rows),
                "marker": {
                    "size": 9,
                    "symbol": symbols[place % len(symbols)],
                    "color": SERIES[place % len(SERIES)],
                },
                "hovertemplate": "%{text}: %{customdata}<extra>" + words.day(day) + "</extra>",
            }
        )
    shares = kind(block.measure) == "share"
    values_axis = axis(measure_name(words, block.measure), tickformat=".0%" if shares else ",")
    names_axis = axis("", tickmode="array", tickvals=list(range(len(subjects))), ticktext=names)
    return {
        "data": traces,
        "layout": layout(words, 120 + 44 * len(subjects), xaxis=values_axis, yaxis=names_axis),
    }


def _intervals(rows: list[dict[str, Any] | None]) -> Figure:
    def reach(row: dict[str, Any] | None, end: str) -> float:
        return abs(row[end] - row["value"]) if row and row[end] is not None else 0.0

    above, below = ([reach(row, end) for row in rows] for end in ("high", "low"))
    return {"type": "data", "symmetric": False, "array": above, "arrayminus": below, "thickness": 1}
