"""Orders that stand in more than one export: overlapping exports, an order on two sheets, a part dropped again.

Only exports whose days overlap can hold the same order, so that daily files are never compared. The first export by
name keeps an order; in the others its rows wait in quarantine, with the reason, so that no row is missing from the
count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.places import readable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from insiders_assets.places import Place
    from insiders_assets.storage.manifest import ParsedExport, Part

LINE = ("stock_code", "quantity", "unit_price", "invoice_date")
"""What makes lines of an order the same, beside the order."""


@dataclass(frozen=True)
class Repeats:
    """What an export repeats of others.

    Attributes:
        orders: Orders that stand whole in another export: the export that keeps each.
        rows: Rows of those orders.
        money: What those rows amount to.
        lone_rows: Other rows that stand in another export, too, of orders that do not repeat whole.
        lone_money: What those amount to.
    """

    orders: dict[str, str]
    rows: int = 0
    money: float = 0.0
    lone_rows: int = 0
    lone_money: float = 0.0


def overlapping(export: ParsedExport, others: Iterable[ParsedExport]) -> list[ParsedExport]:
    """Return the exports that have rows on days between the first and the last of another's, in their order."""
    if not export.days:
        return []
    first, last = export.days
    return [other for other in others if other.days and other.days[0] <= last and other.days[1] >= first]


def _shared(one: ParsedExport, other: ParsedExport) -> tuple[int, int] | None:
    """Return the days that two exports have in common, if any."""
    if not one.days or not other.days:
        return None
    first, last = max(one.days[0], other.days[0]), min(one.days[1], other.days[1])
    return (first, last) if first <= last else None


def repeats(export: ParsedExport, others: Sequence[ParsedExport], folder: Place) -> Repeats:
    """Return what an export repeats of others.

    Args:
        export: The export.
        others: Exports that come before it and overlap with it.
        folder: Where the parts of all lie.
    """
    orders: dict[str, str] = {}
    rows, lone_rows, money, lone_money = 0, 0, 0.0, 0.0
    for other in others:
        if not (days := _shared(export, other)) or not other.parts:
            continue
        mine = _lines(export.parts, folder)
        theirs = _lines(other.parts, folder).filter(pl.col("day").is_between(*days))
        keys = ["invoice_no", *LINE, "number"]
        common = mine.join(theirs.select("invoice_no").unique(), on="invoice_no", how="semi")
        if not (found := common.collect(engine="streaming")).height:
            continue
        known = found.lazy().join(theirs, on=keys, how="semi").collect(engine="streaming")
        known = known.filter(~pl.col("invoice_no").is_in(list(orders)))
        whole = (
            known.group_by("invoice_no")
            .len()
            .join(found.group_by("invoice_no").agg(lines=pl.len()), on="invoice_no")
            .filter(pl.col("len") == pl.col("lines"))
        )
        is_whole = pl.col("invoice_no").is_in(whole["invoice_no"].implode())
        rows += known.filter(is_whole).height
        money += float(known.filter(is_whole)["money"].sum())
        lone_rows += known.filter(~is_whole).height
        lone_money += float(known.filter(~is_whole)["money"].sum())
        orders |= dict.fromkeys(sorted(whole["invoice_no"]), other.name)
    return Repeats(orders, rows, round(money, 2), lone_rows, round(lone_money, 2))


def _lines(parts: Sequence[Part], folder: Place) -> pl.LazyFrame:
    """Return the lines of an export; equal lines of an order are numbered, so that two of them are matched by two."""
    columns = ["invoice_no", *LINE]
    files = [readable(folder / part.path) for part in parts]
    scan = pl.scan_parquet(files, hive_partitioning=False, glob=False)
    return scan.select(
        *columns, day="invoice_day", money=pl.col("quantity") * pl.col("unit_price")
    ).with_columns(number=pl.int_range(pl.len()).over(columns))


def note_of(found: Repeats, *, once: bool) -> str:
    """Return what a user should know of it, or nothing."""
    said = []
    if found.orders:
        others = ", ".join(sorted(set(found.orders.values()))[:3])
        counted = "they count once" if once else "they count each time (INSIDERS_REPEATED_ORDERS=each)"
        said.append(
            f"{len(found.orders):,} orders ({found.rows:,} rows worth {found.money:,.2f}) stand in {others}, too; "
            f"{counted}"
        )
    if found.lone_rows:
        said.append(
            f"{found.lone_rows:,} rows worth {found.lone_money:,.2f} stand in other exports, too, in orders that do "
            "not repeat whole; they count each time"
        )
    return "; ".join(said)
