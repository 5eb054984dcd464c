"""A pass over an export for what only whole orders tell of their lines, where a mapping asks for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.mapping.columns import FLAG
from insiders_assets.ingest.mapping.deriving import discounted, signed
from insiders_assets.ingest.mapping.orders import Orders, amount_of, beside, meant, needs_orders
from insiders_assets.ingest.mapping.schema import DERIVED
from insiders_assets.ingest.mapping.text import texts_of
from insiders_assets.ingest.mapping.versions import by_version, is_older, newest, newest_of_all
from insiders_assets.ingest.parsing.numbers import to_float

if TYPE_CHECKING:
    from insiders_assets.ingest.mapping.columns import Plan
    from insiders_assets.ingest.model import Export
    from insiders_assets.ingest.parsing.numbers import Mark


def orders_of(export: Export, plan: Plan, mark: Mark) -> Orders:
    """Return what the orders of an export tell of their lines.

    Costs nothing where the plan asks for nothing of the kind.

    Args:
        export: The export.
        plan: Where its columns come from.
        mark: The decimal mark.
    """
    if not needs_orders(plan):
        return Orders()
    shares = [at for discount, at in plan.discounts if discount.of == "share"]
    whole = [number for number, (rule, _) in enumerate(plan.excluded) if rule.level == "order"]
    left_out: dict[int, list[pl.Series]] = {number: [] for number in whole}
    newest_in: dict[int, list[pl.DataFrame]] = {number: [] for number in by_version(plan)}
    percent: set[int] = set()
    pieces = []
    for block in export.blocks(plan.positions):
        if not len(block.lines):
            continue
        texts = texts_of(block.frame, plan)
        for number in whole:
            excluded = texts.filter(meant(plan, number))
            left_out[number].append(excluded["invoice_no"].drop_nulls().unique())
        for number, some in newest_in.items():
            some.append(newest(texts, plan, number))
        for at in shares:
            value = to_float(texts[beside(at)].str.strip_suffix("%").str.strip_chars(), mark)
            if (value.abs() > 1).any() or texts[beside(at)].str.contains("%").any():
                percent.add(at)
        pieces.append(_line_facts(texts, plan, mark))
    found = {number: pl.concat(some).unique() for number, some in left_out.items() if some}
    versions = {number: newest_of_all(some) for number, some in newest_in.items() if some}
    orders = Orders(found, None, frozenset(percent), versions)
    if not pieces or not _has_amounts(plan):
        return orders
    return replace(orders, amounts=_amounts(pl.concat(pieces), plan, mark, orders))


def _has_amounts(plan: Plan) -> bool:
    levels = [discount.level for discount, _ in plan.discounts] + [refund.level for refund, _ in plan.refunds]
    return plan.vouchers or "order" in levels


def _line_facts(texts: pl.DataFrame, plan: Plan, mark: Mark) -> pl.DataFrame:
    """Of each line what it takes to know its order."""
    price = "unit_price" if DERIVED not in texts.columns else DERIVED
    kept = ["invoice_no", "stock_code", *(beside(at) for at in plan.beside)]
    kept += [name for name in (FLAG,) if name in texts.columns]
    return texts.select(
        *kept,
        quantity=to_float(texts["quantity"], mark),
        unit_price=to_float(texts[price], mark) * plan.price_worth,
    )


def _amounts(lines: pl.DataFrame, plan: Plan, mark: Mark, orders: Orders) -> pl.DataFrame:
    """Return the shares of every order that its discount leaves and its refund takes back."""
    for number, known in orders.newest.items():
        lines = lines.with_columns(is_older(lines, plan, number, known).alias(f"older {number}"))
    left_out = (pl.col(f"older {number}") for number in orders.newest)
    lines = lines.filter(
        ~pl.any_horizontal(
            pl.lit(value=False), *left_out, *(meant(plan, n) for n in range(len(plan.excluded)))
        )
    )
    lines = discounted(signed(lines, plan), plan, mark, orders)
    amount = pl.col("quantity") * pl.col("unit_price")
    value = pl.when((pl.col("quantity") > 0) & (amount > 0)).then(amount).fill_null(0.0)
    voucher = pl.when((pl.col("quantity") > 0) & (amount < 0)).then(-amount).fill_null(0.0)
    off = [at for discount, at in plan.discounts if discount.level == "order"]
    back = [at for refund, at in plan.refunds if refund.level == "order" and refund.gives == "amount"]
    numbers = {at: amount_of(lines, at, mark, plan) for at in {*off, *back}}
    found = (
        lines.with_columns(pl.Series(f"amount {at}", values) for at, values in numbers.items())
        .group_by("invoice_no")
        # An order's amount stands on one of its lines or on each of them; it is never their sum.
        .agg(
            value.sum().alias("value"),
            voucher.sum().alias("voucher"),
            *(pl.col(f"amount {at}").max() for at in numbers),
        )
    )
    discount = pl.sum_horizontal(pl.lit(0.0), *(f"amount {at}" for at in off))
    if plan.vouchers:
        discount = discount + pl.col("voucher")
    refund = pl.sum_horizontal(pl.lit(0.0), *(f"amount {at}" for at in back))
    kept = pl.when(pl.col("value") > 0).then((1 - discount / pl.col("value")).clip(0, 1)).otherwise(1.0)
    left = pl.col("value") * kept
    return found.select(
        "invoice_no",
        kept=kept,
        has_goods=pl.col("value") > 0,
        back=pl.when(left > 0).then((refund / left).clip(0, 1)).otherwise(0.0),
    )
