"""How many members the programme had at each refresh, on an axis in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insiders_assets.presentation.members_over_time import members_over_time
from insiders_assets.report.sections.health import LEAST_DRAWN, past

if TYPE_CHECKING:
    from insiders_assets.presentation.chart_style import Figure
    from insiders_assets.report.report_inputs import ReportInputs


def history(inputs: ReportInputs) -> Figure | None:
    """Return members by refresh; None where there are too few refreshes for a line."""
    rows = past(inputs)
    return members_over_time(inputs.words, rows.to_dicts(), 260) if rows.height >= LEAST_DRAWN else None
