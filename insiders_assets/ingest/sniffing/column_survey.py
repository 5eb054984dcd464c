"""Whole columns of one export, as far as somebody asks for them: what a doubt is found by and settled with."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.errors import ExportError
from insiders_assets.ingest.mapping.columns import FLAG
from insiders_assets.ingest.mapping.orders import beside, flagged, meant
from insiders_assets.ingest.mapping.schema import DERIVED, PER
from insiders_assets.ingest.mapping.text import NO_DATE, NOTHING
from insiders_assets.ingest.mapping.versions import is_older, newest
from insiders_assets.ingest.parsing.numbers import NumberEvidence, as_fraction, irregular, to_float
from insiders_assets.ingest.sniffing.format_inference import Evidence

if TYPE_CHECKING:
    from insiders_assets.ingest.mapping.columns import Plan
    from insiders_assets.ingest.model import Export
    from insiders_assets.ingest.parsing.numbers import Mark
    from insiders_assets.ingest.rules import FileRules

_NOTHING = pl.Series(["", *NOTHING], dtype=pl.String).implode()
_NOTHING_BESIDE = pl.Series(["", *NOTHING, *NO_DATE], dtype=pl.String).implode()


class Survey:
    """Columns of an export over all of its rows, each value once in memory: four bytes a row and column.

    Args:
        frame: The columns, named by their positions, as :meth:`of` makes them.
        header: The names of all columns.
        plan: Where our columns come from.
        rules: How the export is read.
    """

    def __init__(self, frame: pl.DataFrame, header: tuple[str, ...], plan: Plan, rules: FileRules) -> None:
        self.header, self.plan, self.rules = header, plan, rules
        self._frame = frame
        self._numbers: dict[int, pl.Series] = {}
        self._texts: dict[int, pl.Series] = {}
        self._values: dict[int, pl.DataFrame] = {}

    @classmethod
    def of(cls, export: Export, plan: Plan, rules: FileRules, positions: Iterable[int]) -> Survey:
        """Return the survey of an export.

        Args:
            export: The export.
            plan: Where our columns come from.
            rules: How it is read.
            positions: The columns that may be asked for, beside ours.
        """
        wanted = sorted({*positions, *plan.positions})
        categories = pl.Categorical(pl.Categories.random())
        pieces = [
            block.frame.select(pl.all().cast(categories))
            for block in export.blocks(wanted)
            if len(block.lines)
        ]
        empty = pl.DataFrame(schema={str(at): categories for at in wanted})
        return cls(pl.concat([empty, *pieces]) if pieces else empty, export.header, plan, rules)

    def planned(self, plan: Plan) -> Survey:
        """Return the same columns where ours come from others of them."""
        other = Survey(self._frame, self.header, plan, self.rules)
        other._texts, other._values = self._texts, self._values
        return other

    @property
    def rows(self) -> int:
        """Rows that have every field."""
        return self._frame.height

    def has(self, at: int) -> bool:
        """Return whether a column is at hand.

        Args:
            at: Its position in the header.
        """
        return str(at) in self._frame.columns

    def text(self, at: int) -> pl.Series:
        """Return a column as text without blanks around it; null where nothing is left.

        Args:
            at: Its position in the header.
        """
        if at not in self._texts:
            self._texts[at] = self._by_row(at, self._distinct_texts(at)["value"])
        return self._texts[at]

    def numbers(self, at: int) -> pl.Series:
        """Return a column as numbers; null where there is none.

        Args:
            at: Its position in the header.
        """
        if at not in self._numbers:
            self._numbers[at] = self._by_row(at, to_float(self._distinct_texts(at)["value"], self.mark))
            if (worth := self.plan.worth(at)) != 1:
                self._numbers[at] = self._numbers[at] * worth
        return self._numbers[at]

    def ours(self, name: str) -> pl.Series | None:
        """Return one of our columns as text; None if neither the export nor a constant gives it."""
        if name in self.plan.columns:
            return self.text(self.plan.columns[name])
        if (constant := self.plan.constants.get(name)) is not None:
            return pl.Series(name, [constant], dtype=pl.String).new_from_index(0, self.rows)
        return None

    @cached_property
    def quantity(self) -> pl.Series:
        """Quantities as numbers, negative where the plan knows a line for a return."""
        units = self.units
        return pl.select(pl.when(self.marked).then(-units.abs()).otherwise(units)).to_series()

    @cached_property
    def units(self) -> pl.Series:
        """Quantities as they are written."""
        return self._measure("quantity")

    @cached_property
    def marked(self) -> pl.Series:
        """Which lines a column of the plan marks as returns."""
        if FLAG not in self.plan.columns:
            return pl.Series(FLAG, [False], dtype=pl.Boolean).new_from_index(0, self.rows)
        text = self.text(self.plan.columns[FLAG]).to_frame(FLAG)
        return text.select(flagged(pl.col(FLAG), self.plan)).to_series()

    @cached_property
    def money_as_written(self) -> pl.Series:
        """The price or the total of each line, with the sign that it is written with."""
        return self._measure(DERIVED if DERIVED in self.plan.columns else "unit_price")

    @cached_property
    def money(self) -> pl.Series:
        """What each line amounts to by the plan; null where that is unknown."""
        if DERIVED in self.plan.columns:
            total = self.numbers(self.plan.columns[DERIVED])
            signed = pl.when(self.quantity < 0).then(-total.abs()).otherwise(total)
            return pl.select(signed).to_series().rename("money")
        money = self.quantity * self._measure("unit_price")
        if (per := self.plan.columns.get(PER)) is not None:
            pieces = self.numbers(per)
            money = money / pieces.set((pieces <= 0).fill_null(value=True), 1.0)
        return money.rename("money")

    @cached_property
    def paid(self) -> pl.Series:
        """What each line amounts to after the discounts of the plan, those of whole orders included."""
        money = self.money.fill_null(0.0)
        for discount, at in self.plan.discounts:
            off = self.numbers(at).abs().fill_null(0.0)
            if discount.level == "order":
                orders = self.ours("invoice_no")
                lines = pl.DataFrame({"order": orders, "off": off})
                once = pl.col("off").max().over("order") / pl.len().over("order")
                money = money - lines.select(off=once.fill_null(0.0)).to_series()
            elif discount.of == "share":
                money = money * (1 - as_fraction(off))
            else:
                money = money - (off * self.quantity.abs() if discount.of == "piece" else off)
        return money.rename("paid")

    @cached_property
    def kept(self) -> pl.Series:
        """Which rows no rule of the plan leaves out yet."""
        out = pl.Series("out", [False], dtype=pl.Boolean).new_from_index(0, self.rows)
        for number, (rule, at) in enumerate(self.plan.excluded):
            here = (
                self._older(number)
                if rule.older
                else self.text(at).to_frame(beside(at)).select(meant(self.plan, number)).to_series()
            )
            if rule.level == "order" and (orders := self.ours("invoice_no")) is not None:
                here = orders.is_in(orders.filter(here).drop_nulls().unique().implode()).fill_null(
                    value=False
                )
            out = out | here
        return ~out

    def _older(self, number: int) -> pl.Series:
        """Return which rows are older versions of others, by a rule of the plan."""
        places = (self.plan.excluded[number][1], self.plan.numbered.get(number))
        texts = pl.DataFrame(
            {
                name: self.ours(name)
                for name in ("invoice_no", "stock_code", "quantity", DERIVED, FLAG)
                if name in self.plan.columns
            }
            | {beside(at): self.text(at) for at in places if at is not None}
        )
        return is_older(texts, self.plan, number, newest(texts, self.plan, number))

    @cached_property
    def mark(self) -> Mark:
        """The decimal mark, on the evidence of every row; a point where the file does not tell."""
        evidence = Evidence(NumberEvidence())
        for name in ("quantity", "unit_price", DERIVED):
            if (at := self.plan.columns.get(name)) is not None:
                values = self._distinct(at)
                if irregular(values):
                    evidence.numbers.add(values)
        try:
            return evidence.formats(self.rules).mark
        except ExportError:
            return "point"

    def _measure(self, name: str) -> pl.Series:
        if name in self.plan.columns:
            return self.numbers(self.plan.columns[name])
        constant = pl.Series([self.plan.constants.get(name)], dtype=pl.String)
        return to_float(constant, "point").new_from_index(0, self.rows)

    def _distinct(self, at: int) -> pl.Series:
        values = self._frame[str(at)].unique().cast(pl.String).str.strip_chars()
        return values.filter(values.is_not_null() & (values != "")).unique()

    def _distinct_texts(self, at: int) -> pl.DataFrame:
        """Return the different cells of a column (``cell``) and their stripped text (``value``), null for none."""
        if at not in self._values:
            stripped = pl.col("cell").cast(pl.String).str.strip_chars()
            nothing = _NOTHING if at in self.plan.columns.values() else _NOTHING_BESIDE
            value = pl.when(~stripped.is_in(nothing)).then(stripped)
            self._values[at] = self._frame[str(at)].unique().to_frame("cell").with_columns(value=value)
        return self._values[at]

    def _by_row(self, at: int, values: pl.Series) -> pl.Series:
        """Return a column made of another, cell by cell: there are far fewer different cells than rows."""
        table = self._distinct_texts(at).select("cell").with_columns(values.alias("value"))
        rows = self._frame[str(at)].to_frame("cell")
        found = rows.join(table, on="cell", how="left", maintain_order="left", nulls_equal=True)
        return found["value"].rename(self.header[at])
