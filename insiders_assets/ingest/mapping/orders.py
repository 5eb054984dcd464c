"""What only a whole order tells of each of its lines, and which columns beside ours decide what becomes of one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.parsing.numbers import to_float

if TYPE_CHECKING:
    from insiders_assets.ingest.mapping.columns import Plan
    from insiders_assets.ingest.parsing.numbers import Mark

NO_AMOUNTS = pl.DataFrame(
    schema={"invoice_no": pl.String, "kept": pl.Float64, "has_goods": pl.Boolean, "back": pl.Float64}
)


@dataclass(frozen=True)
class Orders:
    """What is known of the orders of an export.

    Attributes:
        left_out: Orders that are left out whole, by the number of the rule in the plan.
        amounts: By ``invoice_no``, the share of what its lines cost that is ``kept`` after the order's discount, the
            share of that which was given ``back``, and whether it ``has_goods``; None if the plan has no such amounts.
        percentages: Positions of columns of shares that are written in percent.
        newest: The newest versions of lines, by the number of the rule that leaves older ones out.
    """

    left_out: dict[int, pl.Series] = field(default_factory=dict)
    amounts: pl.DataFrame | None = None
    percentages: frozenset[int] = frozenset()
    newest: dict[int, pl.DataFrame] = field(default_factory=dict)

    def is_percentage(self, at: int) -> bool:
        """Return whether shares in a column are written in percent."""
        return at in self.percentages


def needs_orders(plan: Plan) -> bool:
    """Return whether a plan has to know whole orders, or a whole column, before it can read a line."""
    levels = [rule.level for rule, _ in plan.excluded] + [refund.level for refund, _ in plan.refunds]
    levels += [discount.level for discount, _ in plan.discounts]
    shares = any(discount.of == "share" for discount, _ in plan.discounts)
    return plan.vouchers or "order" in levels or shares or any(rule.older for rule, _ in plan.excluded)


def amount_of(frame: pl.DataFrame, at: int, mark: Mark, plan: Plan) -> pl.Series:
    """Return a column of amounts that is none of ours, without its sign; 0 where there is none."""
    return to_float(frame[beside(at)], mark).abs().fill_null(0.0) * plan.worth(at)


def meant(plan: Plan, number: int) -> pl.Expr:
    """Return whether a rule of the plan means a line by what it holds itself; never missing.

    Whether another line is a newer version of it, :func:`insiders_assets.ingest.mapping.versions.is_older` tells.

    Args:
        plan: The plan.
        number: The rule's place in it.
    """
    rule, at = plan.excluded[number]
    value = pl.col(beside(at))
    if rule.older:
        return pl.lit(value=False)
    if rule.nonzero:
        return value.str.contains("[1-9]").fill_null(value=False)
    if rule.filled or rule.empty:
        return value.is_not_null() if rule.filled else value.is_null()
    return value.str.to_lowercase().is_in(list(rule.spelled)).fill_null(value=False)


def flagged(text: pl.Expr, plan: Plan) -> pl.Expr:
    """Return whether what the flag of returns holds marks one; never missing.

    Args:
        text: What it holds.
        plan: The plan.
    """
    lower = text.str.to_lowercase()
    starts = (lower.str.starts_with(start) for start in plan.return_starts)
    ends = (lower.str.ends_with(end) for end in plan.return_ends)
    return pl.any_horizontal(lower.is_in(list(plan.return_values)), *starts, *ends).fill_null(value=False)


def begun(order: pl.Series) -> pl.Series:
    """Return which lines begin an order: those that differ in it from the line before."""
    return order.ne_missing(order.shift())


def beside(at: int) -> str:
    """Return what a column goes by that decides something and is none of ours."""
    return f"@{at}"
