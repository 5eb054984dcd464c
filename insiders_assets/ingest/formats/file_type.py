"""What kind of file an export is, recognized by its first bytes and never by its name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from insiders_assets.errors import ExportError
from insiders_assets.ingest.formats.archives import Opener, members, open_zip, spooled, unpacked
from insiders_assets.ingest.formats.delimited import DelimitedExport
from insiders_assets.ingest.formats.json_records import arrays
from insiders_assets.ingest.model import LONGEST_ROW
from insiders_assets.ingest.refusal import RefusedExportError
from insiders_assets.language.message import message

if TYPE_CHECKING:
    from insiders_assets.ingest.model import Export
    from insiders_assets.ingest.rules import FileRules

Opened = Callable[[], "Export"]
HEAD = 512
"""Bytes that tell the kind of a file."""
_FEW_KEYS = 4
"""Keys up to which the only object of a file is the envelope of an array, and no order itself."""
ZIP, OLE, PARQUET = b"PK", b"\xd0\xcf\x11\xe0", b"PAR1"
_NO_EXPORTS = {
    b"%PDF": "pdf", b"\x89PNG": "picture", b"\xff\xd8\xff": "picture", b"GIF8": "picture",
    b"\x7fELF": "program", b"MZ\x90\x00": "program", b"SQLite format 3\0": "database", b"Rar!": "rar",
    b"7z\xbc\xaf": "7z", b"<!DOCTYPE": "web_page", b"<!doctype": "web_page", b"<html": "web_page",
    b"<?xml": "xml", b"{\\rtf": "text",
}  # fmt: skip


def open_exports(path: Path, rules: FileRules) -> dict[str, Opened]:
    """Return the exports in a file: itself, the members of an archive, or the sheets of a workbook.

    Args:
        path: The file.
        rules: How it is read.

    Returns:
        What opens each export, by its name within the file (empty for the file itself).

    Raises:
        ExportError: It is empty, unreadable, or nothing that could hold an export.
    """
    head = _head(lambda: path.open("rb"))
    if opener := unpacked(path, head):
        return _exports(_head(opener), opener, rules)
    if head.startswith(ZIP) and not _is_workbook(path):
        return _archived(members(path), rules)
    return _exports(head, lambda: path.open("rb"), rules, path)


def _archived(found: dict[str, Opener], rules: FileRules) -> dict[str, Opened]:
    """Return the exports in an archive; a lone member goes by the archive's name."""
    exports: dict[str, Opened] = {}
    for name, opener in found.items():
        prefix = name if len(found) > 1 else ""
        try:
            inner = _exports(_head(opener), opener, rules)
        except ExportError as error:
            inner = {"": _raiser(error)}
        for part, opened in inner.items():
            exports["/".join(filter(None, (prefix, part)))] = opened
    return exports


def _raiser(error: ExportError) -> Opened:
    def opened() -> Export:
        raise error

    return opened


def _exports(head: bytes, opener: Opener, rules: FileRules, path: Path | None = None) -> dict[str, Opened]:
    """Return the exports in a file that is not packed, or not any more.

    Args:
        head: Its first bytes.
        opener: Opens it.
        rules: How it is read.
        path: Where it is, if anywhere.
    """
    if not head:
        raise RefusedExportError("export.empty")
    if head.startswith((ZIP, OLE)):
        from insiders_assets.ingest.formats.workbook import open_sheets

        return open_sheets(path or spooled(opener), rules)
    if head.startswith(PARQUET):
        from insiders_assets.ingest.formats.parquet import ParquetExport

        return {"": lambda: ParquetExport(path or spooled(opener), rules.max_rows)}
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for sign, kind in _NO_EXPORTS.items():
        if text.startswith(sign):
            raise RefusedExportError("export.other", kind=message(f"export.kind.{kind}"))
    if text.startswith((b"{", b"[")):
        from insiders_assets.ingest.formats.json_lines import JsonExport

        document = text.startswith(b"[") or _is_document(opener)
        return {"": lambda: JsonExport(opener, rules, is_array=document)}
    return {"": lambda: DelimitedExport(opener, rules)}


def _head(opener: Opener) -> bytes:
    with opener() as stream:
        return stream.read(HEAD)


def _is_document(opener: Opener) -> bool:
    """Return whether JSON that begins with an object is one object over the whole file.

    No line of it is one by itself.
    """
    with opener() as stream:
        first = b""
        while not first.strip():
            if not (first := stream.readline(LONGEST_ROW)):
                return False
        rest = stream.readline(LONGEST_ROW).strip()
    try:
        found = json.loads(first)
    except RecursionError:
        return False
    except ValueError:  # the first line of a document over many lines, or a damaged line among others
        return not first.rstrip().endswith(b"}") and not rest.startswith(b"{")
    if rest or not isinstance(found, dict) or len(found) >= _FEW_KEYS:
        return False
    return any(True for _ in arrays(found))


def _is_workbook(path: Path) -> bool:
    """Return whether a zip archive is a spreadsheet: they all say what is in them under one of these names."""
    with open_zip(path) as archive:
        names = set(archive.namelist())
    return "[Content_Types].xml" in names or {"mimetype", "content.xml"} <= names
