"""Rows that were never sold: left out by a rule, and counted with it, so that no row is missing from the count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.mapping.orders import beside, meant
from insiders_assets.ingest.mapping.versions import is_older

if TYPE_CHECKING:
    from insiders_assets.ingest.mapping.columns import Plan
    from insiders_assets.ingest.mapping.entries import Rule
    from insiders_assets.ingest.mapping.orders import Orders

EXCLUDED_SCHEMA: dict[str, pl.DataType] = {
    "rule": pl.String(), "rows": pl.Int64(), "money_in": pl.Float64(), "money_out": pl.Float64(),
    "customers": pl.List(pl.String()),
}  # fmt: skip
"""Rows left out: the rule, how many they are, what they amount to, sold and returned, and whose they are."""
NONE_EXCLUDED = pl.DataFrame(schema=EXCLUDED_SCHEMA)


def rule_of(texts: pl.DataFrame, plan: Plan, orders: Orders) -> pl.Series | None:
    """Return the rule that leaves each row out, null where none does; None if there is no rule.

    Args:
        texts: The rows as text, with the columns that decide.
        plan: The rules.
        orders: What is known of whole orders.
    """
    if not plan.excluded:
        return None
    found = pl.lit(None, dtype=pl.String)
    for number in reversed(range(len(plan.excluded))):
        rule, at = plan.excluded[number]
        if rule.older:
            known = orders.newest.get(number)
            if known is not None:
                older = is_older(texts, plan, number, known)
                found = (
                    pl.when(pl.lit(older)).then(pl.lit(f"{rule.column}: an older version")).otherwise(found)
                )
            continue
        said = _said(rule, at)
        name = pl.concat_str(pl.lit(f"{rule.column}: "), said)
        if rule.level == "order":
            ids = orders.left_out.get(number, pl.Series(dtype=pl.String))
            whole = pl.col("invoice_no").is_in(ids.implode()).fill_null(value=False)
            found = pl.when(whole).then(pl.lit(f"{rule.column}: the whole order")).otherwise(found)
        found = pl.when(meant(plan, number)).then(name).otherwise(found)
    return texts.select(rule=found).to_series()


def _said(rule: Rule, at: int) -> pl.Expr:
    """Return what stands on a line that a rule means, in the rule's name."""
    if rule.filled or rule.empty:
        return pl.lit("any value" if rule.filled else "nothing")
    if rule.nonzero:
        return pl.lit("more than nothing")
    return pl.col(beside(at))


DISCOUNT = "price below nothing: a discount of its order"


def with_vouchers(rule: pl.Series | None, vouchers: pl.Series | None) -> pl.Series | None:
    """Return the rule that leaves each row out, discounts of orders among them.

    Args:
        rule: What :func:`rule_of` gave.
        vouchers: Which rows are discounts of their order; None if none is.
    """
    if vouchers is None:
        return rule
    said = pl.when(vouchers).then(pl.lit(DISCOUNT))
    return pl.select(rule=said if rule is None else pl.coalesce(rule, said)).to_series()


def counted(frame: pl.DataFrame, rule: pl.Series) -> pl.DataFrame:
    """Return rows left out, as :data:`EXCLUDED_SCHEMA`.

    Args:
        frame: All rows, with ``quantity`` and ``unit_price``; one that could not be read amounts to nothing.
        rule: What :func:`rule_of` gave for them.
    """
    value = (pl.col("quantity") * pl.col("unit_price")).fill_null(0.0).fill_nan(0.0)
    return (
        frame.select("quantity", "unit_price", "customer_id")
        .with_columns(rule=rule)
        .filter(pl.col("rule").is_not_null())
        .group_by("rule", maintain_order=True)
        .agg(
            rows=pl.len().cast(pl.Int64),
            money_in=value.filter(value > 0).sum(),
            money_out=value.filter(value < 0).sum().abs(),
            customers=pl.col("customer_id").drop_nulls().unique(),
        )
        .cast(EXCLUDED_SCHEMA)  # type: ignore[arg-type]
    )


def summed(pieces: list[pl.DataFrame]) -> dict[str, dict[str, float]]:
    """Return all that was left out, by rule, in types that JSON has; the rule that leaves out most first."""
    if not pieces:
        return {}
    found = (
        pl.concat(pieces)
        .group_by("rule")
        .agg(
            pl.col("rows", "money_in", "money_out").sum(),
            customers=pl.col("customers").explode().drop_nulls().n_unique(),
        )
        .sort(["rows", "rule"], descending=[True, False])
    )
    return {
        row["rule"]: {
            "rows": row["rows"],
            "customers": row["customers"],
            **{key: round(row[key], 2) + 0.0 for key in ("money_in", "money_out")},
        }
        for row in found.to_dicts()
    }
