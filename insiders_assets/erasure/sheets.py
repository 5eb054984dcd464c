"""Taking customers out of the two sheets that a person edits: rejected rows to correct, and aliases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from insiders_assets.aliases import aliases_file, without
from insiders_assets.corrections.sheet import NAME
from insiders_assets.csv_files import csv_rows, records
from insiders_assets.formulas import unguarded
from insiders_assets.ingest.erasure_filter import words
from insiders_assets.storage.atomic_write import replacing

if TYPE_CHECKING:
    from insiders_assets.redaction.redactor import Redactor
    from insiders_assets.settings import Settings
    from insiders_assets.storage.stores import Stores


def forget_in_aliases(settings: Settings, ids: Sequence[str]) -> None:
    """Take the lines that name them out of the aliases, all at once."""
    path = aliases_file(settings)
    if path.is_file() and (left := without(path, ids)) is not None:
        with replacing(path) as temporary:
            temporary.write_bytes(left)


def forget_in_sheet(stores: Stores, redactor: Redactor) -> None:
    """Take their rows out of the sheet of rejected rows, if it is there; all at once, and none but theirs."""
    path = stores.transactions.quarantine / NAME
    if not path.is_file():
        return
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    rows = records(text)
    kept = [record for record in rows if words(_content(record), None).isdisjoint(redactor.ids)]
    if len(kept) < len(rows):
        with replacing(path) as temporary:
            temporary.write_bytes("".join(kept).encode("utf-8", "surrogateescape"))


def _content(record: str) -> str:
    """Return what a row of the sheet says of its content; its key, file and line are no words of the export."""
    cells = next(csv_rows(record), [])
    return "\n".join(map(unguarded, cells[3:])) if cells and cells[0].startswith("row-") else record
