"""The page's charts as plain plotly figures: dictionaries, so that building a report never imports plotly.

``report.js`` draws them; a test reads each through ``plotly.graph_objects``, which knows every allowed key.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from insiders_assets.presentation.chart_style import Figure, axis, layout
from insiders_assets.report.charts.backtest import backtest
from insiders_assets.report.charts.by_month import revenue_by_month
from insiders_assets.report.charts.capture import capture
from insiders_assets.report.charts.cluster_map import cluster_map
from insiders_assets.report.charts.history import history

if TYPE_CHECKING:
    from insiders_assets.report.report_inputs import ReportInputs

__all__ = ["BUSINESS", "TECHNICAL", "Figure", "axis", "charts", "layout"]

Draw = Callable[["ReportInputs"], Figure | None]


BUSINESS: dict[str, Draw] = {
    "history": history,
    "by-month": revenue_by_month,
    "map": cluster_map,
}
"""The charts of the report, by the id of their place."""

TECHNICAL: dict[str, Draw] = {"capture": capture, "backtest": backtest}
"""The charts of the evidence, likewise."""


def charts(inputs: ReportInputs, places: dict[str, Draw]) -> dict[str, Figure]:
    """Return the charts of a page by the id of their place; one with nothing to show is left out."""
    found = {name: draw(inputs) for name, draw in places.items()}
    return {name: figure for name, figure in found.items() if figure is not None}
