"""The columns of money of an export, by what they may be: what prices, totals and discounts are inferred from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.ingest.doubts.arithmetic import HOLDS, agreement, is_constant_within
from insiders_assets.ingest.doubts.money_words import TIPS, is_price_unit, money_of
from insiders_assets.ingest.mapping.header_aliases import normalise
from insiders_assets.ingest.mapping.header_words import notions
from insiders_assets.ingest.mapping.schema import DERIVED
from insiders_assets.ingest.parsing.numbers import to_float
from insiders_assets.ingest.questions.question import OPEN

if TYPE_CHECKING:
    from insiders_assets.ingest.doubts.detector import Header
    from insiders_assets.ingest.sniffing.column_survey import Survey

FEWEST_ORDERS = 5
"""Orders, and different amounts of theirs, from which an amount is taken for that of the order."""
AMOUNTS = ("unit", "price", "line", "amount", "order")
"""Kinds of money that a line may have been sold for."""


def taken_for_price(header: Header) -> int | None:
    """Return the position of the column that is taken for what was paid."""
    return header.plan.columns.get(DERIVED, header.plan.columns.get("unit_price"))


def money_beside(header: Header) -> list[int]:
    """Return positions of columns taken for nothing that may be money: the price of a line, or a discount."""
    kinds = {at: money_of(header.names[at]) for at in header.free}
    found = [
        at for at in header.free if kinds[at] in (*AMOUNTS, "discount") or is_price_unit(header.names[at])
    ]
    if "discount" in kinds.values():  # the price of the list shows what a discount is taken off
        found += [
            at for at in header.free if kinds[at] == "aside" and "price" in notions(header.names[at])[0]
        ]
    if any(TIPS & set(normalise(header.names[at]).split()) for at in header.free):  # a total may be with it
        found += [at for at in header.free if kinds[at] in ("aside", "tax")]
    return sorted({*found})


class Columns:
    """The columns of money of a survey, by what they may be.

    Args:
        survey: The survey.
        header: What is known of the export.
        places: Positions of columns of money in it, beside the one that is taken for what was paid.
    """

    def __init__(self, survey: Survey, header: Header, places: Iterable[int]) -> None:
        self.survey, self.names, self.mapping = survey, header.names, header.mapping
        self.pieces = survey.quantity.abs()
        taken = taken_for_price(header)
        found = sorted({*places} | ({taken} if taken is not None else set()))
        self.kinds = {at: money_of(header.names[at]) or "price" for at in found}
        self.taken = taken

    def amounts(self) -> list[int]:
        """Return positions of filled columns that a line may have been sold for, without order totals."""
        found = [
            at
            for at, kind in self.kinds.items()
            if kind in AMOUNTS and self._filled(at) and not self._is_running(at)
        ]
        return [at for at in found if at == self.taken or not self.is_of_order(at)]

    def discounts(self) -> list[int]:
        """Return positions of columns of discounts, not all zero, of which nobody has said anything yet."""
        return [
            at for at, kind in self.kinds.items()
            if kind == "discount" and at != self.taken and not self._is_spoken_of(at)
            and bool((self.money(at).fill_null(0) != 0).any())
        ]  # fmt: skip

    def _is_spoken_of(self, at: int) -> bool:
        said = self.mapping
        answered = [
            key.removeprefix("discount: ") for key, answer in (said.answers.items() if said else ())
            if key.startswith("discount: ") and answer != OPEN
        ]  # fmt: skip
        return said is not None and (
            any(discount.column == self.names[at] for discount in said.discounts)
            or any(self.names[at] in (names, *names.split(", ")) for names in answered)
        )

    def is_percent(self, at: int) -> bool:
        """Return whether a column writes its values in percent."""
        return bool(self.survey.text(at).str.ends_with("%").any())

    def money(self, at: int) -> pl.Series:
        """Return what a column holds, without its sign."""
        numbers = self.survey.numbers(at)
        if not numbers.drop_nulls().len() and self.is_percent(at):
            return to_float(
                self.survey.text(at).str.strip_suffix("%").str.strip_chars(), self.survey.mark
            ).abs()
        return numbers.abs()

    def line(self, at: int) -> pl.Series:
        """Return what a line amounts to if a column holds the price of one piece."""
        return self.money(at) * self.pieces

    def is_of_order(self, at: int) -> bool:
        """Return whether a column holds one amount for each order, on each of its lines or on one of them."""
        orders = self.survey.ours("invoice_no")
        if orders is None or self.kinds[at] in ("unit", "price"):
            return False
        if (
            self.kinds[at] == "line"
        ):  # a plain ``Total`` is the line's, unless lines of different worth share it
            return self._is_shared(at, orders)
        return self.kinds[at] == "order" or is_constant_within(self.survey.numbers(at), orders)

    def _is_shared(self, at: int, orders: pl.Series) -> bool:
        """Return whether lines of one order that cost different amounts hold the same, in several orders."""
        if self.taken is None or at == self.taken:
            return False
        lines = pl.DataFrame({"order": orders, "own": self.line(self.taken).round(2), "held": self.money(at)})
        each = (
            lines.drop_nulls()
            .group_by("order")
            .agg(pl.col("own").n_unique(), pl.col("held").n_unique(), pl.col("held").first().alias("value"))
            .filter(pl.col("own") > 1)
        )
        return (
            each.height >= FEWEST_ORDERS
            and each["value"].n_unique() >= FEWEST_ORDERS
            and float((each["held"] == 1).mean() or 0.0) >= HOLDS  # type: ignore[arg-type]
        )

    def is_of_order_amount(self, at: int) -> bool:
        """Return whether a discount stands once for each order: on one of its lines, or the same on each."""
        orders = self.survey.ours("invoice_no")
        return orders is not None and is_constant_within(self.survey.numbers(at), orders)

    def _is_running(self, at: int) -> bool:
        """Return whether a column adds up what the lines before it amount to, upwards or downwards."""
        if self.taken is None or at == self.taken:
            return False
        step, line = self.survey.numbers(at).diff().abs(), self.line(self.taken)
        return any(agreement(step, other).holds for other in (line, line.shift(1), self.money(self.taken)))

    def _filled(self, at: int) -> bool:
        # Lines without pieces, as those of a whole order or its payment, hold what others do not.
        values = self.survey.numbers(at).filter(self.pieces.is_not_null())
        return len(values) > 0 and values.null_count() < 0.5 * len(values)


def writes(columns: Columns, name: str, at: int) -> dict[str, Any]:
    """Return the keys of a mapping by which a column is the price of a piece, or the total of the line."""
    other = "unit_price" if name == DERIVED else DERIVED
    return {"columns": {name: columns.names[at], other: None}}
