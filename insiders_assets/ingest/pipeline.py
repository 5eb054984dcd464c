"""One file from its bytes to transactions and rejected rows, in one pass wherever one is enough."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.errors import ExportError
from insiders_assets.ingest.export_pass import ExportPass
from insiders_assets.ingest.formats.archives import readable
from insiders_assets.ingest.joined import open_joined
from insiders_assets.ingest.mapping.filling import filled
from insiders_assets.ingest.model import MOST_COLUMNS, too_wide
from insiders_assets.ingest.questions.notes import left_over, passed_over
from insiders_assets.ingest.resolution import Reading, decided
from insiders_assets.ingest.row_counter import RowCounter, Sink, without_values

if TYPE_CHECKING:
    from pathlib import Path

    from insiders_assets.ingest.model import Export
    from insiders_assets.ingest.questions.question import Settled
    from insiders_assets.ingest.rules import FileRules
    from insiders_assets.ingest.stats import Outcome

MUCH = 0.01
"""Share of the totals of orders from which on a difference to their lines is reported."""


def read_file(
    path: Path,
    rules: FileRules,
    sinks: Callable[[str], Sink],
    corrected: Mapping[str, pl.DataFrame] | None = None,
) -> dict[str, Outcome]:
    """Read every export in a file.

    Args:
        path: The file.
        rules: How it is read.
        sinks: Gives the sink of an export by its name within the file (empty for the file itself).
        corrected: Corrected rows of its exports, by the same names.

    Returns:
        What became of each export, by its name within the file.
    """
    try:
        with readable():
            exports = open_joined(path, rules)
    except ExportError as error:
        return {"": unread(rules, sinks(""), error)}
    rows = corrected or {}
    return {
        name: read_export(opened, rules, sinks(name), rows.get(name), rules.repeated.get(name))
        for name, opened in exports.items()
    }


def unread(rules: FileRules, sink: Sink, error: ExportError) -> Outcome:
    """Return what becomes of a file that is set aside before any export in it is opened.

    Args:
        rules: How it would have been read.
        sink: Where the reason goes.
        error: The reason.
    """
    counter = RowCounter(sink, rules)
    counter.set_aside(error)
    return counter.outcome


def read_export(
    opened: Callable[[], Export],
    rules: FileRules,
    sink: Sink,
    corrected: pl.DataFrame | None = None,
    repeated: Mapping[str, str] | None = None,
) -> Outcome:
    """Read one export into ``sink``.

    Args:
        opened: Opens it.
        rules: How it is read.
        sink: Where transactions and rejected rows go.
        corrected: Rows of it that were rejected once and are corrected.
        repeated: Orders of it that another export holds whole, with that export's name.

    Returns:
        What became of it. An export that cannot be read is set aside, with the reason, and never raised.
    """
    counter = RowCounter(sink, rules, corrected, repeated)
    try:
        with readable():
            export = opened()
            if len(export.header) > MOST_COLUMNS:
                raise too_wide()
            counter.outcome.form = export.form
            reading = _reading(export, rules, counter)
            one = ExportPass(filled(export, reading.plan), rules, counter, reading.plan)
            formats = one.read()
            if counter.suspected:
                again = _counting(
                    export, counter, lambda: decided(export, rules, suspected=counter.suspected)
                )
                if again.plan != reading.plan:
                    counter.restart()
                    one = ExportPass(filled(export, again.plan), rules, counter, again.plan)
                    formats = one.read()
                reading = again
            notes = [passed_over(question) for question in reading.passed]
            notes += [_no_costs(counter.no_costs, reading)] if counter.no_costs else []
            notes += [left_over(each) for each in reading.settled if _is_left_over(each)]
            counter.outcome.notes = [without_values(note) for note in notes] if rules.privacy.is_on else notes
            counter.outcome.form = (
                export.form | {"dates": formats.order, "decimal": formats.mark} | _facts(reading)
            )
            if currencies := sorted(reading.currencies | one.currencies):
                counter.outcome.form["currencies"] = currencies
            counter.outcome.unified = {rule: count for rule, count in sorted(one.changes.items()) if count}
        counter.finish()
    except ExportError as error:
        counter.set_aside(error)
    return counter.outcome


def _no_costs(rows: int, reading: Reading) -> str:
    """Return what is said of costs that are no numbers.

    Args:
        rows: On how many rows.
        reading: How the export was read.
    """
    column = reading.mapping.columns[reading.plan.cost] if reading.mapping and reading.plan.cost else "cost"
    return f"{column} holds no number on {rows:,} rows: what their goods cost is taken from the file of costs"


def _is_left_over(settled: Settled) -> bool:
    """Return whether totals of orders hold so much that their lines do not that a user should know."""
    arguments = settled.arguments
    return settled.code == "order_total" and abs(arguments["difference"]) > MUCH * abs(arguments["total"])


def _reading(export: Export, rules: FileRules, counter: RowCounter) -> Reading:
    """Return how an export is read; if that cannot be known, its rows are counted all the same."""
    return _counting(export, counter, lambda: decided(export, rules))


def _facts(reading: Reading) -> dict[str, Any]:
    """Return what is kept of how an export was understood: its built-in form, and what it settled by itself."""
    found: dict[str, Any] = {}
    if reading.form:
        found["built_in"] = f"{reading.form.name} {reading.form.version}"
    found |= dict.fromkeys(reading.plan.scales, True)
    if reading.plan.cost:
        found["costs"] = True
        if reading.plan.worth(reading.plan.columns[reading.plan.cost]) != 1:
            found["cost_cents"] = True
    if reading.plan.unified:
        found["unify_ids"] = list(reading.plan.unified)
    if reading.settled:
        found["settled"] = [
            {"code": each.code, "columns": list(each.columns)} | dict(each.arguments)
            for each in reading.settled
        ]
    return found


def _counting(export: Export, counter: RowCounter, read: Callable[[], Reading]) -> Reading:
    try:
        return read()
    except ExportError:
        counter.restart()
        for block in export.blocks([0] if export.header else []):
            counter.count(block)
        raise
