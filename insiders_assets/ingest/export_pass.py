"""One pass over the rows of an export: block after block, the quick way where it holds, converted and handed on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.errors import ExportError
from insiders_assets.ingest.conversion import convert
from insiders_assets.ingest.converted import Converted, rejected_only
from insiders_assets.ingest.fast_path import PlainReader
from insiders_assets.ingest.mapping.order_facts import orders_of
from insiders_assets.ingest.mapping.orders import Orders, needs_orders
from insiders_assets.ingest.mapping.text import texts_of
from insiders_assets.ingest.parsing.currency_signs import codes
from insiders_assets.ingest.parsing.ids import zeros_mean_nothing
from insiders_assets.ingest.parsing.thousands import PointWatch
from insiders_assets.ingest.row_counter import RowCounter
from insiders_assets.ingest.sniffing.format_inference import Evidence, Formats

if TYPE_CHECKING:
    from insiders_assets.ingest.mapping.columns import Plan
    from insiders_assets.ingest.model import Block, Export
    from insiders_assets.ingest.rules import FileRules


class ExportPass:
    """Reads one export.

    Formats are decided on the evidence of the whole export, but most exports decide theirs in the first block, or are
    written so plainly that there is nothing to decide. So rows are converted as soon as that is possible, and another
    pass is made only if what came later changed the formats.
    """

    def __init__(self, export: Export, rules: FileRules, counter: RowCounter, plan: Plan) -> None:
        self._export, self._rules, self._counter, self._plan = export, rules, counter, plan
        self._evidence = Evidence()
        self._plain = self._doubtful = False
        self._waiting = needs_orders(plan)
        self._formats: Formats | None = None
        self._plain_reader = PlainReader(plan)
        self._points = PointWatch(plan.columns)
        self._orders = Orders()

    @property
    def changes(self) -> Mapping[str, int]:
        """How many identifiers each rule changed."""
        return self._plain_reader.changes

    @property
    def currencies(self) -> set[str]:
        """The currencies whose signs stand beside amounts that are taken as they are."""
        return set() if self._plan.currency else codes(self._evidence.numbers.currencies)

    def read(self) -> Formats:
        """Read every row, and return the formats."""
        for block in self._export.blocks(self._plan.positions):
            self._take_or_wait(block)
        try:
            final = self._final()
        except ExportError:
            self._counter.withdraw()
            raise
        as_read = self._formats or final
        zeros = self._zeros_mean_nothing()
        if zeros or self._waiting or as_read != final or (self._plain and final.mark != "point"):
            self._read_again(final, zeros=zeros)
        if limits := self._rules.limits(self._counter.days):
            final = replace(final, limits=limits)
            self._read_again(final, zeros=zeros)
        return final

    def _read_again(self, formats: Formats, *, zeros: bool) -> None:
        """Forget what was read, and read it in the way that turned out to be right."""
        self._counter.restart()
        self._orders = orders_of(self._export, self._plan, formats.mark)
        reader = self._plain_reader
        reader.changes.clear()
        reader.drop_zeros, reader.limits = zeros, formats.limits
        for block in self._export.blocks(self._plan.positions):
            self._counter.take(block, self._converted(block, formats))

    def _texts(self, frame: pl.DataFrame) -> pl.DataFrame:
        reader = self._plain_reader
        return texts_of(frame, self._plan, reader.changes, zeros=reader.drop_zeros)

    def _zeros_mean_nothing(self) -> bool:
        """Return whether a customer's number stands in the export with zeros in front and without."""
        if not self._plain_reader.led_by_zeros:
            return False
        at = self._plan.columns.get("customer_id")
        if at is None:
            return False
        people = [block.frame.to_series().unique() for block in self._export.blocks([at]) if len(block.lines)]
        return zeros_mean_nothing(pl.concat(people).str.strip_chars().drop_nulls())

    def _take_or_wait(self, block: Block) -> None:
        """Convert a block if it is known how; gather evidence unless it is plain."""
        if not len(block.lines):
            self._counter.take(block, rejected_only(block.rejected))
            return
        if self._rules.decimal == "auto" and self._points.doubts(block):
            self._doubtful = True
        good, odd = None if self._waiting or self._doubtful else self._plainly(block, self._formats), block
        if good:
            self._plain = True
            self._evidence.dates.add_iso(good.frame["invoice_date"])
            if good.odd is None:
                self._counter.take(block, Converted(good.frame, block.rejected))
                return
            odd = good.odd
        texts = self._texts(odd.frame)
        self._plain_reader.led_by_zeros |= bool(texts["customer_id"].str.starts_with("0").any())
        self._evidence.add(texts, everything=self._doubtful)
        if self._formats is None and not self._waiting:
            try:
                self._formats = self._evidence.formats(self._rules)
            except ExportError:
                self._waiting = True
        if self._formats is None:
            self._counter.count(block)
        else:
            self._counter.take(block, _joined(block, good, self._convert(odd, texts, self._formats)))

    def _final(self) -> Formats:
        """Return the formats on the evidence of every row."""
        try:
            final = self._evidence.formats(self._rules)
            if not self._plain or final.mark == "point":
                return final
        except ExportError:
            if not self._plain:
                raise
        evidence = Evidence()
        for block in self._export.blocks(self._plan.positions):
            if len(block.lines):
                evidence.add(texts_of(block.frame, self._plan), everything=True)
        return evidence.formats(self._rules)

    def _converted(self, block: Block, formats: Formats) -> Converted:
        if not len(block.lines):
            return rejected_only(block.rejected)
        good, odd = self._plainly(block, formats), block
        if good:
            if good.odd is None:
                return Converted(good.frame, block.rejected)
            odd = good.odd
        return _joined(block, good, self._convert(odd, self._texts(odd.frame), formats))

    def _convert(self, block: Block, texts: pl.DataFrame, formats: Formats) -> Converted:
        return convert(block, texts, formats, self._plan, self._orders)

    def _plainly(self, block: Block, formats: Formats | None) -> _Plain | None:
        """Return the plain rows of a block converted at once, if they may be read so."""
        mark = formats.mark if formats else self._rules.decimal
        if mark == "comma" or not self._plan.is_plain:
            return None
        if (found := self._plain_reader.read(block)) is None:
            return None
        frame, odd = found
        return _Plain(frame, block.part(odd) if odd else None)


@dataclass(frozen=True)
class _Plain:
    """Transactions of a block, and its other rows if there are any."""

    frame: pl.DataFrame
    odd: Block | None


def _joined(block: Block, good: _Plain | None, found: Converted) -> Converted:
    """Return what became of a block of which some rows were converted at once and the others one by one."""
    if good is None:
        return found
    transactions, rejected = good.frame, block.rejected
    if found.transactions.height:
        transactions = pl.concat([transactions, found.transactions]).sort("source_line")
    if found.rejected.height:
        rejected = pl.concat([rejected, found.rejected]).sort("source_line", maintain_order=True)
    return replace(found, transactions=transactions, rejected=rejected)
