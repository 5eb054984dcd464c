"""The quick way: a block whose every value is written plainly becomes transactions in one look.

Nearly every row of nearly every export is plain. The few that are not are read in the thorough way of
:mod:`insiders_assets.ingest.conversion` instead, and where they are not few, the whole block is.
"""

from __future__ import annotations

import math
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.contracts.customers import ANONYMOUS
from insiders_assets.ingest.conversion import LIMIT, NEEDED
from insiders_assets.ingest.converted import TRANSACTION_COLUMNS
from insiders_assets.ingest.mapping.columns import Plan
from insiders_assets.ingest.mapping.text import TEXTS, needs_cleaning, text_exprs
from insiders_assets.ingest.parsing.dates import FIRST, LAST, LEAP_SECOND, plain_form
from insiders_assets.ingest.parsing.ids import IDS, PEOPLE, impossible, needs_care, unified

if TYPE_CHECKING:
    from insiders_assets.ingest.model import Block
    from insiders_assets.ingest.parsing.date_limits import Limits

_TAILS, _ROUNDED, _ZEROS = "tails", "rounded", "zeros"
"""Whether an identifier of the block may be written in more ways than one, may be a number that a spreadsheet rounded,
or a customer's begins with a zero."""
_CARE = "care "
"""What the flag of a column begins with that has values to be cleaned."""

MOST_ODD = 2_000
"""Rows of a block that are read one by one."""
ODD_SHARE = 0.05
"""Share of a block's rows up to which that pays."""


class PlainReader:
    """Reads blocks of one layout whose values are written plainly.

    A column of text is taken as it is until a block has a value in it that has to be cleaned: cleaning every value
    costs as much as parsing it.

    Args:
        plan: Where our columns come from; a plain one.

    Attributes:
        led_by_zeros: Whether a customer's id began with a zero.
        drop_zeros: Whether zeros in front of a customer's number mean nothing.
        changes: How many identifiers each rule changed.
        limits: The days between which rows can be, if not all can.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._careful: frozenset[str] = frozenset()
        self.led_by_zeros = self.drop_zeros = False
        self.changes: Counter[str] = Counter()
        self.limits: Limits | None = None

    def read(self, block: Block) -> tuple[pl.DataFrame, list[int]] | None:
        """Return rows as transactions as far as every value of theirs is written plainly and none is at fault.

        Args:
            block: The rows.

        Returns:
            The transactions, and the positions of the rows that are none yet; None if those are not few.
        """
        form = plain_form(block.first[self.plan.columns["invoice_date"]]) if block.first else None
        if form is None:
            return None
        try:
            found = self._found(block, form, self._careful if block.only_spaces else frozenset(TEXTS))
        except pl.exceptions.PolarsError:
            return None
        if found.height != len(block.lines):
            return None
        asked = (found.drop_in_place(name) for name in (_TAILS, _ROUNDED, _ZEROS))
        tails, may_be_rounded, zeros = (bool(flag[:1].any()) for flag in asked)
        self.led_by_zeros |= zeros
        odd: list[int] = []
        late = None
        if self.limits and found["invoice_date"].max() is not None:
            late = found.select(~self.limits.within).to_series()
        if may_be_rounded or not _is_plain(found) or (late is not None and late.any()):
            faulty = found.select(_FAULTY).to_series()
            faulty = faulty if late is None else faulty | late
            odd = faulty.arg_true().to_list()
            if len(odd) > MOST_ODD or len(odd) > ODD_SHARE * found.height:
                return None
            found = found.filter(~faulty)
        if tails or self.drop_zeros:
            found = unified(found, self.changes, zeros=self.drop_zeros)
        return found, odd

    def _found(self, block: Block, form: str, careful: frozenset[str]) -> pl.DataFrame:
        """Return the rows as transactions, columns read again with care where they turn out to need it."""
        exprs = _exprs(form, tuple(self.plan.columns.items()), careful)
        found = block.scan.select(*exprs, source_line=block.lines).collect()
        flags = {name: found.drop_in_place(name) for name in found.columns if name.startswith(_CARE)}
        if need := {name.removeprefix(_CARE) for name, flag in flags.items() if flag[:1].any()}:
            self._careful |= need
            return self._found(block, form, careful | need)
        return found


def _is_plain(found: pl.DataFrame) -> bool:
    return (
        not any(found[name].null_count() for name in NEEDED)
        and _within(found["quantity"], -LIMIT, LIMIT)
        and _within(found["unit_price"], -LIMIT, LIMIT)
        and _within(found["invoice_date"], FIRST, LAST)
        and math.isfinite(found["unit_price"].sum())
    )


_FAULTY = pl.any_horizontal(
    *(pl.col(name).is_null() for name in NEEDED),
    *(~pl.col(name).is_between(-LIMIT, LIMIT) for name in ("quantity", "unit_price")),
    pl.col("unit_price").is_nan(),
    impossible(),
    ~pl.col("invoice_date").is_between(FIRST, LAST, closed="left"),
).fill_null(value=True)
"""Rows that are not plain after all."""


@lru_cache(maxsize=64)
def _exprs(form: str, columns: tuple[tuple[str, int], ...], careful: frozenset[str]) -> list[pl.Expr]:
    """Return every column read in the plain way, null where that fails.

    And a flag for every one that was read carelessly.
    """
    source = {name: pl.col(str(at)) for name, at in columns}
    careless = [name for name in TEXTS if name in source and name not in careful]
    moment = source["invoice_date"]
    moment = pl.when(~moment.str.ends_with(LEAP_SECOND)).then(moment) if form.endswith("%S") else moment
    date = moment.str.to_datetime(form, time_unit="us", strict=False)
    exprs = text_exprs(Plan(dict(columns))) | {
        "quantity": source["quantity"].cast(pl.Int64, strict=False),
        "unit_price": source["unit_price"].cast(pl.Float64, strict=False),
        "invoice_date": date,
        "invoice_day": date.dt.epoch("d").cast(pl.Int32),
    }
    exprs |= {name: source[name] for name in careless}
    # What may be written in more ways than one is looked for on the way: a query of its own would cost more.
    ids = {name: source[name] for name in IDS if name in source}
    people = [source[name].str.contains_any(["E+", "e+"]) for name in PEOPLE if name in source]
    people.append(source["customer_id"].str.starts_with(ANONYMOUS))
    ordered = [exprs[name].alias(name) for name in TRANSACTION_COLUMNS if name in exprs]
    flags = [needs_cleaning(name, source[name]).alias(_CARE + name) for name in careless]
    led = source["customer_id"].str.starts_with("0").any()
    asked = [
        needs_care(ids, careful).alias(_TAILS),
        pl.any_horizontal(people).any().alias(_ROUNDED),
        led.alias(_ZEROS),
    ]
    return [*ordered, *asked, *flags]


def _within(values: pl.Series, low: Any, high: Any) -> bool:
    return values.is_empty() or bool(low <= values.min() and values.max() <= high)
