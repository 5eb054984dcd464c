"""Handing on what is read from one export, and counting it: no row may be missing from the count."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
import polars as pl

from insiders_assets.contracts.messages import with_facts
from insiders_assets.errors import ExportError
from insiders_assets.ingest.converted import COST, Converted
from insiders_assets.ingest.doubts.suspicion import suspected
from insiders_assets.ingest.duplicates import RepeatCounter, RepeatFinder
from insiders_assets.ingest.mapping.exclusion import summed
from insiders_assets.ingest.model import rejected_frame, rejected_together, too_long
from insiders_assets.ingest.parsing.date_limits import DayCounts
from insiders_assets.ingest.refusal import CutShortError, RefusedExportError, reason_of
from insiders_assets.ingest.stats import Outcome
from insiders_assets.language.message import Message, message, percent
from insiders_assets.language.writer import message_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from insiders_assets.ingest.doubts.detector import Detector
    from insiders_assets.ingest.model import Block
    from insiders_assets.ingest.rules import FileRules

HARDLY = 0.04
"""A price that most shops' products exceed; the price floor, unless set otherwise."""
WORTH = 0.001
"""Share of an export's money from which lines whose price is hardly one are goods sold by the thousandth."""
SHOWN_OF_SET_ASIDE = 1000
"""Rejected rows kept of an export that is set aside as a whole: enough to see what is wrong with it."""


def without_values(text: str) -> str:
    """Return what is said of an export without the values that it quotes, which stand in brackets."""
    return re.sub(r" \(.*\)", "", text, flags=re.DOTALL)


class Sink(Protocol):
    """Takes in what is read from an export, piece by piece."""

    def transactions(self, frame: pl.DataFrame) -> None:
        """Take in transactions: all columns of the contract but the file."""

    def rejected(self, frame: pl.DataFrame) -> None:
        """Take in rejected rows: all columns of the contract but the file and when it arrived."""

    def discard(self) -> None:
        """Forget everything taken in so far."""


