"""What the charts have in common: type, axes, colours, and numbers as the language writes them."""

from __future__ import annotations

from typing import Any

from insiders_assets.language import Language
from insiders_assets.presentation.palette import INK, LINE, MUTED

Figure = dict[str, Any]
"""A plotly figure as a plain dictionary."""

FONT = "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def separators(words: Language) -> str:
    """Return how plotly writes numbers: the decimal sign, then the sign between thousands."""
    symbols = words.locale.number_symbols["latn"]
    return symbols["decimal"] + symbols["group"]


def layout(words: Language, height: int, **more: Any) -> Figure:
    """Return the layout that every chart begins with; ``more`` adds to it or replaces."""
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


def axis(title: str, **more: Any) -> Figure:
    """Return a quiet axis, with a title unless it is empty."""
    quiet = {
        "gridcolor": "#E9EDF2",
        "linecolor": LINE,
        "zeroline": False,
        "automargin": True,
        "fixedrange": True,
    }
    named = {"title": {"text": title, "standoff": 10, "font": {"size": 13}}} if title else {}
    return quiet | named | more


def money_axis(words: Language, title: str, **more: Any) -> Figure:
    """Return an axis from nothing upwards, unless set otherwise, whose numbers carry the currency."""
    before, _, after = words.money(0, 0).partition(words.number(0))
    money = {"rangemode": "tozero", "tickprefix": before, "ticksuffix": after, "tickformat": ",.0f"}
    return axis(title, **(money | more))
