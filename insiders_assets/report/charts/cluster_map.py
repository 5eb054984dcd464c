"""The map of customers: the leaf embedding, a mark per sampled customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insiders_assets.presentation.customer_map import customer_map
from insiders_assets.report.sections.clusters import colours, sample

if TYPE_CHECKING:
    from insiders_assets.presentation.chart_style import Figure
    from insiders_assets.report.report_inputs import ReportInputs


def cluster_map(inputs: ReportInputs) -> Figure | None:
    """Return the map; None of a shop without customers."""
    drawn = sample(inputs.insiders)
    if drawn.is_empty():
        return None
    return customer_map(inputs.words, list(inputs.clusters), drawn.to_dicts(), colours(inputs), 520)
