"""Pictures for Dagster's UI: what each tier brings, the map of clusters, who came and went; drawn without a screen."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from typing import TYPE_CHECKING, Any

from insiders_assets.presentation.palette import INK, MUTED, TIER, mix
from insiders_assets.presentation.tier_names import TIER_NAMES
from insiders_assets.report.sections.movement import CAUSE_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl
    from matplotlib.figure import Figure

    from insiders_assets.language import Language

COLOURS = 64
"""Colours of a picture: Dagster's history keeps one with every run, and few colours take a third of the bytes."""

DRAWN = 1500
"""Customers on the map at most."""


def inline(png: bytes, text: str) -> str:
    """Return a picture as Markdown that needs no file; ``text`` is for who cannot see it."""
    return f"![{text}](data:image/png;base64,{b64encode(png).decode()})"


def tier_bars(words: Language, shares: Mapping[str, Mapping[str, float]]) -> bytes:
    """Return each tier's share of customers and of revenue as bars.

    Args:
        words: The reader's language.
        shares: ``share_of_customers`` and ``share_of_revenue`` by tier.
    """
    figure, axes = _figure(2.0)
    labels = (words.text("Revenue"), words.text("Customers"))
    left = [0.0, 0.0]
    for tier, row in shares.items():
        parts = [row["share_of_revenue"], row["share_of_customers"]]
        bars = axes.barh(
            labels, parts, left=left, color=TIER[tier], label=words.text(TIER_NAMES[tier]), height=0.62
        )
        texts = [words.percent(share, 0) if share >= 0.06 else "" for share in parts]
        axes.bar_label(bars, texts, label_type="center", color="white", fontweight="bold")
        left = [start + share for start, share in zip(left, parts, strict=True)]
    axes.set_xlim(0, 1)
    axes.xaxis.set_visible(False)
    _quiet(axes)
    axes.legend(
        loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=3, frameon=False, labelcolor=MUTED, fontsize=9
    )
    return _png(figure)


def cluster_map(table: pl.DataFrame) -> bytes:
    """Return the map: a mark per customer, of a sample, and each cluster's number in its middle.

    Args:
        table: ``customer_id, cluster, embedding_x, embedding_y``.
    """
    import polars as pl

    ordered = table.sort("customer_id")
    drawn = ordered.gather_every(max(-(-ordered.height // DRAWN), 1))
    numbers = sorted(table["cluster"].unique().to_list())
    figure, axes = _figure(3.6)
    for place, number in enumerate(numbers):
        colour = mix(TIER["insider"], TIER["viability"], place / max(len(numbers) - 1, 1))
        of = drawn.filter(pl.col("cluster") == number)
        axes.scatter(of["embedding_x"], of["embedding_y"], s=6, color=colour, alpha=0.6, linewidths=0)
        middle = table.filter(pl.col("cluster") == number).select(
            pl.col("embedding_x", "embedding_y").median()
        )
        axes.annotate(
            str(number), middle.row(0), color="white", fontweight="bold", ha="center", va="center",
            bbox={"boxstyle": "round", "facecolor": colour, "edgecolor": "white"},
        )  # fmt: skip
    axes.xaxis.set_visible(False)
    axes.yaxis.set_visible(False)
    _quiet(axes)
    return _png(figure)


def movement_bars(words: Language, changes: pl.DataFrame) -> bytes | None:
    """Return who entered and who left by cause as bars; None where nobody did.

    Args:
        words: The reader's language.
        changes: ``membership_changes`` of one refresh.
    """
    import polars as pl

    moved = changes.filter(pl.col("change").is_in(["entered", "left"]))
    if moved.is_empty():
        return None
    counted = {
        (cause, change): count
        for cause, change, count in moved.group_by("cause", "change").len().sort("cause").iter_rows()
    }
    causes = [cause for cause in CAUSE_NAMES if any(key[0] == cause for key in counted)][::-1]
    figure, axes = _figure(0.9 + 0.35 * len(causes))
    names = [words.text(CAUSE_NAMES[cause]) for cause in causes]
    for change, sign, colour, label in (
        ("entered", 1, TIER["insider"], words.text("Entered")),
        ("left", -1, TIER["viability"], words.text("Left")),
    ):
        counts = [counted.get((cause, change), 0) for cause in causes]
        bars = axes.barh(names, [sign * count for count in counts], color=colour, label=label, height=0.62)
        axes.bar_label(bars, [words.number(count) if count else "" for count in counts], padding=3)
    axes.axvline(0, color=MUTED, linewidth=0.8)
    axes.margins(x=0.12)
    axes.xaxis.set_visible(False)
    _quiet(axes)
    axes.legend(
        loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=2, frameon=False, labelcolor=MUTED, fontsize=9
    )
    return _png(figure)


def _figure(height: float) -> tuple[Figure, Any]:
    """Return a figure without pyplot, so that it needs no screen and leaves nothing behind."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, height), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots()


def _quiet(axes: Any) -> None:
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    for side in axes.spines.values():
        side.set_visible(False)


def _png(figure: Figure) -> bytes:
    import numpy as np
    from PIL import Image

    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())  # type: ignore[attr-defined]
    drawn = Image.fromarray(pixels).convert("RGB").quantize(COLOURS)
    target = BytesIO()
    drawn.save(target, format="png", optimize=True)
    return target.getvalue()
