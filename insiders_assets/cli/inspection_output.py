"""What ``insiders inspect`` prints: the form, the columns, the first rows, the mapping and what would be rejected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from insiders_assets.cli.answering import asking
from insiders_assets.cli.telling import flooring, settling, telling
from insiders_assets.ingest.mapping.schema import Mappings, written

if TYPE_CHECKING:
    from insiders_assets.ingest.inspection.findings import Inspected, Inspection

REASONS = 12
"""Reasons shown on a terminal; ``--json`` has them all."""
WIDEST = 36
"""Characters of a value that are shown on a terminal."""


def print_inspection(found: Inspection) -> None:
    """Print what a file looks like, the mapping for it, and what would be rejected."""
    for export in found.exports:
        typer.echo("/".join(filter(None, (found.name, export.name))))
        if form := _form(export):
            typer.echo(f"  {form}")
        _print_columns(export)
        _print_rows(export)
    if found.mapping:
        built_in = (
            f"\nRead by the built-in mapping {found.built_in}:"
            if found.built_in
            else "\nRead by its mapping:"
        )
        typer.echo("\nMapping proposed:" if found.proposed else built_in)
        typer.echo(_indented(written(Mappings(exports=(found.mapping,))), "  "))
    for doubt in found.doubts:
        typer.echo(f"  To decide: {doubt}")
    typer.echo("")
    for export in found.exports:
        _print_outcome(export)
    for export in found.exports:
        for line in (*telling(export), *settling(export)):
            typer.echo(line)
    for line in (*flooring(found), *asking(found.questions)):
        typer.echo(line)


def _form(export: Inspected) -> str:
    form = export.form | export.outcome.form
    looks = {look.name: look for look in export.columns}
    said = [str(form[key]) for key in ("kind", "encoding") if key in form]
    if "separator" in form:
        said.append(f"separated by {_shown_separator(form['separator'])}")
    if "sheet" in form:
        said.append(f"sheet {form['sheet']}")
    if "header_line" in form:
        said.append(f"names on line {form['header_line']}")
    if "decimal" in form:
        said.append(f"decimal {form['decimal']}")
        if any(becomes == "invoice_date" and not looks[name].iso for name, becomes in export.becomes.items()):
            said.append(f"dates {form['dates'].replace('_', ' ')}")
    return ", ".join(said)


def _shown_separator(separator: str) -> str:
    return {"\t": "tabs", ",": "commas", ";": "semicolons", " ": "spaces"}.get(separator, repr(separator))


def _print_columns(export: Inspected) -> None:
    lines: list[tuple[str, ...]] = [("column", "holds", "becomes", "for example")]
    for look in export.columns:
        if look.name or look.distinct:
            empty = "" if look.filled > 0.995 or not look.distinct else f", {1 - look.filled:.0%} empty"
            lines.append(
                (look.name or "(no name)", look.holds + empty, export.becomes.get(look.name, ""),
                 " · ".join(look.examples))
            )  # fmt: skip
    _print_table(lines)


def _print_rows(export: Inspected) -> None:
    if export.rows:
        typer.echo("\n  first rows")
        for row in export.rows:
            typer.echo("    " + " | ".join(_cut(cell) for cell in row))


def _print_table(lines: list[tuple[str, ...]]) -> None:
    if len(lines) < 2:
        return
    cells = [[_cut(cell) for cell in line] for line in lines]
    widths = [max(len(line[at]) for line in cells) for at in range(len(cells[0]))]
    typer.echo("")
    for line in cells:
        shown = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        typer.echo(f"  {shown.rstrip()}")


def _print_outcome(export: Inspected) -> None:
    outcome = export.outcome
    where = f"{export.name}: " if export.name else ""
    if outcome.set_aside:
        typer.echo(f"{where}The whole file would be set aside: {outcome.set_aside}")
    else:
        typer.echo(f"{where}{outcome.rows_transactions:,} of {outcome.rows_read:,} rows become transactions.")
    for rule, out in outcome.excluded.items():
        typer.echo(
            f"  {out['rows']:,} left out by the mapping: {rule}, worth {out['money_in'] - out['money_out']:,.2f}, of "
            f"{out['customers']:,} customer{'s' * (out['customers'] != 1)}"
        )
    faults = [fault for fault in export.faults if fault.line is not None]
    for fault in faults[:REASONS]:
        value = f" ({_cut(fault.value)!r})" if fault.value else ""
        typer.echo(f"  {fault.rows:,} rejected: {' '.join((fault.column, fault.reason)).strip()}; first on line "
                   f"{fault.line}{value}")  # fmt: skip
    if len(faults) > REASONS:
        typer.echo(f"  and {len(faults) - REASONS} more reasons (--json has them)")
    if outcome.duplicates:
        typer.echo(f"  {outcome.duplicates:,} rows repeat an earlier one exactly")


def ending(found: Inspection, place: str, *, wrote: bool) -> str:
    """Return what to do next, in a sentence."""
    if wrote:
        return (
            f"\nThe mapping is written to {place}; correct it there. What it can say is in docs/exports.md."
        )
    if found.proposed:
        return f"\nNothing is written. With --write the mapping goes into {place}."
    if found.built_in:
        return "\nNo mapping is needed: this one is built in."
    if found.mapping:
        return f"\nIts mapping is in {place}."
    if found.questions:
        return "\nIts columns are known; what is open is answered with --answer, and kept with --write."
    if any(export.outcome.set_aside for export in found.exports):
        return "\nNo mapping can be proposed; docs/exports.md says what is read and how to write one."
    return "\nNo mapping is needed."


def _cut(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= WIDEST else plain[: WIDEST - 1] + "…"


def _indented(text: str, by: str) -> str:
    return "\n".join(by + line for line in text.splitlines())
