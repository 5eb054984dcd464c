"""The tiles of the overview: six numbers of one choice of customers, with what they were before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from insiders_assets.dashboard.views.tile_history import Spark, spark
from insiders_assets.report.sections import tiers

if TYPE_CHECKING:
    from collections.abc import Callable

    from insiders_assets.dashboard.filters import Filters
    from insiders_assets.language import Language

NEUTRAL = ("customers",)
"""Figures of which more is neither good nor bad: a larger list costs more as well."""


@dataclass(frozen=True)
class Tile(tiers.Tile):
    """One number, as the report's first screen has them, and how it came to it.

    Attributes:
        spark: The number over refreshes, None where there is but one.
    """

    spark: Spark | None = None


def tiles(
    words: Language,
    row: dict[str, Any],
    everyone: dict[str, Any],
    chosen: Filters,
    past: list[dict[str, Any]],
    before: dict[str, Any] | None,
) -> list[Tile]:
    """Return the tiles.

    Args:
        words: The reader's language.
        row: Sums over the customers chosen.
        everyone: The same of all whom shares are taken of.
        chosen: The choice.
        before: Those of them that the figures are compared with; None if there are none.
        past: The figures so far, as :func:`insiders_assets.dashboard.views.tile_history.past` returns them.
    """
    each = words.text("mean per customer")
    everybody = chosen.who == "everyone"
    among = words.text("of all customers") if everybody else words.text("of identified customers")
    of_revenue = words.text("of all revenue") if everybody else words.text("of identified revenue")

    def written_days(value: float | None) -> str:
        if value is None:
            return words.number(value)
        return words.plural("%(count)s day", "%(count)s days", round(value))  # 0.6 is written as 1

    def small(value: float | None) -> str:
        return words.number(value, 1 if value is not None and abs(value) < 10 else 0)

    def share(name: str) -> str:
        return words.percent(row[name] / everyone[name] if everyone[name] else None)

    def mean(name: str) -> float | None:
        return row[name] / row["customers"] if row["customers"] else None

    shown: list[tuple[str, str, float | None, Callable[[float | None], str], str]] = [
        (words.text("Customers"), "customers", row["customers"], words.number, f"{share('customers')} {among}"),
        (words.text("Revenue"), "revenue", row["revenue"], words.short_money, f"{share('revenue')} {of_revenue}"),
        (words.text("Mean revenue"), "mean_revenue", mean("revenue"), words.money, each),
        (words.text("Recency"), "mean_recency", mean("recency"), written_days, words.text("since last purchase")),
        (words.text("Distinct products"), "mean_distinct_stock_code", mean("distinct_stock_code"), small, each),
        (words.text("Basket size"), "mean_basket_size", mean("basket_size"), small,
         words.text("mean units per order")),
    ]  # fmt: skip
    found = []
    for label, name, value, write, note in shown:
        known = [point for point in past if point[name] is not None]
        if len(known) < 2 or known[-1] is not past[-1]:
            found.append(Tile(label, write(value), note))
            continue
        line = spark(
            words,
            label,
            [point["as_of"] for point in known],
            [point[name] for point in known],
            [write(point[name]) for point in known],
        )
        if before is None or before[name] is None:
            found.append(Tile(label, write(value), note, spark=line))
            continue
        step = known[-1][name] - before[name]
        change, better = _step(words, name, step, before[name], write)
        found.append(Tile(label, write(value), note, change, better, line))
    return found


def _step(
    words: Language, name: str, step: float, before: float, write: Callable[[float | None], str]
) -> tuple[str, bool | None]:
    """Return a change with its sign, absolute and in percent, and whether it is for the better.

    One that rounds to nothing is no change; of days since the last purchase percent say nothing.
    """
    size = write(abs(step))
    if size == write(0.0):
        return words.text("unchanged"), None
    better = None if name in NEUTRAL else (step < 0) == (name == "mean_recency")
    sign = "−" if step < 0 else "+"
    percent = f" ({sign}{words.percent(abs(step) / before)})" if before > 0 and name != "mean_recency" else ""
    return sign + size + percent, better
