"""What the tiles were at the refreshes before: the change since the one of another day, and a line over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from insiders_assets.contracts.customers import TIERS
from insiders_assets.contracts.programme import PROFILED, TIER_HISTORY
from insiders_assets.storage.warehouse import tables

if TYPE_CHECKING:
    from datetime import date

    from insiders_assets.dashboard.filters import Filters
    from insiders_assets.language import Language
    from insiders_assets.storage.warehouse.reading import View

DRAWN = 60
"""Days drawn, the newest."""

WIDTH, HEIGHT = 100.0, 22.0
"""Size of a line, in its own units."""


@dataclass(frozen=True)
class Spark:
    """A line over refreshes.

    Attributes:
        points: Its points as SVG writes them.
        last: The last of them.
        text: What it shows, in words.
    """

    points: str
    last: tuple[float, float]
    text: str


def past(view: View, chosen: Filters) -> list[dict[str, Any]]:
    """Return the figures of one choice at each day's last refresh, oldest first.

    Only tiers are kept: of any other choice, and of a warehouse of a version that kept none, there is no past.

    Returns:
        ``as_of``, ``customers``, ``revenue`` and a mean of each feature that is profiled.
    """
    if not view.has(TIER_HISTORY.name) or chosen.values.keys() - {"tier"}:
        return []
    kept, refreshes = tables()[TIER_HISTORY.name], tables()["refreshes"]
    query = (
        kept.select()
        .add_columns(refreshes.c.published_at)
        .join_from(kept, refreshes, refreshes.c.refresh_id == kept.c.refresh_id)
        .where(refreshes.c.published_at <= view.refresh["published_at"])
        .order_by(refreshes.c.published_at.desc(), refreshes.c.refresh_id.desc())
        .limit(DRAWN * len(TIERS) * 4)
    )
    by_day: dict[date, dict[str, list[dict[str, Any]]]] = {}
    for row in view.rows(query):
        by_day.setdefault(row["as_of"], {}).setdefault(row["refresh_id"], []).append(row)
    days = [_figures(day, next(iter(of_day.values())), chosen) for day, of_day in by_day.items()]
    known = sorted((row for row in days if row["as_of"] <= view.as_of), key=lambda row: row["as_of"])
    return known[-DRAWN:]


def _figures(day: date, rows: list[dict[str, Any]], chosen: Filters) -> dict[str, Any]:
    """Return the tiers of one refresh that are chosen, as one."""
    of = [row for row in rows if chosen.tier not in TIERS or row["tier"] == chosen.tier]
    customers = sum(row["identified_customers"] for row in of)
    sums = {
        name: sum((row[f"mean_{name}"] or 0.0) * row["identified_customers"] for row in of)
        for name in PROFILED
    }
    means = {name: total / customers if customers else None for name, total in sums.items()}
    return {
        "as_of": day,
        "customers": customers,
        "revenue": sum(row["revenue"] for row in of),
        **{f"mean_{name}": mean for name, mean in means.items()},
    }


def spark(words: Language, label: str, days: list[date], values: list[float], written: list[str]) -> Spark:
    """Return the line of one tile, on an axis in time.

    Args:
        words: The reader's language.
        label: What the tile shows.
        days: The as-of dates, oldest first, at least two.
        values: The figure of each.
        written: The same as the language writes them.
    """
    low, high = min(values), max(values)
    span = (days[-1] - days[0]).days or 1

    def height(value: float) -> float:
        return HEIGHT / 2 if high == low else 2 + (HEIGHT - 4) * (high - value) / (high - low)

    places = [
        (round(2 + (WIDTH - 4) * (day - days[0]).days / span, 1), round(height(value), 1))
        for day, value in zip(days, values, strict=True)
    ]
    text = words.text(
        "%(label)s from %(first)s on %(since)s to %(last)s on %(until)s; lowest %(low)s, highest %(high)s.",
        label=label,
        first=written[0],
        since=words.day(days[0]),
        last=written[-1],
        until=words.day(days[-1]),
        low=written[values.index(low)],
        high=written[values.index(high)],
    )
    return Spark(" ".join(f"{x},{y}" for x, y in places), places[-1], text)
