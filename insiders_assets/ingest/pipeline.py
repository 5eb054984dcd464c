"""One file from its bytes to transactions and rejected rows, in one pass wherever one is enough."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.errors import ExportError
from insiders_assets.ingest.conversion import convert
from insiders_assets.ingest.converted import Converted, nothing_but
from insiders_assets.ingest.fast_path import PlainReader
from insiders_assets.ingest.formats.archives import readable
from insiders_assets.ingest.joined import open_joined
from insiders_assets.ingest.mapping.filling import filled
from insiders_assets.ingest.mapping.order_facts import orders_of
from insiders_assets.ingest.mapping.orders import Orders, needs_orders
from insiders_assets.ingest.mapping.text import texts_of
from insiders_assets.ingest.parsing.ids import zeros_mean_nothing
from insiders_assets.ingest.parsing.thousands import PointWatch
from insiders_assets.ingest.questions.question_text import left_over, passed_over
from insiders_assets.ingest.resolution import Reading, decided
from insiders_assets.ingest.row_counter import Sink, Tally, without_values
from insiders_assets.ingest.sniffing.format_inference import Evidence, Formats

if TYPE_CHECKING:
    from pathlib import Path

    from insiders_assets.ingest.mapping.columns import Plan
    from insiders_assets.ingest.model import Block, Export
    from insiders_assets.ingest.questions.question import Settled
    from insiders_assets.ingest.rules import FileRules
    from insiders_assets.ingest.stats import Outcome

MUCH = 0.01
"""Share of the totals of orders from which a difference to their lines is told."""


def read_file(
    path: Path,
    rules: FileRules,
    sinks: Callable[[str], Sink],
    mended: Mapping[str, pl.DataFrame] | None = None,
) -> dict[str, Outcome]:
    """Read every export in a file.

    Args:
        path: The file.
        rules: How it is read.
        sinks: Gives the sink of an export by its name within the file (empty for the file itself).
        mended: Mended rows of its exports, by the same names.

    Returns:
        What became of each export, by its name within the file.
    """
    try:
        with readable():
            exports = open_joined(path, rules)
    except ExportError as error:
        return {"": unread(rules, sinks(""), error)}
    rows = mended or {}
    return {
        name: read_export(opened, rules, sinks(name), rows.get(name), rules.repeated.get(name))
        for name, opened in exports.items()
    }


def unread(rules: FileRules, sink: Sink, error: ExportError) -> Outcome:
    """What becomes of a file that is set aside before any export in it is opened.

    Args:
        rules: How it would have been read.
        sink: Where the reason goes.
        error: The reason.
    """
    tally = Tally(sink, rules)
    tally.set_aside(error)
    return tally.outcome


def read_export(
    opened: Callable[[], Export],
    rules: FileRules,
    sink: Sink,
    mended: pl.DataFrame | None = None,
    repeated: Mapping[str, str] | None = None,
) -> Outcome:
    """Read one export into ``sink``.

    Args:
        opened: Opens it.
        rules: How it is read.
        sink: Where transactions and rejected rows go.
        mended: Rows of it that were rejected once and are mended.
        repeated: Orders of it that another export holds whole, with that export's name.

    Returns:
        What became of it. An export that cannot be read is set aside, with the reason, and never raised.
    """
    tally = Tally(sink, rules, mended, repeated)
    try:
        with readable():
            export = opened()
            tally.outcome.form = export.form
            reading = _reading(export, rules, tally)
            one = _Pass(filled(export, reading.plan), rules, tally, reading.plan)
            formats = one.read()
            if tally.suspected:
                again = _counting(export, tally, lambda: decided(export, rules, suspected=tally.suspected))
                if again.plan != reading.plan:
                    tally.restart()
                    one = _Pass(filled(export, again.plan), rules, tally, again.plan)
                    formats = one.read()
                reading = again
            notes = [passed_over(question) for question in reading.passed]
            notes += [left_over(each) for each in reading.settled if _is_left_over(each)]
            tally.outcome.notes = [without_values(note) for note in notes] if rules.privacy.is_on else notes
            tally.outcome.form = (
                export.form | {"dates": formats.order, "decimal": formats.mark} | _facts(reading)
            )
            tally.outcome.unified = {rule: count for rule, count in sorted(one.changes.items()) if count}
        tally.finish()
    except ExportError as error:
        tally.set_aside(error)
    return tally.outcome


def _is_left_over(settled: Settled) -> bool:
    """Whether totals of orders hold so much that their lines do not that a user should know."""
    told = settled.arguments
    return settled.code == "order_total" and abs(told["difference"]) > MUCH * abs(told["total"])


def _reading(export: Export, rules: FileRules, tally: Tally) -> Reading:
    """How an export is read; if that cannot be told, its rows are counted all the same."""
    return _counting(export, tally, lambda: decided(export, rules))


def _facts(reading: Reading) -> dict[str, Any]:
    """What is kept of how an export was understood: its built-in form, and what it settled by itself."""
    found: dict[str, Any] = {}
    if reading.form:
        found["built_in"] = f"{reading.form.name} {reading.form.version}"
    if reading.plan.price_worth != 1:
        found["cents"] = True
    if reading.plan.unified:
        found["unify_ids"] = list(reading.plan.unified)
    if reading.settled:
        found["settled"] = [
            {"code": each.code, "columns": list(each.columns)} | dict(each.arguments)
            for each in reading.settled
        ]
    return found


def _counting(export: Export, tally: Tally, told: Callable[[], Reading]) -> Reading:
    try:
        return told()
    except ExportError:
        tally.restart()
        for block in export.blocks([0] if export.header else []):
            tally.count(block)
        raise


class _Pass:
    """Reads one export.

    Formats are decided on the evidence of the whole export, but most exports decide theirs in the first block, or are
    written so plainly that there is nothing to decide. So rows are converted as soon as that is possible, and another
    pass is made only if what came later changed the formats.
    """

    def __init__(self, export: Export, rules: FileRules, tally: Tally, plan: Plan) -> None:
        self._export, self._rules, self._tally, self._plan = export, rules, tally, plan
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

    def read(self) -> Formats:
        """Read every row, and return the formats."""
        for block in self._export.blocks(self._plan.positions):
            self._take_or_wait(block)
        try:
            final = self._final()
        except ExportError:
            self._tally.withdraw()
            raise
        as_read = self._formats or final
        zeros = self._zeros_mean_nothing()
        if zeros or self._waiting or as_read != final or (self._plain and final.mark != "point"):
            self._read_again(final, zeros=zeros)
        if limits := self._rules.limits(self._tally.days):
            final = replace(final, limits=limits)
            self._read_again(final, zeros=zeros)
        return final

    def _read_again(self, formats: Formats, *, zeros: bool) -> None:
        """Forget what was read, and read it in the way that turned out to be right."""
        self._tally.restart()
        self._orders = orders_of(self._export, self._plan, formats.mark)
        reader = self._plain_reader
        reader.changes.clear()
        reader.drop_zeros, reader.limits = zeros, formats.limits
        for block in self._export.blocks(self._plan.positions):
            self._tally.take(block, self._converted(block, formats))

    def _texts(self, frame: pl.DataFrame) -> pl.DataFrame:
        reader = self._plain_reader
        return texts_of(frame, self._plan, reader.changes, zeros=reader.drop_zeros)

    def _zeros_mean_nothing(self) -> bool:
        """Whether a customer's number stands in the export with zeros in front and without."""
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
            self._tally.take(block, nothing_but(block.rejected))
            return
        if self._rules.decimal == "auto" and self._points.doubts(block):
            self._doubtful = True
        good, odd = None if self._waiting or self._doubtful else self._plainly(block, self._formats), block
        if good:
            self._plain = True
            self._evidence.dates.add_iso(good.frame["invoice_date"])
            if good.odd is None:
                self._tally.take(block, Converted(good.frame, block.rejected))
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
            self._tally.count(block)
        else:
            self._tally.take(block, _joined(block, good, self._convert(odd, texts, self._formats)))

    def _final(self) -> Formats:
        """The formats on the evidence of every row."""
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
            return nothing_but(block.rejected)
        good, odd = self._plainly(block, formats), block
        if good:
            if good.odd is None:
                return Converted(good.frame, block.rejected)
            odd = good.odd
        return _joined(block, good, self._convert(odd, self._texts(odd.frame), formats))

    def _convert(self, block: Block, texts: pl.DataFrame, formats: Formats) -> Converted:
        return convert(block, texts, formats, self._plan, self._orders)

    def _plainly(self, block: Block, formats: Formats | None) -> _Plain | None:
        """The plain rows of a block converted at once, if they may be read so."""
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
    """What became of a block of which some rows were converted at once and the others one by one."""
    if good is None:
        return found
    transactions, rejected = good.frame, block.rejected
    if found.transactions.height:
        transactions = pl.concat([transactions, found.transactions]).sort("source_line")
    if found.rejected.height:
        rejected = pl.concat([rejected, found.rejected]).sort("source_line", maintain_order=True)
    return Converted(transactions, rejected, found.blank)
