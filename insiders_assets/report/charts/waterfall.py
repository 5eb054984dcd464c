"""The bridge from one revenue to another as bars, each of which begins where the one before ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insiders_assets.presentation.chart_style import Figure, axis, layout, money_axis
from insiders_assets.presentation.palette import MUTED, TIER

if TYPE_CHECKING:
    from insiders_assets.language import Language
    from insiders_assets.report.sections.revenue_moves import RevenueMoves


def waterfall(words: Language, moves: RevenueMoves, before: str, after: str) -> Figure:
    """Return the figure.

    Args:
        words: The reader's language.
        moves: The bridge.
        before: What the first bar is called, a day.
        after: What the last one is called.
    """
    labels, bases, heights, colours, texts = [before], [0.0], [moves.before], [MUTED], [
        words.short_money(moves.before)
    ]  # fmt: skip
    stands = moves.before
    for row in moves.rows:
        labels.append("<br>".join(row["short"].split()))
        bases.append(round(stands, 2))
        heights.append(row["total"])
        colours.append(TIER["insider"] if row["total"] >= 0 else TIER["viability"])
        sign = "−" if row["total"] < 0 else "+"
        texts.append(sign + words.short_money(abs(row["total"])))
        stands += row["total"]
    bars = {
        "type": "bar",
        "x": [*labels, after],
        "y": [*heights, moves.after],
        "base": [*bases, 0.0],
        "marker": {"color": [*colours, MUTED]},
        "text": [*texts, words.short_money(moves.after)],
        "textposition": "outside",
        "constraintext": "none",
        "textfont": {"size": 11},
        "cliponaxis": False,
        "hovertemplate": "%{x}: %{text}<extra></extra>",
    }
    ends = (moves.before, moves.after)
    low = min(*ends, *(base + height for base, height in zip(bases[1:], heights[1:], strict=True)))
    lost = max(0.0, low - (max(*ends) - low) * 2)  # most of what stays is cut off, so that the steps are seen
    return {
        "data": [bars],
        "layout": layout(
            words,
            320,
            bargap=0.35,
            margin={"l": 56, "r": 16, "t": 24, "b": 72},
            xaxis=axis("", type="category", tickangle=0, tickfont={"size": 11}, showgrid=False),
            yaxis=money_axis(
                words,
                words.text("Revenue, cut off below") if lost else words.text("Revenue"),
                range=[lost, max(*ends, *(base for base in bases)) * 1.0 + (max(*ends) - lost) * 0.15],
            ),
        ),
    }
