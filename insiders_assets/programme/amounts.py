"""How numbers are written in the programme's messages and warnings: plain English."""

from __future__ import annotations

import polars as pl

from insiders_assets.language.columns import whole


def money(value: float) -> str:
    """Return an amount to the cent, or to the unit from a hundred thousand on."""
    return f"{value:,.0f}" if abs(value) >= 100_000 else f"{value:,.2f}"


def percent(fraction: float) -> str:
    """Return a fraction as a percentage with one decimal."""
    return f"{fraction * 100:.1f} %"


def money_column(amount: pl.Expr) -> pl.Expr:
    """Return a column of amounts written to the cent with thousands separators."""
    cents = (amount * 100).round(0).cast(pl.Int64)
    rest = (cents.abs() % 100).cast(pl.String).str.zfill(2)
    sign = pl.when(cents < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.concat_str(sign, whole(cents.abs() // 100), pl.lit("."), rest)


def campaign_money(
    amount: pl.Expr, border: float | None = None, *, near: pl.Expr | bool | None = None
) -> pl.Expr:
    """Return a column of amounts as a campaign writes them: whole from a hundred on, to the cent where cents matter.

    Args:
        amount: The amounts.
        border: An amount that they stand beside: within one unit of it cents tell on which side they lie.
        near: Whether that is so, if the column's own distance from ``border`` does not say it.
    """
    close = pl.lit(near) if isinstance(near, bool) else near
    if close is None:
        close = pl.lit(False) if border is None else (amount - border).abs() < 1
    sign = pl.when(amount <= -0.5).then(pl.lit("-")).otherwise(pl.lit(""))
    units = pl.concat_str(sign, whole(amount.abs().round(0)))
    return pl.when((amount.abs() >= 100) & ~close).then(units).otherwise(money_column(amount))


def number_column(amount: pl.Expr) -> pl.Expr:
    """Return a column of numbers, not negative, with one decimal, or none from a hundred on or where they are whole."""
    tenths = (amount * 10).round(0).cast(pl.Int64)
    units = whole(amount.round(0))
    with_tenth = pl.concat_str(whole(tenths // 10), pl.lit("."), (tenths % 10).cast(pl.String))
    return pl.when((amount >= 100) | (tenths % 10 == 0)).then(units).otherwise(with_tenth)
