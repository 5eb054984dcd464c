"""Rows as text become transactions, or rejected rows with the column at fault, its value and the reason."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.converted import COST, TRANSACTION_COLUMNS, Converted
from insiders_assets.ingest.mapping.columns import FLAG, RETURNED
from insiders_assets.ingest.mapping.deriving import (
    cost_of_one,
    derived,
    given_back_of,
    pieces_of_price,
    vouchers,
    with_returns,
)
from insiders_assets.ingest.mapping.exclusion import NONE_EXCLUDED, counted, rule_of, with_vouchers
from insiders_assets.ingest.mapping.orders import Orders, beside
from insiders_assets.ingest.mapping.schema import DERIVED, PER
from insiders_assets.ingest.model import Block, rejected_frame
from insiders_assets.ingest.parsing.dates import FIRST, LAST, to_datetime
from insiders_assets.ingest.parsing.ids import PEOPLE, fault_of, impossible
from insiders_assets.ingest.parsing.numbers import pieces_and_weights, to_float, to_int, without_unit
from insiders_assets.language.message import Message, message

if TYPE_CHECKING:
    from insiders_assets.ingest.mapping.columns import Plan
    from insiders_assets.ingest.parsing.date_limits import Limits
    from insiders_assets.ingest.sniffing.format_inference import Formats

LIMIT = 1_000_000_000
"""Quantities and prices beyond are mistyped; below it, no sum of a column can overflow."""
NEEDED = ("invoice_no", "stock_code", "quantity", "invoice_date", "unit_price")
"""Columns that every transaction has a value in."""
NO_ORDERS = Orders()
REASONS = {
    "quantity": message("row.quantity", limit=LIMIT),
    "unit_price": message("row.price", limit=LIMIT),
    DERIVED: message("row.total", limit=LIMIT),
    "invoice_date": message(
        "row.date", first=str(FIRST)[:10], last=str(LAST)[:10], example="2026-01-31 13:45"
    ),
}
"""What is wrong with a value that is none of its column."""
EMPTY, WEIGHED, NO_RATE = message("row.empty"), message("row.weighed"), message("row.no_rate")
_DECIMAL = re.compile(r"^[+-]?\d+[.,]\d+$")


def convert(
    block: Block, texts: pl.DataFrame, formats: Formats, plan: Plan, orders: Orders = NO_ORDERS
) -> Converted:
    """Turn rows into transactions.

    Args:
        block: The rows.
        texts: The same rows as :func:`insiders_assets.ingest.mapping.text.texts_of` gives them.
        formats: How dates and numbers are read.
        plan: What is derived, and what is left out.
        orders: What is known of whole orders.
    """
    date = to_datetime(texts["invoice_date"], formats.order, formats.date_formats, swapped=formats.swapped)
    money = to_float(texts[DERIVED if DERIVED in texts.columns else "unit_price"], formats.mark)
    money = money if (worth := plan.price_worth) == 1 else money * worth
    if PER in texts.columns and DERIVED not in texts.columns:
        money = money / pieces_of_price(texts[PER], formats.mark)
    units = without_unit(texts["quantity"], formats.unit)
    weights: pl.Series | float = 1.0
    if formats.weighed:
        quantity, weights = pieces_and_weights(units, formats.mark)
        money = money if DERIVED in texts.columns else money * weights
    else:
        quantity = to_int(units, formats.mark)
    if plan.columns.get("quantity") in plan.negated:
        quantity = -quantity
    rate: pl.Series | float = 1.0
    if plan.currency:
        rates, at = plan.currency
        named = texts[beside(at)].str.to_uppercase()
        rate = named.replace_strict(rates, default=None, return_dtype=pl.Float64)
        money = money * rate
    cost = cost_of_one(texts, plan, formats.mark, quantity, weights)
    no_costs = 0
    if cost is not None and plan.cost:
        no_costs = int((cost.is_null() & texts[plan.cost].is_not_null() & (quantity != 0)).sum())
    frame = texts.with_columns(
        quantity=quantity,
        unit_price=money,
        invoice_date=date,
        invoice_day=date.dt.epoch("d").cast(pl.Int32),
        source_line=block.lines,
        **({} if cost is None else {COST: cost * rate}),
    )
    given_back = None
    if not plan.is_plain:
        frame = derived(frame, plan, formats.mark, orders)
        given_back = given_back_of(frame)
    limited = ["quantity", "unit_price", *([] if cost is None else [COST])]
    frame = frame.select(*TRANSACTION_COLUMNS, *limited[2:]).with_columns(
        pl.when(pl.col(name).abs() <= LIMIT).then(name).alias(name) for name in limited
    )
    excluded = NONE_EXCLUDED
    rule = with_vouchers(rule_of(texts, plan, orders), vouchers(frame, plan, orders))
    if rule is not None and (out := rule.is_not_null()).any():
        excluded = counted(frame, rule)
        kept = (~out).arg_true().to_list()
        block, texts, frame = block.part(kept, block.rejected), texts.filter(~out), frame.filter(~out)
        given_back = given_back.filter(~out) if given_back is not None else None
    refused = _refused(frame, formats.limits)
    if not refused.any() and not any(frame[name].null_count() for name in NEEDED):
        both, added = with_returns(frame, given_back)
        return Converted(both, block.rejected, excluded=excluded, added=added, no_costs=no_costs)
    faulty = refused | frame.select(pl.any_horizontal(pl.col(name).is_null() for name in NEEDED)).to_series()
    found, cells = _rejected(block, texts, frame, faulty, plan, formats.limits)
    rejected = pl.concat([block.rejected, rejected_frame(found, cells)]).sort(
        "source_line", maintain_order=True
    )
    given_back = given_back.filter(~faulty) if given_back is not None else None
    both, added = with_returns(frame.filter(~faulty), given_back)
    return Converted(both, rejected, int(faulty.sum()) - len(found), excluded, added, no_costs)


def _refused(frame: pl.DataFrame, limits: Limits | None) -> pl.Series:
    """Return which rows have every value, and one that cannot be: an identifier, or a date too early or too late."""
    beyond = ~limits.within if limits else False
    return frame.select(impossible() | beyond).to_series()


def _rejected(
    block: Block,
    texts: pl.DataFrame,
    frame: pl.DataFrame,
    faulty: pl.Series,
    plan: Plan,
    limits: Limits | None,
) -> tuple[list[tuple[int, str, str | None, Message, str]], list[str]]:
    """Return the rows at fault, each with the first column that is, and their cells; blank rows left out."""
    rows = faulty.arg_true().to_list()
    lines = block.lines.gather(rows).to_list()
    read, as_text = frame.select(NEEDED).filter(faulty).rows(), texts.filter(faulty).rows(named=True)
    found, cells = [], []
    for line, values, cell, whole in zip(lines, read, as_text, block.texts(rows), strict=True):
        if not re.search(r"\w", whole):
            continue
        if None in values:
            column = NEEDED[values.index(None)]
            source = DERIVED if column == "unit_price" and DERIVED in texts.columns else column
            reason = _reason(source, cell[source])
            if source in ("unit_price", DERIVED) and plan.currency and _has_no_rate(cell, plan.currency):
                reason = NO_RATE
        elif limits and (late := limits.fault_of(values[NEEDED.index("invoice_date")])):
            source, reason = "invoice_date", late
        else:
            source, reason = next((name, fault) for name in PEOPLE if (fault := fault_of(name, cell[name])))
        found.append((line, source, cell[source], reason, whole))
        cells.append(_cells(cell, plan))
    return found, cells


def _has_no_rate(texts: dict[str, str | None], currency: tuple[dict[str, float], int]) -> bool:
    rates, at = currency
    return (texts[beside(at)] or "").upper() not in rates


def _cells(texts: dict[str, str | None], plan: Plan) -> str:
    """Return our columns of one row as a JSON object, with ``yes`` or nothing where something marks returns."""
    if FLAG in texts:
        flag = (texts[FLAG] or "").lower()
        is_return = (
            flag in plan.return_values
            or flag.startswith(plan.return_starts)
            or flag.endswith(plan.return_ends)
        )
        texts[FLAG] = RETURNED if is_return else None
    return json.dumps({name: text for name, text in texts.items() if text is not None}, ensure_ascii=False)


def _reason(column: str, value: str | None) -> Message:
    if value is None:
        return EMPTY
    if column == "quantity" and _DECIMAL.match(value):
        return WEIGHED
    return REASONS[column]
