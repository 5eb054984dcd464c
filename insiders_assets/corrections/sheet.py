"""The sheet of rejected rows that a person corrects: ``quarantine/to_mend.csv``.

Each row carries its place and the reason, then our columns as they were read, to be corrected, then the whole row as it
stood in the export, to be looked at. It is read back by the reader of exports, in whatever form a spreadsheet saves it.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from insiders_assets.errors import ExportError, UsageError
from insiders_assets.formulas import csv_line, guarded, unguarded
from insiders_assets.ingest.corrections import CELLS
from insiders_assets.ingest.formats.archives import readable
from insiders_assets.ingest.formats.delimited import DelimitedExport
from insiders_assets.ingest.mapping.schema import BESIDE
from insiders_assets.ingest.rules import FileRules
from insiders_assets.storage.atomic_write import replacing

if TYPE_CHECKING:
    from insiders_assets.places import Place

NAME = "to_mend.csv"
KEY = "row"
PLACE = ("file", "line", "column", "value", "reason")
LAST = "as_it_stood"


@dataclass(frozen=True)
class Rejected:
    """A rejected row.

    Attributes:
        content: Hash of the bytes of its file.
        member: Name of the export within the file, empty for the file itself.
        line: The line it stands on.
        file: The export's name.
        column: The column at fault, or empty.
        value: The value at fault, or empty.
        reason: What is wrong.
        cells: Our columns of it, as they were read or corrected.
        text: The whole row as it stood.
        form: What was found out about the form of its export.
        here: Whether its file is still in the landing zone.
    """

    content: str
    member: str
    line: int
    file: str
    column: str
    value: str
    reason: str
    cells: Mapping[str, str]
    text: str
    form: Mapping[str, Any] = field(default_factory=dict)
    here: bool = True

    @property
    def key(self) -> str:
        """What the row goes by in the sheet: its file and its line, in letters that no spreadsheet changes."""
        facts = json.dumps([self.content, self.member, self.line])
        return "row-" + hashlib.sha256(facts.encode()).hexdigest()[:16]


def write_sheet(path: Place, rows: Iterable[Rejected]) -> None:
    """Replace the sheet by these rows."""
    rows = list(rows)
    names = [*CELLS, *(name for name in BESIDE if any(name in row.cells for row in rows))]
    lines = [csv_line((KEY, *PLACE, *names, LAST), "\r\n")]
    for row in rows:
        place = (row.file, str(row.line), row.column, row.value, row.reason)
        cells = (row.cells.get(name, "") for name in names)
        lines.append(csv_line(map(guarded, (row.key, *place, *cells, row.text)), "\r\n"))
    with replacing(path) as temporary:
        temporary.write_bytes(
            "".join(lines).encode("utf-8-sig", "replace")
        )  # with the mark that spreadsheets look for


def read_sheet(content: bytes, where: str) -> dict[str, dict[str, str]]:
    """Return the cells of each row in a sheet, by the row's key; the first counts where a key stands twice.

    Args:
        content: The sheet's bytes.
        where: Its place, for messages.

    Raises:
        UsageError: It is not such a sheet.
    """
    try:
        with readable():
            export = DelimitedExport(lambda: io.BytesIO(content), FileRules())
            header = list(export.header)
            if lacking := [name for name in (KEY, *CELLS) if header.count(name) != 1]:
                raise ExportError(
                    f"has no column {lacking[0]}, or has it twice", hint="keep the first line as it was"
                )
            names = [*CELLS, *(name for name in BESIDE if header.count(name) == 1)]
            found: dict[str, dict[str, str]] = {}
            for block in export.blocks(range(len(header))):
                if block.rejected.height:
                    line, reason = (
                        block.rejected.row(0, named=True)["source_line"],
                        block.rejected["reason"][0],
                    )
                    raise ExportError(f"line {line} {reason}", hint="correct it")
                for cells in block.frame.rows() if len(block.lines) else ():
                    row = dict(zip(header, (unguarded(cell or "") for cell in cells), strict=True))
                    found.setdefault(row[KEY].strip(), {name: row[name] for name in names if row[name]})
    except ExportError as error:
        raise UsageError(error.what, where=where, hint=error.hint) from None
    return found
