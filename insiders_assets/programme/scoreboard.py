"""The scoreboard: the list of 90 days ago beside the plain sort of its size, and beside what was expected of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.contracts.customers import ANONYMOUS
from insiders_assets.contracts.scoreboard import SCOREBOARD
from insiders_assets.days import day_number
from insiders_assets.money import MICRO, micros
from insiders_assets.programme.movement import members_after

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DAYS = 90
"""Days after which a list is settled."""


def settled(refreshes: pl.DataFrame, as_of: date) -> tuple[list[str], date] | None:
    """Return the refreshes up to the one whose list is settled, in their order, and its as-of date.

    It is the newest whose 90 days are over; None where there is none.

    Args:
        refreshes: ``refresh_id, as_of, published_at`` of those that were published.
        as_of: The newest day that is known.
    """
    ordered = refreshes.sort("published_at")
    over = ordered.with_row_index("place").filter(pl.col("as_of") <= as_of - timedelta(days=DAYS))
    if over.is_empty():
        return None
    newest = over.filter(pl.col("as_of") == pl.col("as_of").max()).row(-1, named=True)
    return ordered.head(newest["place"] + 1)["refresh_id"].to_list(), newest["as_of"]


def scoreboard(
    refresh: tuple[str, date],
    refreshes: pl.DataFrame,
    changes: pl.DataFrame,
    purchases: pl.LazyFrame,
    *,
    known_until: date,
    window_days: int,
    main: Callable[[str], str],
    expected: Mapping[str, float | None] | None = None,
) -> pl.DataFrame:
    """Return the row of ``scoreboard`` of a refresh; no row before a list is 90 days old.

    All is counted from today's purchases: what was corrected since is so on both sides. Where the outlook of then said
    nothing, expected is the pace of the window before: what the members brought in it, for 90 days of as many as it
    has; who buys evenly brings as much.

    Args:
        refresh: The refresh's name and as-of date.
        refreshes: Refreshes that were published.
        changes: Their ``membership_changes``.
        purchases: ``clean_purchases``, lazy.
        known_until: The newest day that purchases are known of.
        window_days: Days that the list looked back on.
        main: Returns the id that somebody is known by.
        expected: The row of ``outlook_history`` that said what the list that is settled would bring; None
            where there was none.
    """
    name, as_of = refresh
    found = settled(refreshes, known_until)
    if found is None:
        return SCOREBOARD.empty()
    names, day = found
    members = {main(who) for who in members_after(changes, names)}
    if not members:
        return SCOREBOARD.empty()
    end = day_number(day)
    number, value = pl.col("invoice_day").cast(pl.Int64), micros("line_value")
    before, after = number.is_between(end - window_days + 1, end), number.is_between(end + 1, end + DAYS)
    customers = (
        purchases.filter(
            ~pl.col("customer_id").str.starts_with(ANONYMOUS),
            number.is_between(end - window_days + 1, end + DAYS),
        )
        .group_by("customer_id")
        .agg(before=value.filter(before).sum(), after=value.filter(after).sum(), again=after.any())
        .sort(["before", "customer_id"], descending=[True, False])
        .collect()
    )
    known = customers.filter(pl.col("before") > 0)
    inside, best = customers.filter(pl.col("customer_id").is_in(sorted(members))), known.head(len(members))
    first = int(purchases.select(pl.col("invoice_day").min()).collect().item())
    covered = min(window_days, end - first + 1)
    total = int(customers["after"].sum())
    brought, sort = int(inside["after"].sum()), int(best["after"].sum())
    pace = int(inside["before"].sum()) / MICRO * DAYS / covered
    row = {
        "refresh_id": name,
        "as_of": as_of,
        "settled_refresh": names[-1],
        "settled_as_of": day,
        "days": DAYS,
        "members": len(members),
        "bought_again": int(inside["again"].sum()) / len(members),
        "revenue": brought / MICRO,
        "sort_revenue": sort / MICRO,
        "expected": expected["members_expected"] if expected else pace,
        "share_of_revenue": brought / total if total else 0.0,
        "sort_share_of_revenue": sort / total if total else 0.0,
        "expected_by": "outlook" if expected else "pace",
        "expected_low": expected["members_low"] if expected else None,
        "expected_high": expected["members_high"] if expected else None,
    }
    return pl.DataFrame([row], schema=SCOREBOARD.polars_schema)
