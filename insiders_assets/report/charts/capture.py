"""The capture curve: what share of revenue a share of customers holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insiders_assets.presentation.chart_style import Figure, axis, layout
from insiders_assets.presentation.palette import MUTED, TIER
from insiders_assets.report.sections.capture import capture_curves, plain_sort

if TYPE_CHECKING:
    from insiders_assets.report.report_inputs import ReportInputs


def capture(inputs: ReportInputs) -> Figure | None:
    """Return the share of revenue by share of customers: a plain sort, the clusters in their order, and the list."""
    words, curves = inputs.words, capture_curves(inputs)
    if not curves["sort"]:
        return None

    def line(name: str, points: list[tuple[float, float]], **style: Any) -> dict[str, Any]:
        return {
            "type": "scatter",
            "name": name,
            "x": [round(x, 4) for x, _ in points],
            "y": [round(y, 4) for _, y in points],
            "hovertemplate": "%{x:.1%} → %{y:.1%}<extra>" + name + "</extra>",
            **style,
        }

    traces = [
        line(
            words.text("Ranking by past revenue"),
            curves["sort"],
            mode="lines",
            line={"color": MUTED, "width": 2},
        ),
        line(
            words.text("Clusters, best first"),
            curves["clusters"],
            mode="lines+markers",
            line={"color": TIER["insider"], "width": 2},
            marker={"size": 7},
        ),
    ]
    here = plain_sort(inputs)
    if here is not None:
        point = [(here.size, here.list_share)]
        mark = {"size": 15, "color": TIER["viability"], "symbol": "star"}
        traces.append(line(words.text("The Insiders today"), point, mode="markers", marker=mark))
    percent = {"tickformat": ".0%", "range": [0, 1.02]}
    shape = layout(
        words,
        400,
        xaxis=axis(words.text("Share of identified customers"), **percent),
        yaxis=axis(words.text("Share of their revenue"), **percent),
    )
    return {"data": traces, "layout": shape}
