"""The page's charts as plain plotly figures: dictionaries, so that building a report never imports plotly.

``report.js`` draws them; a test reads each through ``plotly.graph_objects``, which knows every allowed key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from insiders_assets.report.charts.backtest import backtest
from insiders_assets.report.charts.capture import capture
from insiders_assets.report.charts.cluster_map import cluster_map
from insiders_assets.report.charts.style import FONT, Figure, separators

if TYPE_CHECKING:
    from insiders_assets.report.inputs import ReportInputs

__all__ = ["FONT", "Figure", "charts", "separators"]


def charts(inputs: ReportInputs) -> dict[str, Figure]:
    """Every chart of the page by the id of its place; one with nothing to show is left out."""
    found = {"map": cluster_map(inputs), "capture": capture(inputs), "backtest": backtest(inputs)}
    return {name: figure for name, figure in found.items() if figure is not None}
