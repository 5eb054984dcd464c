"""One file from its bytes to transactions and rejected rows, in one pass wherever one is enough."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from insiders_assets.errors import ExportError
from insiders_assets.ingest.columns import plan
from insiders_assets.ingest.conversion import Converted, convert, plain, stripped
from insiders_assets.ingest.evidence import Evidence, Formats
from insiders_assets.ingest.opening import open_exports, readable
from insiders_assets.ingest.tally import Sink, Tally

if TYPE_CHECKING:
    from pathlib import Path

    from insiders_assets.ingest.blocks import Block, Export
    from insiders_assets.ingest.outcome import Outcome
    from insiders_assets.ingest.rules import IngestRules


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
        tally = Tally(sinks(""))
        tally.set_aside(error)
        return {"": tally.outcome}
    return {name: read_export(opened, rules, sinks(name)) for name, opened in exports}


def read_export(opened: Callable[[], Export], rules: IngestRules, sink: Sink) -> Outcome:
    """Read one export into ``sink``.

    Args:
        opened: Opens it.
        rules: How it is read.
        sink: Where transactions and rejected rows go.

    Returns:
        What became of it. An export that cannot be read is set aside, with the reason, and never raised.
    """
    tally = Tally(sink)
    try:
        with readable():
            export = opened()
            tally.outcome.form = export.form
            reading = _Reading(export, rules, tally)
            formats = reading.read()
            tally.outcome.form = export.form | {"dates": formats.order, "decimal": formats.mark}
        outcome = tally.outcome
        if outcome.rows_quarantined > rules.max_rejected * outcome.rows_read:
            raise ExportError(
                f"{outcome.rows_quarantined} of its {outcome.rows_read} rows cannot be read, which is more than "
                f"{rules.max_rejected:.0%}",
                cure="mend them, or raise INSIDERS_MAX_REJECTED",
            )
    except ExportError as error:
        tally.set_aside(error)
    return tally.outcome


class _Reading:
    """Reads one export.

    Formats are decided on the evidence of the whole export, but most exports decide theirs in the first block, or are
    written so plainly that there is nothing to decide. So rows are converted as soon as that is possible, and another
    pass is made only if what came later changed the formats.
    """

    def __init__(self, export: Export, rules: IngestRules, tally: Tally) -> None:
        self._export, self._rules, self._tally = export, rules, tally
        self._evidence = Evidence()
        self._plain = self._waiting = False
        self._formats: Formats | None = None
        try:
            self._columns = plan(export.header)
        except ExportError:
            for block in export.blocks([0]):
                tally.count(block)
            raise

    def read(self) -> Formats:
        """Read every row, and return the formats."""
        for block in self._export.blocks(list(self._columns.values())):
            self._take_or_wait(block)
        final = self._final()
        as_read = self._formats or final
        if self._waiting or as_read != final or (self._plain and final.mark != "point"):
            self._tally.restart()
            for block in self._export.blocks(list(self._columns.values())):
                self._tally.take(block, self._converted(block, final))
        return final

    def _take_or_wait(self, block: Block) -> None:
        """Convert a block if it is known how; gather evidence unless it is plain."""
        if not self._waiting and (found := self._plainly(block, self._formats)):
            self._plain = True
            self._tally.take(block, found)
            return
        texts = stripped(block.frame, self._columns)
        self._evidence.add(texts)
        if self._formats is None and not self._waiting:
            try:
                self._formats = self._evidence.formats(self._rules)
            except ExportError:
                self._waiting = True
        if self._formats is None:
            self._tally.count(block)
        else:
            self._tally.take(block, convert(block, texts, self._formats))

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
        for block in self._export.blocks(list(self._columns.values())):
            evidence.add(stripped(block.frame, self._columns), everything=True)
        return evidence.formats(self._rules)

    def _converted(self, block: Block, formats: Formats) -> Converted:
        found = self._plainly(block, formats)
        return found or convert(block, stripped(block.frame, self._columns), formats)

    def _plainly(self, block: Block, formats: Formats | None) -> Converted | None:
        """The block converted at once, if it is plain and may be read so."""
        mark = formats.mark if formats else self._rules.decimal
        if mark == "comma":
            return None
        frame = plain(block, self._columns)
        return None if frame is None else Converted(frame, block.rejected)
