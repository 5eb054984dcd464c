"""Taking corrected rows back in: what waits in quarantine, and what of it a person has corrected."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from insiders_assets.corrections.sheet import Rejected, read_sheet
from insiders_assets.ingest.corrections import mend

if TYPE_CHECKING:
    from collections.abc import Iterator

    from insiders_assets.ingest.privacy import Privacy
    from insiders_assets.storage.manifest import ParsedExport, ParsedFile
    from insiders_assets.storage.transactions import TransactionStore


@dataclass
class Replay:
    """What a person's corrections came to.

    Attributes:
        corrected: The rows that are transactions now.
        rejected: The rows that still are none, with what was written into them.
        unknown: Keys in the sheet of rows that are not in quarantine, or not any more.
        absent: Rows that cannot be corrected because their file is no longer in the landing zone.
    """

    corrected: list[Rejected] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    absent: int = 0


def waiting(store: TransactionStore) -> list[Rejected]:
    """Return the rejected rows that can be corrected one by one, sorted by file and line.

    Raises:
        InsidersError: Nothing has been ingested yet.
    """
    return [
        row
        for name, file in sorted(store.manifest().files.items())
        for export in file.all_exports()
        for row in _rows(store, name, file, export)
    ]


def _rows(store: TransactionStore, name: str, file: ParsedFile, export: ParsedExport) -> Iterator[Rejected]:
    here = not file.gone and export in file.exports
    member = export.name.removeprefix(name).removeprefix("/")
    for part in export.rejected:
        for row in store.rejected_part(part).drop_nulls("source_line").iter_rows(named=True):
            yield Rejected(
                content=export.content,
                member=member,
                line=row["source_line"],
                file=export.name,
                column=row["column"] or "",
                value=row["value"] or "",
                reason=row["reason"],
                cells=json.loads(row["cells"] or "{}"),
                text=row["row_text"] or "",
                form=export.form,
                here=here,
            )


def take_in(store: TransactionStore, sheet: bytes, where: str, privacy: Privacy) -> Replay:
    """Keep the rows of a sheet that are corrected; they become transactions when their files are read again.

    Args:
        store: Where rejected rows wait.
        sheet: The sheet's bytes.
        where: Its place, for messages.
        privacy: What is not kept of a row.

    Raises:
        UsageError: It is not such a sheet; nothing is kept of it.
    """
    given = read_sheet(sheet, where)
    privacy, result = store.private(privacy), Replay()
    exports: dict[tuple[str, str], dict[str, Rejected]] = {}
    for row in waiting(store):
        exports.setdefault((row.content, row.member), {})[row.key] = row
    result.unknown = sorted(given.keys() - {key for rows in exports.values() for key in rows})
    for (content, member), rows in exports.items():
        _take_in_export(store, (content, member), rows, given, privacy, result)
    result.rejected.sort(key=lambda row: (row.file, row.line))
    return result


def _take_in_export(
    store: TransactionStore,
    place: tuple[str, str],
    rows: dict[str, Rejected],
    given: dict[str, dict[str, str]],
    privacy: Privacy,
    result: Replay,
) -> None:
    edited = {row.line: given[key] for key, row in rows.items() if key in given and given[key] != row.cells}
    usable = {row.line for row in rows.values() if row.here}
    form = next(iter(rows.values())).form
    found = mend({line: cells for line, cells in edited.items() if line in usable}, form, privacy)
    lines = set(found.transactions["source_line"])
    if lines:
        store.corrected.add(*place, found.transactions, privacy)
    reasons = {row["source_line"]: row for row in found.rejected.iter_rows(named=True)}
    for row in rows.values():
        if row.line in lines:
            result.corrected.append(row)
            continue
        result.absent += row.line in edited and not row.here
        result.rejected.append(_still(row, edited.get(row.line), reasons.get(row.line), privacy))


def _still(
    row: Rejected, cells: dict[str, str] | None, fault: dict[str, str] | None, privacy: Privacy
) -> Rejected:
    """Return a row that is still rejected, with what was written into it and what is wrong with that."""
    forgotten = any(privacy.forgotten.holds(cell.strip()) for cell in (cells or {}).values())
    if cells is None or privacy.is_on or forgotten:
        return row  # what was written into it may be what is not kept
    if fault is None:
        return replace(row, cells=cells)
    return replace(
        row, cells=cells, column=fault["column"] or "", value=fault["value"] or "", reason=fault["reason"]
    )
