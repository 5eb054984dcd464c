"""A folder or a bucket: a batch is a file of who is to be added or updated, and one of who is to be removed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from insiders_assets.csv_files import csv_rows
from insiders_assets.deliveries.changes import ADD, REMOVE, UPDATE
from insiders_assets.deliveries.destinations.destination import DownError
from insiders_assets.deliveries.forms import FORMS
from insiders_assets.errors import InsidersError
from insiders_assets.formulas import csv_line, guarded
from insiders_assets.places import place, sizes
from insiders_assets.storage.atomic_write import replacing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from insiders_assets.deliveries.changes import Batch
    from insiders_assets.deliveries.forms import Form

_NAME = re.compile(r"^\d{8}-[0-9a-f]{8}-(add|remove)\.csv$")


class FolderDestination:
    """Writes files; that a file is there under its name is the acknowledgement.

    Args:
        location: The folder, or ``s3://bucket/prefix``.
        form: The column form.
    """

    def __init__(self, location: str, form: str) -> None:
        self._folder, self._form = place(location), FORMS[form]

    def send(self, batch: Batch) -> Mapping[str, str]:
        """See :meth:`Destination.send`; a batch that is sent again replaces its own files by the same."""
        for name, content in files(batch, self._form.name).items():
            try:
                with replacing(self._folder / batch.delivery / name) as temporary:
                    temporary.write_bytes(content)
            except (OSError, InsidersError) as error:
                raise DownError("not_writable") from error
        return {}

    def erase(self, delivery: str, records: Collection[Mapping[str, object]], before: int) -> int:
        """See :meth:`Destination.erase`: their rows leave every earlier file that is still there."""
        folder, changed = self._folder / delivery, 0
        for name in sizes(folder):
            if not is_of(name, before):
                continue
            content = (folder / name).read_bytes()
            if (kept := left_over(content, self._form, records)) != content:
                changed += 1
                with replacing(folder / name) as temporary:
                    temporary.write_bytes(kept)
        return changed

    def close(self) -> None:
        """See :meth:`Destination.close`; there is nothing to let go of."""


def is_of(name: str, before: int) -> bool:
    """Return whether a file is of a batch earlier than ``before``."""
    return bool(_NAME.match(name)) and int(name[:8]) < before


def left_over(content: bytes, form: Form, records: Collection[Mapping[str, object]]) -> bytes:
    """Return what is left of a file without the rows of some people; the file as it is if none is theirs.

    Args:
        content: The file.
        form: Its column form.
        records: Their identifiers, as the form writes them.
    """
    theirs = {tuple(map(cell, form.who(record).values())) for record in records}
    header, *rows = csv_rows(content.decode())
    kept = [row for row in rows if tuple(row[: len(form.identity)]) not in theirs]
    return content if len(kept) == len(rows) else "".join(map(csv_line, (header, *kept))).encode()


def files(batch: Batch, form: str) -> dict[str, bytes]:
    """Return the files of a batch by name: ``00000012-1a2b3c4d-add.csv`` and ``…-remove.csv``, either if it has rows.

    Who is updated stands in the first; if the identifiers changed, those of before stand in the second.
    """
    who = FORMS[form].who
    added = [each.record for each in batch.changes if each.change in (ADD, UPDATE) and each.record]
    removed = [
        who(each.before)
        for each in batch.changes
        if each.before and (each.change == REMOVE or who(each.before) != who(each.record or {}))
    ]
    stem = f"{batch.sequence:08d}-{batch.key[:8]}"
    made = {f"{stem}-remove.csv": removed, f"{stem}-add.csv": added}
    return {name: table(rows) for name, rows in made.items() if rows}


def table(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return records as CSV with a header: UTF-8, commas, harmless to spreadsheets."""
    written = list(rows)
    lines = [csv_line(written[0]), *(csv_line(cell(value) for value in row.values()) for row in written)]
    return "".join(lines).encode()


def cell(value: Any) -> str:
    """Return a value as a cell of CSV holds it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return guarded(value) if isinstance(value, str) else str(value)
