"""What a line cost and which way it went, where the export writes it in several columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.mapping.columns import FLAG
from insiders_assets.ingest.mapping.orders import NO_AMOUNTS, amount_of, beside, flagged
from insiders_assets.ingest.mapping.schema import COSTS, DERIVED
from insiders_assets.ingest.parsing.numbers import to_float

if TYPE_CHECKING:
    from insiders_assets.ingest.mapping.columns import Plan
    from insiders_assets.ingest.mapping.orders import Orders
    from insiders_assets.ingest.parsing.numbers import Mark

BACK_PIECES, BACK_PRICE = "pieces given back", "price given back"
UNIT_COST = COSTS[0]
CENT = 0.005
"""Amounts that differ by less are the same."""


def derived(frame: pl.DataFrame, plan: Plan, mark: Mark, orders: Orders) -> pl.DataFrame:
    """Return rows with their price after discounts, the sign of returns, and what was given back of them.

    Args:
        frame: Rows with ``quantity``, ``unit_price`` (the line's total where the plan has that) and the other columns
            of the plan as text.
        plan: Where they come from.
        mark: The decimal mark.
        orders: What is known of whole orders.
    """
    frame = signed(frame, plan)
    if plan.discounts or plan.vouchers:
        frame = discounted(frame, plan, mark, orders)
    return _given_back(frame, plan, mark, orders) if plan.refunds else frame


def signed(frame: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Return prices from line totals, and the sign of returns that is written elsewhere."""
    units, price = pl.col("quantity"), pl.col("unit_price")
    if DERIVED in plan.columns:
        returned = (units < 0) | (price < 0)
        frame = frame.with_columns(
            quantity=pl.when(returned).then(-units.abs()).otherwise(units),
            unit_price=pl.when(units != 0).then(price.abs() / units.abs()),
        )
    if plan.below_returns:
        below = (price < 0) & (units > 0)
        frame = frame.with_columns(
            quantity=pl.when(below).then(-units).otherwise(units),
            unit_price=pl.when(below).then(price.abs()).otherwise(price),
        )
    if FLAG in plan.columns:
        flag = flagged(pl.col(FLAG), plan)
        frame = frame.with_columns(quantity=pl.when(flag).then(-units.abs()).otherwise(units))
    return frame


def discounted(frame: pl.DataFrame, plan: Plan, mark: Mark, orders: Orders) -> pl.DataFrame:
    """Return rows with what they cost after the discounts of the plan; none costs less than nothing.

    Args:
        frame: Rows as :func:`signed` gives them.
        plan: The plan.
        mark: The decimal mark.
        orders: What is known of whole orders; those of lines are taken off first.
    """
    units = pl.col("quantity").abs()
    for discount, at in plan.discounts:
        if discount.level == "order":
            continue
        off = to_float(frame[beside(at)].str.strip_suffix("%").str.strip_chars(), mark).abs().fill_null(0.0)
        if discount.of == "share":
            share = off / 100 if (off > 1).any() or orders.is_percentage(at) else off
            price = pl.col("unit_price") * (1 - share)
        else:
            off = off * plan.worth(at)
            price = pl.col("unit_price") - (off if discount.of == "piece" else off / frame["quantity"].abs())
        frame = frame.with_columns(unit_price=pl.when(units > 0).then(price.clip(0)).otherwise("unit_price"))
    if orders.amounts is not None:
        kept, price = _of_order(frame, orders, "kept").fill_null(1.0), pl.col("unit_price")
        frame = frame.with_columns(unit_price=pl.when(price > 0).then(price * kept).otherwise(price))
    return frame


def vouchers(frame: pl.DataFrame, plan: Plan, orders: Orders) -> pl.Series | None:
    """Return which rows are discounts of their order, whose other lines are so much cheaper; None if the plan has none.

    Args:
        frame: Rows as :func:`derived` gives them.
        plan: The plan.
        orders: What is known of whole orders.
    """
    if not plan.vouchers:
        return None
    goods = _of_order(frame, orders, "has_goods").fill_null(value=False)
    return (goods & (frame["quantity"] > 0) & (frame["unit_price"] < 0)).fill_null(value=False)


def _of_order(frame: pl.DataFrame, orders: Orders, name: str) -> pl.Series:
    """Return a fact of the order that each row is of."""
    facts = orders.amounts if orders.amounts is not None else NO_AMOUNTS
    return frame.select("invoice_no").join(facts, on="invoice_no", how="left", maintain_order="left")[name]


def _given_back(frame: pl.DataFrame, plan: Plan, mark: Mark, orders: Orders) -> pl.DataFrame:
    """Return rows with the pieces of them that were given back, and the price of each of these."""
    units, price = pl.col("quantity"), pl.col("unit_price")
    pieces: pl.Expr = pl.lit(0, dtype=pl.Int64)
    paid: pl.Expr = price
    for refund, at in sorted(plan.refunds, key=lambda each: ("all", "pieces", "amount").index(each[0].gives)):
        text = frame[beside(at)]
        if refund.gives == "all":
            whole = text.str.to_lowercase().is_in(list(refund.spelled)).fill_null(value=False)
            whole = text.is_not_null() if refund.filled else whole
            pieces = pl.when(whole).then(units).otherwise(pieces)
        elif refund.gives == "pieces":
            number = to_float(text, mark).abs().fill_null(0.0)
            returned = pl.min_horizontal(number.round().cast(pl.Int64), units)
            pieces = pl.when(number > 0).then(returned).otherwise(pieces)
        else:
            if refund.level == "order":
                share = pl.lit(_of_order(frame, orders, "back").fill_null(0.0))
                amount = units * price * share
            else:
                amount = pl.min_horizontal(amount_of(frame, at, mark, plan), units * price)
            # As many pieces as the amount pays for, but one at least: some of the line came back.
            some = (amount / price + CENT).floor().clip(1).cast(pl.Int64, strict=False)
            paid = pl.when(amount >= CENT).then(amount / pl.min_horizontal(some, units)).otherwise(paid)
            pieces = pl.when(amount >= CENT).then(pl.min_horizontal(some, units)).otherwise(pieces)
    sold = (units > 0) & (price > 0)
    return frame.with_columns(
        pl.when(sold).then(pieces).otherwise(0).fill_null(0).alias(BACK_PIECES), paid.alias(BACK_PRICE)
    )


def cost_of_one(
    texts: pl.DataFrame, plan: Plan, mark: Mark, quantity: pl.Series, weights: pl.Series | float
) -> pl.Series | None:
    """Return what one piece on each line cost the shop, whatever its sign; None if the plan has no such column.

    Args:
        texts: The rows as :func:`insiders_assets.ingest.mapping.text.texts_of` gives them.
        plan: Where the costs come from.
        mark: The decimal mark.
        quantity: Pieces on each line, of either sign.
        weights: What one piece weighs, where goods are weighed.

    Returns:
        The costs, null where the export says none and where a line cost is of no piece.
    """
    if (name := plan.cost) is None:
        return None
    cost = to_float(texts[name], mark).abs() * plan.worth(plan.columns[name])
    if name == UNIT_COST:
        return cost * weights
    pieces = quantity.abs()
    return cost / pieces.set(pieces == 0, None)


def pieces_of_price(text: pl.Series, mark: Mark) -> pl.Series:
    """Return how many pieces each price is of; one where nothing, or no number above 0, stands.

    Args:
        text: The column that says so.
        mark: The decimal mark.
    """
    pieces = to_float(text, mark)
    return pieces.set((pieces <= 0).fill_null(value=True), 1.0)


def given_back_of(frame: pl.DataFrame) -> pl.DataFrame | None:
    """Return what was given back of each row; None if the plan says nothing of the kind."""
    return frame.select(BACK_PIECES, BACK_PRICE) if BACK_PIECES in frame.columns else None


def with_returns(frame: pl.DataFrame, given_back: pl.DataFrame | None) -> tuple[pl.DataFrame, int]:
    """Transactions with a return beside each line of which something was given back, and how many those are.

    Args:
        frame: The transactions.
        given_back: What was given back of each.
    """
    if given_back is None or not (given_back[BACK_PIECES] > 0).any():
        return frame, 0
    whole = pl.concat([frame, given_back], how="horizontal").filter(pl.col(BACK_PIECES) > 0)
    returns = whole.with_columns(quantity=-pl.col(BACK_PIECES), unit_price=pl.col(BACK_PRICE)).select(
        frame.columns
    )
    both = pl.concat([frame, returns.cast(frame.schema)]).sort("source_line", maintain_order=True)
    return both, returns.height
