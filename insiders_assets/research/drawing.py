"""How the studies draw: matplotlib without a screen, in the report's colours."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from insiders_assets.presentation.palette import INK, LINE, MUTED, SERIES

CLUSTER_COLOURS = (
    "#1B5E9E", "#B45309", "#3F7D58", "#7A4E9E", "#667085", "#C43D5C", "#0E8388", "#8A6D1D", "#4C6EF5", "#A0522D",
)  # fmt: skip
"""One colour per cluster, from the first on."""


def canvas(
    rows: int = 1, columns: int = 1, *, width: float = 8.0, height: float = 4.0, **more: Any
) -> tuple[Any, Any]:
    """Return a figure and its axes, quiet and without a frame.

    Args:
        rows: Rows of axes.
        columns: Columns of axes.
        width: Of the whole figure, in inches.
        height: Of the whole figure, in inches.
        **more: Passed to ``Figure.subplots``.

    Returns:
        The figure; and its axes, a single one or an array of them.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(rows, columns, **more)
    for one in [axes] if rows * columns == 1 and more.get("squeeze") is not False else axes.ravel():
        one.spines[["top", "right"]].set_visible(False)
        one.spines[["left", "bottom"]].set_color(LINE)
        one.tick_params(colors=MUTED, labelsize=8)
        one.title.set_color(INK)
    return figure, axes


def png(figure: Any) -> bytes:
    """Return the figure as a picture; the same figure gives the same bytes."""
    target = BytesIO()
    figure.savefig(target, format="png", metadata={"Software": None})
    return target.getvalue()


__all__ = ["CLUSTER_COLOURS", "INK", "LINE", "MUTED", "SERIES", "canvas", "png"]