class RowCounter:
    """What became of one export so far.

    Args:
        sink: Where its rows go.
        rules: How it is read.
        corrected: Rows of it that were rejected once and are corrected, as transactions ready to be kept.
        repeated: Orders that another export holds whole, with that export's name.

    Attributes:
        days: Its transactions by day.
        watched: Whether detectors look at its transactions; not if they have.
        no_costs: Its rows whose cost is no number.
    """

    def __init__(
        self,
        sink: Sink,
        rules: FileRules,
        corrected: pl.DataFrame | None = None,
        repeated: Mapping[str, str] | None = None,
        *,
        watched: bool = True,
    ) -> None:
        self._watched = watched
        self.outcome = Outcome()
        self._mended, self._repeated = corrected, repeated or {}
        self._sink, self._rules = sink, rules
        self._counter, self._finder = RepeatCounter(), RepeatFinder()
        self._shown = rejected_frame([])
        self._excluded: list[pl.DataFrame] = []
        self.suspected: list[Detector] = []
        self.no_costs = 0
        self.days = DayCounts()

    def count(self, block: Block) -> None:
        """Count rows that are not converted yet, or never will be."""
        self.outcome.rows_read += block.rows
        if self.outcome.rows_read > self._rules.max_rows:
            raise too_long(self._rules.max_rows)

    def take(self, block: Block, found: Converted) -> None:
        """Count and hand on converted rows."""
        self.count(block)
        self.outcome.rows_read -= found.blank
        self.outcome.rows_faulty += found.rejected.height
        if found.transactions.height:
            self.days.add(found.transactions["invoice_day"])
            found = self._without_repeats(block, found)
        # Repeats are found first: rows that differ in what is not kept are no repeats.
        found = self._without_repeated_orders(block, self._with_mended(self._rules.privacy.apply(found)))
        self.outcome.rows_added += found.added
        self.no_costs += found.no_costs
        self.outcome.rows_transactions += found.transactions.height - found.added
        self.outcome.rows_quarantined += int(found.rejected["rows"].sum())
        if found.excluded.height:
            self._excluded.append(found.excluded)
        if found.transactions.height:
            if self._watched:
                self._suspect(found.transactions)
            self._weigh(found.transactions)
            self._sink.transactions(found.transactions)
        if found.rejected.height:
            if self._shown.height < SHOWN_OF_SET_ASIDE:
                self._shown = pl.concat([self._shown, found.rejected]).head(SHOWN_OF_SET_ASIDE)
            self._sink.rejected(found.rejected)

    def _weigh(self, transactions: pl.DataFrame) -> None:
        """Add up what transactions amount to, and what of it is on lines whose price is hardly one."""
        price = transactions["unit_price"].to_numpy()
        value = np.abs(transactions["quantity"].to_numpy() * price)
        self.outcome.money += float(value.sum())
        self.outcome.cheap += float(value[(price > 0) & (price <= HARDLY)].sum())

    def _suspect(self, transactions: pl.DataFrame) -> None:
        """Keep in mind who wants to look at the export whole because of these transactions."""
        self.suspected += [each for each in suspected(transactions) if each not in self.suspected]

    def _without_repeated_orders(self, block: Block, found: Converted) -> Converted:
        """Put rows of orders that another export holds whole into quarantine."""
        if not self._repeated:
            return found
        order = found.transactions["invoice_no"]
        again = order.is_in(list(self._repeated))
        lines = found.transactions["source_line"].filter(again)
        places = block.lines.search_sorted(lines).to_list()
        texts = [None] * len(lines) if self._rules.privacy.is_on else block.texts(places)
        reasons = {
            name: message("row.repeated_order", file=self._repeated[name])
            for name in order.filter(again).unique()
        }
        rows = rejected_frame(
            [
                (line, None, None, reasons[name], text)
                for line, name, text in zip(lines, order.filter(again), texts, strict=True)
            ]
        )
        rejected = pl.concat([found.rejected, rows]).sort("source_line", maintain_order=True)
        return replace(found, transactions=found.transactions.filter(~again), rejected=rejected)

    def _with_mended(self, found: Converted) -> Converted:
        """Put corrected rows in the place of the rejected ones that they were."""
        if self._mended is None or not found.rejected.height:
            return found
        rows = self._mended.filter(
            pl.col("source_line").is_in(found.rejected["source_line"].drop_nulls().to_list())
        )
        if not rows.height:
            return found
        lines = rows["source_line"].to_list()
        if COST in found.transactions.columns and COST not in rows.columns:
            rows = rows.with_columns(pl.lit(None, dtype=pl.Float64).alias(COST))
        self.outcome.rows_faulty -= rows.height
        both = pl.concat([found.transactions, rows.select(found.transactions.columns)])
        return replace(
            found,
            transactions=both.sort("source_line", maintain_order=True),
            rejected=found.rejected.filter(~pl.col("source_line").is_in(lines).fill_null(value=False)),
        )

    def _without_repeats(self, block: Block, found: Converted) -> Converted:
        """Count rows that repeat an earlier one, and reject them if the rules say so."""
        rows = found.transactions.clone()
        rows.drop_in_place("source_line")
        if self._rules.duplicate_rows == "keep":
            self._counter.add(rows)
            return found
        repeats = self._finder.find(rows)
        self.outcome.duplicates += int(repeats.sum())
        lines = found.transactions["source_line"].filter(repeats)
        texts = block.texts(block.lines.search_sorted(lines).to_list())
        reason = message("row.repeated")
        again = rejected_frame(
            [(line, None, None, reason, text) for line, text in zip(lines, texts, strict=True)]
        )
        rejected = pl.concat([found.rejected, again]).sort("source_line", maintain_order=True)
        return replace(found, transactions=found.transactions.filter(~repeats), rejected=rejected)

    def finish(self) -> None:
        """Close the count.

        Raises:
            ExportError: Too large a share of the rows could not be read.
        """
        outcome = self.outcome
        if outcome.rows_faulty > self._rules.max_rejected * outcome.rows_read:
            raise RefusedExportError(
                "export.faulty",
                self._usual_fault(),
                faulty=outcome.rows_faulty,
                rows=outcome.rows_read,
                share=percent(self._rules.max_rejected, 0),
            )
        if self._rules.duplicate_rows == "keep":
            self.outcome.duplicates = self._counter.count
        outcome.excluded = summed(self._excluded)
        # To the cent: beyond it, a sum follows the order in which a processor adds.
        outcome.money, outcome.cheap = round(outcome.money, 2), round(outcome.cheap, 2)

    def _usual_fault(self) -> Message | None:
        """Return what is wrong with most of the rejected rows, with an example."""
        named = self._shown.filter(pl.col("column").is_not_null())
        if not named.height:
            return None
        alike = named.group_by("column", *with_facts("reason"), maintain_order=True)
        most = alike.agg(pl.len(), pl.col("value").first())
        row = most.sort("len", descending=True, maintain_order=True).row(0, named=True)
        column, reason, value = row["column"], message_in(row, "reason"), row["value"]
        if not value or self._rules.privacy.is_on:
            return message("export.faulty.column", column=column, reason=reason)
        return message("export.faulty.value", column=column, value=f"{value[:40]!r}", reason=reason)

    def restart(self) -> None:
        """Forget everything, for another pass."""
        self._sink.discard()
        self._shown, self._excluded, self.no_costs = self._shown.clear(), [], 0
        self._counter, self._finder, self.days = RepeatCounter(), RepeatFinder(), DayCounts()
        self.outcome = Outcome(form=self.outcome.form, notes=self.outcome.notes)

    def withdraw(self) -> None:
        """Forget everything but how many rows there are: they were read in a way that turned out not to hold."""
        rows = self.outcome.rows_read
        self.restart()
        self.outcome.rows_read = rows

    def set_aside(self, error: ExportError) -> None:
        """Keep nothing of the export but the reason, and examples of the rows behind it."""
        what = error.what
        if self._rules.privacy.is_on:  # what is quoted may be what is not kept
            what = without_values(what)
        reason = f"{what}; {error.hint}" if error.hint else what
        if isinstance(error, CutShortError):
            self.outcome.rows_read += error.rows
        shown = int(self._shown["rows"].sum())
        rest = max(self.outcome.rows_read - shown, 0)
        facts = reason_of(error, reason, quoting=not self._rules.privacy.is_on)
        whole = rejected_together(reason, facts, rest)
        self._sink.discard()
        self._sink.rejected(pl.concat([whole, self._shown]))
        self.outcome.money = self.outcome.cheap = 0.0
        self.outcome.rows_transactions = self.outcome.rows_added = self.outcome.duplicates = 0
        self.outcome.excluded = {}
        self.outcome.rows_quarantined = rest + shown
        self.outcome.set_aside = reason
