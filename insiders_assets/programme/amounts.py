"""How numbers are written in the programme's sentences: plain English, the same for a cell and for a column."""

from __future__ import annotations

import math

import polars as pl


def count(value: float) -> str:
    """A whole number with thousands separators."""
    return f"{round(value):,}"


def money(value: float) -> str:
    """An amount to the cent, or to the unit from a hundred thousand on."""
    return f"{value:,.0f}" if abs(value) >= 100_000 else f"{value:,.2f}"


def percent(fraction: float) -> str:
    """A fraction as a percentage with one decimal."""
    return f"{fraction * 100:.1f} %"


def number(value: float, digits: int = 1) -> str:
    """A number with a few decimals, fewer where it is large."""
    if not math.isfinite(value):
        return "–"
    # Zero is added for its sign: what rounds to nothing is not less than nothing.
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{round(value, digits) + 0.0:,.{digits}f}"


def p_value(value: float) -> str:
    """``p = 0.012``, or ``p < 0.0001``: a smaller one says nothing more, and the smallest would be written as 0."""
    return "p < 0.0001" if value < 0.0001 else f"p = {value:.2g}"


def plural(amount: float, one: str, many: str) -> str:
    """``1 order``, ``2 orders``."""
    return f"{count(amount)} {one if round(amount) == 1 else many}"


def listed(words: list[str], last: str = "and") -> str:
    """``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else ""


def money_column(amount: pl.Expr) -> pl.Expr:
    """A column of amounts written to the cent with thousands separators."""
    cents = (amount * 100).round(0).cast(pl.Int64)
    rest = (cents.abs() % 100).cast(pl.String).str.zfill(2)
    sign = pl.when(cents < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.concat_str(sign, count_column(cents.abs() // 100), pl.lit("."), rest)


def count_column(amount: pl.Expr) -> pl.Expr:
    """A column of whole numbers, not negative, written with thousands separators."""
    digits = amount.cast(pl.Int64).cast(pl.String)
    # A comma after every third digit from the right: reversed, grouped, reversed back.
    grouped = digits.str.reverse().str.replace_all(r"(\d{3})", "${1},").str.strip_suffix(",")
    return grouped.str.reverse()


def plural_column(amount: pl.Expr, one: str, many: str) -> pl.Expr:
    """A column of whole numbers with their noun."""
    noun = pl.when(amount == 1).then(pl.lit(f" {one}")).otherwise(pl.lit(f" {many}"))
    return pl.concat_str(count_column(amount), noun)


def campaign_money(
    amount: pl.Expr, border: float | None = None, *, near: pl.Expr | bool | None = None
) -> pl.Expr:
    """A column of amounts as a campaign writes them: whole from a hundred on, to the cent where cents matter.

    Args:
        amount: The amounts.
        border: An amount that they stand beside: within one unit of it cents tell on which side they lie.
        near: Whether that is so, if the column's own distance from ``border`` does not say it.
    """
    close = pl.lit(near) if isinstance(near, bool) else near
    if close is None:
        close = pl.lit(False) if border is None else (amount - border).abs() < 1
    sign = pl.when(amount <= -0.5).then(pl.lit("-")).otherwise(pl.lit(""))
    whole = pl.concat_str(sign, count_column(amount.abs().round(0)))
    return pl.when((amount.abs() >= 100) & ~close).then(whole).otherwise(money_column(amount))


def number_column(amount: pl.Expr) -> pl.Expr:
    """A column of numbers, not negative, with one decimal, or none from a hundred on or where they are whole."""
    tenths = (amount * 10).round(0).cast(pl.Int64)
    whole = count_column(amount.round(0))
    with_tenth = pl.concat_str(count_column(tenths // 10), pl.lit("."), (tenths % 10).cast(pl.String))
    return pl.when((amount >= 100) | (tenths % 10 == 0)).then(whole).otherwise(with_tenth)
