"""What only a whole order tells of each of its lines: gathered in a pass of its own, where a mapping asks for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.texts import texts_of

if TYPE_CHECKING:
    from insiders_assets.ingest.blocks import Export
    from insiders_assets.ingest.columns import Plan


@dataclass(frozen=True)
class Orders:
    """What is known of the orders of an export.

    Attributes:
        left_out: Orders that are left out whole, by the number of the rule in the plan.
    """

    left_out: dict[int, pl.Series] = field(default_factory=dict)


def orders_of(export: Export, plan: Plan) -> Orders:
    """What the orders of an export tell of their lines; costs nothing where the plan asks for nothing of the kind.

    Args:
        export: The export.
        plan: Where its columns come from.
    """
    whole = [number for number, (rule, _) in enumerate(plan.excluded) if rule.level == "order"]
    if not whole:
        return Orders()
    found: dict[int, list[pl.Series]] = {number: [] for number in whole}
    for block in export.blocks(plan.positions):
        if not len(block.lines):
            continue
        texts = texts_of(block.frame, plan)
        for number in whole:
            told = texts.filter(meant(plan, number))
            found[number].append(told["invoice_no"].drop_nulls().unique())
    return Orders({number: pl.concat(pieces).unique() for number, pieces in found.items() if pieces})


def meant(plan: Plan, number: int) -> pl.Expr:
    """Whether a rule of the plan means a line by what it holds itself; never missing.

    Args:
        plan: The plan.
        number: The rule's place in it.
    """
    rule, at = plan.excluded[number]
    value = pl.col(beside(at))
    if rule.filled:
        return value.is_not_null()
    return value.str.to_lowercase().is_in(list(rule.spelled)).fill_null(value=False)


def beside(at: int) -> str:
    """What a column goes by that decides something and is none of ours."""
    return f"@{at}"
