"""The map of customers: the leaf embedding, a mark per sampled customer."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from insiders_assets.report.charts.style import Figure, layout
from insiders_assets.report.palette import INK, TIER_SYMBOL
from insiders_assets.report.sections.clusters import colours, sample
from insiders_assets.report.sections.summary import tier_names

if TYPE_CHECKING:
    from insiders_assets.report.report_inputs import ReportInputs


def cluster_map(inputs: ReportInputs) -> Figure | None:
    """Return the leaf embedding: a mark per sampled customer, coloured by cluster, shaped by tier; hover says who."""
    words, colour, names = inputs.words, colours(inputs), tier_names(inputs)
    drawn = sample(inputs.insiders)
    if drawn.is_empty():
        return None
    traces: list[Figure] = []
    for row in inputs.clusters:
        of_cluster = drawn.filter(cluster=row["cluster"])
        if of_cluster.is_empty():
            continue
        shown = of_cluster.select("customer_id", "revenue", "recency", "total_purchases", "confidence")
        lines = (
            "<b>%{customdata[0]}</b>",
            escape(f"{row['cluster']} · {words.said(row, 'name')} ({names[row['tier']]})"),
            f"{words.text('Revenue')}: %{{customdata[1]}}",
            f"{words.text('Days since last purchase')}: %{{customdata[2]:,}}",
            f"{words.text('Orders')}: %{{customdata[3]:,}}",
            f"{words.text('Confidence')}: %{{customdata[4]:.0%}}",
        )
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": escape(f"{row['cluster']} · {words.said(row, 'name')}"),
                "x": of_cluster["embedding_x"].round(2).to_list(),
                "y": of_cluster["embedding_y"].round(2).to_list(),
                "customdata": [
                    [escape(who), words.money(spent), *rest] for who, spent, *rest in shown.iter_rows()
                ],
                "hovertemplate": "<br>".join(lines) + "<extra></extra>",
                "marker": {
                    "size": 6,
                    "opacity": 0.75,
                    "color": colour[row["cluster"]],
                    "symbol": TIER_SYMBOL[row["tier"]],
                },
            }
        )
    bare = {"visible": False, "fixedrange": False}
    shape = layout(words, 520, xaxis=bare, yaxis=bare, hovermode="closest", dragmode="pan")
    shape["margin"] = {"l": 4, "r": 4, "t": 8, "b": 4}
    shape["legend"] = {"orientation": "h", "y": -0.02, "yanchor": "top", "x": 0}
    shape["annotations"] = [
        {
            "x": _median(trace["x"]),
            "y": _median(trace["y"]),
            "text": f"<b>{trace['name'].split(' ')[0]}</b>",
            "showarrow": False,
            "bgcolor": "rgba(255,255,255,0.85)",
            "bordercolor": trace["marker"]["color"],
            "borderpad": 3,
            "font": {"color": INK, "size": 13},
        }
        for trace in traces
    ]
    return {"data": traces, "layout": shape}


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
