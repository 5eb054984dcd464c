"""Lines that stand in an export in several versions: of each, only the newest counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.mapping.columns import FLAG
from insiders_assets.ingest.mapping.orders import beside
from insiders_assets.ingest.mapping.schema import DERIVED
from insiders_assets.ingest.parsing.dates import to_datetime

if TYPE_CHECKING:
    from insiders_assets.ingest.mapping.columns import Plan


_NEGATIVE = r"^\s*[-−(]|[-−]\s*$"


def age(text: pl.Series) -> pl.Series:
    """Return what orders versions: a number as it is, a date in microseconds since 1970; null for what is neither.

    Args:
        text: Stripped text of a column of versions, or of the moments at which rows were written.
    """
    numbers = text.cast(pl.Float64, strict=False)
    if numbers.null_count() == text.null_count():
        return numbers
    dates = to_datetime(text, "day_first").dt.epoch("us").cast(pl.Float64)
    return pl.select(pl.coalesce(numbers, dates)).to_series().alias(text.name)


def by_version(plan: Plan) -> list[int]:
    """Return the rules of a plan that leave older versions out, by their places in it."""
    return [number for number, (rule, _) in enumerate(plan.excluded) if rule.older]


KEY = ["invoice_no", "line", "is_back"]
"""What makes rows versions of one line; what was given back of it is a line of its own."""


def _aged(texts: pl.DataFrame, plan: Plan, number: int) -> pl.DataFrame:
    """Return the line that each row is of (:data:`KEY`), and its ``age``."""
    _, at = plan.excluded[number]
    line = plan.numbered.get(number)
    flag = pl.col(FLAG) if FLAG in texts.columns else pl.lit("")
    return texts.select(
        "invoice_no",
        line=pl.col("stock_code") if line is None else pl.col(beside(line)),
        is_back=pl.concat_str(_is_negative(texts), flag.fill_null("")),
        age=age(texts[beside(at)]),
    )


def _is_negative(texts: pl.DataFrame) -> pl.Expr:
    measures = [name for name in ("quantity", DERIVED) if name in texts.columns]
    negative = (
        pl.col(name).str.contains(_NEGATIVE) if texts.schema[name] == pl.String else pl.col(name) < 0
        for name in measures
    )
    return pl.any_horizontal(each.fill_null(value=False) for each in negative)


def newest(texts: pl.DataFrame, plan: Plan, number: int) -> pl.DataFrame:
    """Return the ``newest`` version of each line of each order (:data:`KEY`).

    Args:
        texts: Rows as text, with the columns that decide.
        plan: The rules.
        number: The rule's place in the plan.
    """
    return _aged(texts, plan, number).drop_nulls().group_by(KEY).agg(newest=pl.col("age").max())


def newest_of_all(pieces: list[pl.DataFrame]) -> pl.DataFrame:
    """Return the same of several parts of an export together."""
    return pl.concat(pieces).group_by(KEY).agg(pl.col("newest").max())


def is_older(texts: pl.DataFrame, plan: Plan, number: int, known: pl.DataFrame) -> pl.Series:
    """Return whether each row is an older version of another; never missing.

    Args:
        texts: Rows as text, with the columns that decide.
        plan: The rules.
        number: The rule's place in the plan.
        known: The newest versions in the whole export, as :func:`newest` has them.
    """
    rows = _aged(texts, plan, number)
    found = rows.join(known, on=KEY, how="left", maintain_order="left")
    return found.select((pl.col("age") < pl.col("newest")).fill_null(value=False)).to_series()
