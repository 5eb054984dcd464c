"""The refresh at a glance: a few lines of Markdown and a picture, for Dagster's UI."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from insiders_assets.report.palette import INK, MUTED, TIER
from insiders_assets.report.sections.summary import headline, lead, movement_line, notices, tier_names
from insiders_assets.report.sections.tiers import tiles

if TYPE_CHECKING:
    from insiders_assets.report.report_inputs import ReportInputs

COLOURS = 64


def preview(inputs: ReportInputs) -> tuple[str, bytes]:
    """A short summary of the refresh in Markdown, and a PNG of what each tier brings.

    Args:
        inputs: The refresh.

    Returns:
        The Markdown, and the bytes of the picture.
    """
    return _markdown(inputs), _picture(inputs)


def _markdown(inputs: ReportInputs) -> str:
    words = inputs.words
    shown = tiles(inputs)
    named = words.text(
        "Refresh %(name)s · segmentation model %(model)s · as of %(day)s",
        name=inputs.refresh_id,
        model=inputs.model_version,
        day=words.day(inputs.as_of),
    )
    lines = [
        f"**{headline(inputs)}.** {lead(inputs)}",
        "",
        "| " + " | ".join(tile.label for tile in shown) + " |",
        "|" + "---:|" * len(shown),
        "| " + " | ".join(tile.value for tile in shown) + " |",
        "",
        f"- {movement_line(inputs)}",
        *(f"- {notice.text}" for notice in notices(inputs)),
        f"- {named}",
    ]
    return "\n".join(lines)


def _picture(inputs: ReportInputs) -> bytes:
    """Each tier's share of customers and of revenue, as bars; drawn without pyplot, so it needs no screen."""
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from PIL import Image

    words, names = inputs.words, tier_names(inputs)
    figure = Figure(figsize=(7.2, 2.0), dpi=110, layout="constrained")
    axes = figure.subplots()
    labels = (words.text("Revenue"), words.text("Customers"))
    left = [0.0, 0.0]
    for tier, row in inputs.tiers.items():
        shares = [row["share_of_revenue"], row["share_of_customers"]]
        bars = axes.barh(labels, shares, left=left, color=TIER[tier], label=names[tier], height=0.62)
        texts = [words.percent(share, 0) if share >= 0.06 else "" for share in shares]
        axes.bar_label(bars, texts, label_type="center", color="white", fontweight="bold")
        left = [start + share for start, share in zip(left, shares, strict=True)]
    axes.set_xlim(0, 1)
    axes.xaxis.set_visible(False)
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.legend(
        loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=3, frameon=False, labelcolor=MUTED, fontsize=9
    )
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    # Dagster's history keeps the picture with every run: in a few colours it takes a third of the bytes.
    drawn = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB").quantize(COLOURS)
    target = BytesIO()
    drawn.save(target, format="png", optimize=True)
    return target.getvalue()
