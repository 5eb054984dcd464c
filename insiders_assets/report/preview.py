"""The refresh at a glance: a few lines of Markdown and a picture, for Dagster's UI."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insiders_assets.report.pictures import tier_bars
from insiders_assets.report.sections.summary import headline, lead, movement_line, notices
from insiders_assets.report.sections.tiers import tiles

if TYPE_CHECKING:
    from insiders_assets.report.report_inputs import ReportInputs


def preview(inputs: ReportInputs) -> tuple[str, bytes]:
    """Return a short summary of the refresh in Markdown, and a PNG of what each tier brings.

    Args:
        inputs: The refresh.

    Returns:
        The Markdown, and the bytes of the picture.
    """
    return _markdown(inputs), tier_bars(inputs.words, inputs.tiers)


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
