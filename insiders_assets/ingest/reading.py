"""One file from its bytes to transactions and rejected rows, in one pass wherever one is enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Protocol

import polars as pl

from insiders_assets.errors import ExportError
from insiders_assets.ingest.blocks import REJECTED_SCHEMA
from insiders_assets.ingest.conversion import Evidence, Formats, convert, plan, stripped
from insiders_assets.ingest.opening import open_exports, readable
from insiders_assets.ingest.outcome import Outcome

if TYPE_CHECKING:
    from pathlib import Path

    from insiders_assets.ingest.blocks import Block, Export
    from insiders_assets.ingest.rules import IngestRules

SHOWN_OF_SET_ASIDE = 1000
"""Rejected rows kept of an export that is set aside as a whole: enough to see what is wrong with it."""


class Sink(Protocol):
    """Takes in what is read from an export, piece by piece."""

    def transactions(self, frame: pl.DataFrame) -> None:
        """Take in transactions: all columns of the contract but the file."""

    def rejected(self, frame: pl.DataFrame) -> None:
        """Take in rejected rows: all columns of the contract but the file and when it arrived."""

    def discard(self) -> None:
        """Forget everything taken in so far."""


def read_file(path: Path, rules: IngestRules, sinks: Callable[[str], Sink]) -> dict[str, Outcome]:
    """Read every export in a file.

    Args:
        path: The file.
        rules: How it is read.
        sinks: Gives the sink of an export by its name within the file (empty for the file itself).

    Returns:
        What became of each export, by its name within the file.
    """
    try:
        with readable():
            exports = open_exports(path)
    except ExportError as error:
        reading = _Reading(sinks(""))
        reading.set_aside(error)
        return {"": reading.outcome}
    return {name: read_export(opened, rules, sinks(name)) for name, opened in exports}


def read_export(opened: Callable[[], Export], rules: IngestRules, sink: Sink) -> Outcome:
    """Read one export into ``sink``.

    Formats are decided on the evidence of the whole export, but most exports decide theirs in the first block. So rows
    are converted as soon as the formats are known, and a second pass is made only if what came later changed them.

    Args:
        opened: Opens it.
        rules: How it is read.
        sink: Where transactions and rejected rows go.

    Returns:
        What became of it. An export that cannot be read is set aside, with the reason, and never raised.
    """
    reading = _Reading(sink)
    outcome = reading.outcome
    try:
        with readable():
            export = opened()
            outcome.form = export.form
            try:
                columns = plan(export.header)
            except ExportError:
                reading.count(export.blocks([0]))
                raise
            evidence = Evidence()
            formats = reading.convert_as_soon_as_known(export, columns, rules, evidence)
            final = evidence.formats(rules)
            if formats != final:
                reading.convert(export, columns, final)
            outcome.form = export.form | {"dates": final.order, "decimal": final.mark}
        if outcome.rows_quarantined > rules.max_rejected * outcome.rows_read:
            raise ExportError(
                f"{outcome.rows_quarantined} of its {outcome.rows_read} rows cannot be read, which is more than "
                f"{rules.max_rejected:.0%}",
                cure="mend them, or raise INSIDERS_MAX_REJECTED",
            )
    except ExportError as error:
        reading.set_aside(error)
    return outcome


class _Reading:
    """The state of reading one export."""

    def __init__(self, sink: Sink) -> None:
        self.outcome = Outcome()
        self._sink = sink
        self._shown = pl.DataFrame(schema=REJECTED_SCHEMA)

    def convert_as_soon_as_known(
        self, export: Export, columns: dict[str, int], rules: IngestRules, evidence: Evidence
    ) -> Formats | None:
        """Gather evidence from every row; convert as well if the first block tells the formats, and return them."""
        formats: Formats | None = None
        for number, block in enumerate(export.blocks(list(columns.values()))):
            texts = stripped(block.frame, columns)
            evidence.add(texts)
            if number == 0:
                formats = _known(evidence, rules)
            if formats:
                self._take(block, texts, formats)
            else:
                self._count(block)
        return formats

    def convert(self, export: Export, columns: dict[str, int], formats: Formats) -> None:
        """Convert every row, from the first on."""
        self._restart()
        for block in export.blocks(list(columns.values())):
            self._take(block, stripped(block.frame, columns), formats)

    def count(self, blocks: Iterator[Block]) -> None:
        """Count rows that will not be converted."""
        for block in blocks:
            self._count(block)

    def set_aside(self, error: ExportError) -> None:
        """Keep nothing of the export but the reason, and examples of the rows behind it."""
        rest = max(self.outcome.rows_read - self._shown.height, 0)
        reason = f"{error.what}; {error.cure}" if error.cure else error.what
        whole = pl.DataFrame([(None, None, None, reason, None, rest)], schema=REJECTED_SCHEMA, orient="row")
        self._sink.discard()
        self._sink.rejected(pl.concat([whole, self._shown]))
        self.outcome.rows_transactions = 0
        self.outcome.rows_quarantined = rest + self._shown.height
        self.outcome.set_aside = reason

    def _count(self, block: Block) -> None:
        self.outcome.rows_read += block.frame.height + block.rejected.height

    def _take(self, block: Block, texts: pl.DataFrame, formats: Formats) -> None:
        found = convert(block, texts, formats)
        outcome = self.outcome
        self._count(block)
        outcome.rows_read -= found.blank
        outcome.rows_transactions += found.transactions.height
        outcome.rows_quarantined += found.rejected.height
        if found.transactions.height:
            self._sink.transactions(found.transactions)
        if found.rejected.height:
            if self._shown.height < SHOWN_OF_SET_ASIDE:
                self._shown = pl.concat([self._shown, found.rejected]).head(SHOWN_OF_SET_ASIDE)
            self._sink.rejected(found.rejected)

    def _restart(self) -> None:
        self._sink.discard()
        self._shown = self._shown.clear()
        outcome = self.outcome
        outcome.rows_read = outcome.rows_transactions = outcome.rows_quarantined = 0


def _known(evidence: Evidence, rules: IngestRules) -> Formats | None:
    """The formats, if the evidence so far tells them."""
    try:
        return evidence.formats(rules)
    except ExportError:
        return None
