"""The page's charts as plain plotly figures: dictionaries, so that building a report never imports plotly.

``report.js`` draws them; a test reads each through ``plotly.graph_objects``, which knows every allowed key.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from insiders_assets.language import Language
from insiders_assets.report.palette import INK, LINE, MUTED, SERIES, TIER, TIER_SYMBOL
from insiders_assets.report.sections.clusters import colours, sample
from insiders_assets.report.sections.evidence import capture_curves, main_block, out_of_time, plain_sort
from insiders_assets.report.sections.measures import figure, kind, measure_name, subject_name
from insiders_assets.report.sections.summary import tier_names

if TYPE_CHECKING:
    from insiders_assets.report.inputs import ReportInputs

Figure = dict[str, Any]

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def separators(words: Language) -> str:
    """How plotly is told to write numbers: the decimal sign, then the sign between thousands."""
    symbols = words.locale.number_symbols["latn"]
    return symbols["decimal"] + symbols["group"]


def _layout(words: Language, height: int, **more: Any) -> dict[str, Any]:
    return {
        "height": height,
        "autosize": True,
        "font": {"family": FONT, "size": 13, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 56, "r": 16, "t": 12, "b": 48},
        "separators": separators(words),
        "hoverlabel": {"bgcolor": "#FFFFFF", "bordercolor": MUTED, "font": {"color": INK, "family": FONT}},
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        **more,
    }


def _axis(title: str, **more: Any) -> dict[str, Any]:
    quiet = {"gridcolor": "#E9EDF2", "linecolor": LINE, "zeroline": False, "automargin": True}
    return quiet | {"title": {"text": title, "standoff": 10}, "fixedrange": True} | more


def charts(inputs: ReportInputs) -> dict[str, Figure]:
    """Every chart of the page by the id of its place; one with nothing to show is left out."""
    found = {"map": cluster_map(inputs), "capture": capture(inputs), "backtest": backtest(inputs)}
    return {name: figure for name, figure in found.items() if figure is not None}


def cluster_map(inputs: ReportInputs) -> Figure | None:
    """The leaf embedding: a mark per sampled customer, coloured by cluster, shaped by tier; hover says who."""
    words, colour, names = inputs.words, colours(inputs), tier_names(inputs)
    drawn = sample(inputs.insiders)
    if drawn.is_empty():
        return None
    money = words.money(0, 2).replace(words.number(0, 2), "{}").format("%{customdata[1]:,.2f}")
    traces: list[Figure] = []
    for row in inputs.clusters:
        of_cluster = drawn.filter(cluster=row["cluster"])
        if of_cluster.is_empty():
            continue
        shown = of_cluster.select("customer_id", "revenue", "recency", "total_purchases", "confidence")
        lines = (
            "<b>%{customdata[0]}</b>",
            escape(f"{row['cluster']} · {words.told(row['name'])} ({names[row['tier']]})"),
            f"{words.text('Revenue')}: {money}",
            f"{words.text('Days since last purchase')}: %{{customdata[2]:,}}",
            f"{words.text('Orders')}: %{{customdata[3]:,}}",
            f"{words.text('Confidence')}: %{{customdata[4]:.0%}}",
        )
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": escape(f"{row['cluster']} · {words.told(row['name'])}"),
                "x": of_cluster["embedding_x"].round(2).to_list(),
                "y": of_cluster["embedding_y"].round(2).to_list(),
                "customdata": [
                    [escape(who), round(spent, 2), *rest] for who, spent, *rest in shown.iter_rows()
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
    layout = _layout(words, 520, xaxis=bare, yaxis=bare, hovermode="closest", dragmode="pan")
    layout["margin"] = {"l": 4, "r": 4, "t": 8, "b": 4}
    layout["legend"] = {"orientation": "h", "y": -0.02, "yanchor": "top", "x": 0}
    layout["annotations"] = [
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
    return {"data": traces, "layout": layout}


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def capture(inputs: ReportInputs) -> Figure | None:
    """Share of revenue against share of customers: a plain sort, the clusters in their order, and the list."""
    words, curves = inputs.words, capture_curves(inputs)
    if not curves["sort"]:
        return None

    def line(name: str, points: list[tuple[float, float]], **style: Any) -> dict[str, Any]:
        return {
            "type": "scatter",
            "name": name,
            "x": [round(x, 4) for x, _ in points],
            "y": [round(y, 4) for _, y in points],
            "hovertemplate": "%{x:.1%} → %{y:.1%}<extra>" + name + "</extra>",
            **style,
        }

    traces = [
        line(
            words.text("Plain sort by past revenue"),
            curves["sort"],
            mode="lines",
            line={"color": MUTED, "width": 2},
        ),
        line(
            words.text("Clusters, best first"),
            curves["clusters"],
            mode="lines+markers",
            line={"color": TIER["insider"], "width": 2},
            marker={"size": 7},
        ),
    ]
    here = plain_sort(inputs)
    if here is not None:
        point = [(here.size, here.list_share)]
        mark = {"size": 15, "color": TIER["viability"], "symbol": "star"}
        traces.append(line(words.text("The list today"), point, mode="markers", marker=mark))
    percent = {"tickformat": ".0%", "range": [0, 1.02]}
    layout = _layout(
        words,
        400,
        xaxis=_axis(words.text("Share of identified customers"), **percent),
        yaxis=_axis(words.text("Share of their revenue"), **percent),
    )
    return {"data": traces, "layout": layout}


def backtest(inputs: ReportInputs) -> Figure | None:
    """The main out-of-time measure: each way to choose, at every cut-off, with its interval."""
    words, block = inputs.words, main_block(out_of_time(inputs))
    if block is None:
        return None
    subjects = list(reversed(block.figures))
    names = [subject_name(words, subject) for subject in subjects]
    middle = (len(block.cutoffs) - 1) / 2
    symbols = ("circle", "diamond", "square", "cross", "triangle-up")
    traces: list[Figure] = []
    for place, day in enumerate(block.cutoffs):
        rows = [block.figures[subject][place] for subject in subjects]
        values = [row["value"] if row else None for row in rows]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": words.day(day),
                "x": values,
                # Cut-offs stand beside each other, not on top of each other.
                "y": [row - (place - middle) * 0.2 for row in range(len(subjects))],
                "text": names,
                "customdata": [figure(words, block.measure, value) for value in values],
                "error_x": _intervals(rows),
                "marker": {
                    "size": 9,
                    "symbol": symbols[place % len(symbols)],
                    "color": SERIES[place % len(SERIES)],
                },
                "hovertemplate": "%{text}: %{customdata}<extra>" + words.day(day) + "</extra>",
            }
        )
    shares = kind(block.measure) == "share"
    axis = _axis(measure_name(words, block.measure), tickformat=".0%" if shares else ",")
    places = _axis("", tickmode="array", tickvals=list(range(len(subjects))), ticktext=names)
    return {"data": traces, "layout": _layout(words, 120 + 44 * len(subjects), xaxis=axis, yaxis=places)}


def _intervals(rows: list[dict[str, Any] | None]) -> Figure:
    def reach(row: dict[str, Any] | None, end: str) -> float:
        return abs(row[end] - row["value"]) if row and row[end] is not None else 0.0

    above, below = ([reach(row, end) for row in rows] for end in ("high", "low"))
    return {"type": "data", "symmetric": False, "array": above, "arrayminus": below, "thickness": 1}
