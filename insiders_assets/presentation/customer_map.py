"""The map of customers: the leaf embedding, a mark per customer drawn, a number where each cluster is."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from insiders_assets.presentation.chart_style import Figure, layout
from insiders_assets.presentation.palette import INK, TIER_SYMBOL

if TYPE_CHECKING:
    from insiders_assets.language import Language

NEAR, ASIDE = 0.03, 24
"""Part of the map's width, and pixels: numbers that are as near stand aside."""

Rows = list[dict[str, Any]]


def customer_map(
    words: Language, clusters: Rows, customers: Rows, colour: dict[int, str], height: int
) -> Figure:
    """Return the map, coloured by cluster and shaped by tier; hover says who a mark is.

    Args:
        words: The reader's language.
        clusters: Number, name and tier of each.
        customers: Those drawn: id, cluster, place, revenue and recency.
        colour: Of each cluster, by its number.
        height: In pixels.
    """
    traces, numbers = [], []
    for row in clusters:
        drawn = [each for each in customers if each["cluster"] == row["cluster"]]
        if not drawn:
            continue
        traces.append(_marks(words, row, drawn, colour[row["cluster"]]))
        numbers.append(_number(row["cluster"], drawn, colour[row["cluster"]]))
    bare = {"visible": False, "fixedrange": True}
    shape = layout(words, height, xaxis=bare, yaxis=bare, hovermode="closest", dragmode=False)
    shape["margin"] = {"l": 4, "r": 4, "t": 8, "b": 14}
    shape["legend"] = {"orientation": "h", "y": -0.02, "yanchor": "top", "x": 0}
    shape["annotations"] = _apart(numbers, customers)
    return {"data": traces, "layout": shape}


def _marks(words: Language, cluster: dict[str, Any], drawn: Rows, colour: str) -> Figure:
    """Return the customers of one cluster."""
    label = escape(f"{cluster['cluster']} · {words.said(cluster, 'name')}")
    lines = (
        "<b>%{customdata[0]}</b>",
        label,
        f"{words.text('Revenue')}: %{{customdata[1]}}",
        f"{words.text('Days since last purchase')}: %{{customdata[2]:,}}",
    )
    return {
        "type": "scatter",
        "mode": "markers",
        "name": label,
        "x": [round(row["embedding_x"], 2) for row in drawn],
        "y": [round(row["embedding_y"], 2) for row in drawn],
        "customdata": [
            [escape(row["customer_id"]), words.money(row["revenue"]), row["recency"]] for row in drawn
        ],
        "hovertemplate": "<br>".join(lines) + "<extra></extra>",
        "marker": {
            "size": 6,
            "opacity": 0.75,
            "color": colour,
            "symbol": TIER_SYMBOL.get(cluster["tier"], "circle"),
        },
    }


def _number(cluster: int, drawn: Rows, colour: str) -> dict[str, Any]:
    """Return a cluster's number at its median."""
    x, y = (sorted(row[axis] for row in drawn)[len(drawn) // 2] for axis in ("embedding_x", "embedding_y"))
    return {
        "x": round(x, 2),
        "y": round(y, 2),
        "text": f"<b>{cluster}</b>",
        "showarrow": False,
        "bgcolor": "rgba(255,255,255,0.85)",
        "bordercolor": colour,
        "borderpad": 3,
        "font": {"color": INK, "size": 13},
    }


def _apart(numbers: list[dict[str, Any]], customers: Rows) -> list[dict[str, Any]]:
    """Return the numbers, those that would cover one another, side by side."""
    wide, high = (
        (max(row[axis] for row in customers) - min(row[axis] for row in customers)) or 1.0
        for axis in ("embedding_x", "embedding_y")
    )
    placed: list[dict[str, Any]] = []
    for number in numbers:
        near = [
            each for each in placed
            if abs(each["x"] - number["x"]) < NEAR * wide and abs(each["y"] - number["y"]) < 2 * NEAR * high
        ]  # fmt: skip
        placed.append(number | {"xshift": ASIDE * len(near)} if near else number)
    return placed
