"""Who came and went between two refreshes: what happened in between cancels out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from insiders_assets.contracts.customers import TIERS
from insiders_assets.storage.warehouse import tables

if TYPE_CHECKING:
    import polars as pl
    import sqlalchemy as sa

    from insiders_assets.storage.warehouse.reading import View

MOST = 150_000
"""Changes over several refreshes that are netted against each other, at most: more would take too long for a page."""


@dataclass(frozen=True)
class Movement:
    """Movement between two refreshes.

    Attributes:
        matrix: Customers by tier before (rows) and after; None stands for not seen.
        came: Who became a member, those with most revenue first.
        went: Who no longer is one, those with most revenue first.
        is_net: Whether what happened in between cancelled out; otherwise each step counts, and nobody is listed.
    """

    matrix: list[dict[str, Any]]
    came: list[dict[str, Any]]
    went: list[dict[str, Any]]
    is_net: bool = True


def movement(view: View, between: list[str], listed: int) -> Movement:
    """Movement over some consecutive refreshes.

    Args:
        view: The warehouse.
        between: The refreshes' names, latest first.
        listed: Customers listed at most who came, and as many who went.
    """
    if len(between) == 1:
        return Movement(
            _matrix(_counted(view, between)),
            _moved(view, between[0], listed, came=True),
            _moved(view, between[0], listed, came=False),
        )
    counted = _counted(view, between)
    if sum(counted.values()) > MOST:
        return Movement(_matrix(counted), [], [], is_net=False)
    net = _net(view, between)
    steps = net.group_by("tier_before", "tier_after").len().iter_rows()
    return Movement(
        _matrix({(before, after): count for before, after, count in steps}),
        _listed(net, listed, came=True),
        _listed(net, listed, came=False),
    )


def _counted(view: View, between: list[str]) -> dict[tuple[str | None, str | None], int]:
    """Return changes by tier before and after, each step of each customer."""
    import sqlalchemy as sa

    rows = tables()["membership_changes"].c
    query = (
        sa.select(rows.tier_before, rows.tier_after, sa.func.count().label("customers"))
        .where(rows.refresh_id.in_(between))
        .group_by(rows.tier_before, rows.tier_after)
    )
    return {(row["tier_before"], row["tier_after"]): row["customers"] for row in view.rows(query)}


def _matrix(counted: dict[tuple[str | None, str | None], int]) -> list[dict[str, Any]]:
    if not counted:
        return []
    tiers = (*TIERS, None)
    return [
        {"tier": before, "counts": [counted.get((before, after), 0) for after in tiers]} for before in tiers
    ]


def _changes_with_revenue(between: list[str]) -> sa.Select[Any]:
    """Return changes beside what the customer spent, where they are still seen."""
    import sqlalchemy as sa

    rows, insiders = tables()["membership_changes"], tables()["insiders"]
    return (
        sa.select(
            rows.c.customer_id,
            rows.c.tier_before,
            rows.c.tier_after,
            rows.c.cause,
            rows.c.was_member,
            rows.c.is_member,
            rows.c.refresh_id,
            insiders.c.revenue,
        )
        .join(insiders, insiders.c.customer_id == rows.c.customer_id, isouter=True)
        .where(rows.c.refresh_id.in_(between))
    )


def _moved(view: View, refresh: str, listed: int, *, came: bool) -> list[dict[str, Any]]:
    """Return who came or went at one refresh."""
    import sqlalchemy as sa

    rows, insiders = tables()["membership_changes"].c, tables()["insiders"].c
    side = (rows.is_member & ~rows.was_member) if came else (rows.was_member & ~rows.is_member)
    return view.rows(
        _changes_with_revenue([refresh])
        .where(side)
        .order_by(sa.func.coalesce(insiders.revenue, -1).desc(), rows.customer_id)
        .limit(listed)
    )


def _net(view: View, between: list[str]) -> pl.DataFrame:
    """Return one row per customer: what they were before the first of the refreshes and are after the last."""
    import polars as pl

    order = {refresh: place for place, refresh in enumerate(reversed(between))}
    found = view.connection.execute(_changes_with_revenue(between)).all()
    schema = {
        "customer_id": pl.String, "tier_before": pl.String, "tier_after": pl.String, "cause": pl.String,
        "was_member": pl.Boolean, "is_member": pl.Boolean, "refresh_id": pl.String, "revenue": pl.Float64,
    }  # fmt: skip
    columns = zip(*found, strict=True) if found else ([] for _ in schema)
    frame = pl.DataFrame(
        [pl.Series(name, values, kind) for (name, kind), values in zip(schema.items(), columns, strict=True)]
    )
    return (
        frame.with_columns(place=pl.col("refresh_id").replace_strict(order, return_dtype=pl.Int64, default=0))
        .sort("place")
        .group_by("customer_id", maintain_order=True)
        .agg(
            pl.first("tier_before", "was_member"),
            pl.last("tier_after", "is_member", "cause", "revenue"),
        )
    )


def _listed(net: pl.DataFrame, listed: int, *, came: bool) -> list[dict[str, Any]]:
    import polars as pl

    before, after = (pl.col("was_member"), pl.col("is_member"))
    return (
        net.filter(after & ~before if came else before & ~after)
        .sort(["revenue", "customer_id"], descending=[True, False], nulls_last=True)
        .head(listed)
        .to_dicts()
    )
