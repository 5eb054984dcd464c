"""Lines that repeat what a customer bought on another line: a sale does that now and then, a return always does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey

FEWEST, LEAST = 20, 8
"""Lines of a file, and lines that repeat others, from which on they say something."""
NEARLY_ALL, SELDOM = 0.95, 0.3
"""Share of the lines in question that repeat another, and of the other lines, up to which they do that by chance."""
_LINE = ["customer", "product", "pieces", "money"]


def bought(survey: Survey) -> pl.DataFrame | None:
    """Return the lines above nothing whose customer and product are known, with their order; None if none can be."""
    customers, products = survey.ours("customer_id"), survey.ours("stock_code")
    if customers is None or products is None:
        return None
    frame = pl.DataFrame(
        {
            "customer": customers, "product": products, "pieces": survey.quantity,
            "money": survey.money.round(2), "order": survey.ours("invoice_no"), "kept": survey.kept,
        }
    ).with_row_index("at")  # fmt: skip
    known = frame.drop_nulls(_LINE).filter("kept", pl.col("pieces") > 0, pl.col("money") > 0)
    return known if known.height >= FEWEST else None


def repeated(lines: pl.DataFrame, here: pl.Series) -> pl.DataFrame | None:
    """Return those of some lines that repeat others; None unless nearly all do, and the others seldom do.

    Args:
        lines: As :func:`bought` gives them.
        here: Which rows of the file are in question.

    Returns:
        With ``apart``: whether the line that is repeated is of another order.
    """
    asked = lines["at"].is_in(here.arg_true().implode())
    ours, others = lines.filter(asked), lines.filter(~asked)
    if ours.height < LEAST or ours.height > others.height / 2:
        return None
    times = others.group_by(_LINE).agg(pl.len(), orders=pl.col("order").unique())
    if times.filter(pl.col("len") > 1)["len"].sum() > SELDOM * others.height:
        return None
    found = ours.join(times, on=_LINE)
    # What was sold once comes back once at most; renewals and goods that somebody buys again stand there more often.
    once = found.filter(pl.col("at").rank("ordinal").over(_LINE) <= pl.col("len")).height
    if once < NEARLY_ALL * ours.height:
        return None
    return found.with_columns(apart=~pl.col("order").is_in(pl.col("orders")).fill_null(value=False))


def are_of_other_orders(survey: Survey, here: pl.Series) -> bool:
    """Return whether rows repeat lines of other orders, as returns do that have a document of their own."""
    lines = bought(survey)
    found = None if lines is None else repeated(lines, here)
    return found is not None and float(found["apart"].mean() or 0.0) >= NEARLY_ALL  # type: ignore[arg-type]
