"""What kind of file an export is, told by its first bytes and never by its name."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, cast

from insiders_assets.errors import ExportError
from insiders_assets.ingest.delimited import DelimitedExport

if TYPE_CHECKING:
    from pathlib import Path

    from insiders_assets.ingest.blocks import Export

GZIP = b"\x1f\x8b"
_NO_EXPORTS = {
    b"%PDF": "a PDF document", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"GIF8": "a picture",
    b"\x7fELF": "a program", b"MZ\x90\x00": "a program", b"SQLite format 3\0": "a database", b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7-Zip archive", b"<!DOCTYPE html": "a web page", b"<html": "a web page", b"<?xml": "XML",
}  # fmt: skip


def open_exports(path: Path) -> list[tuple[str, Callable[[], Export]]]:
    """The exports in a file: itself, or the members of an archive.

    Args:
        path: The file.

    Returns:
        For each export its name within the file (empty for the file itself) and what opens it.

    Raises:
        ExportError: It is empty, unreadable, or nothing that could hold an export.
    """
    with readable():
        head = _head(path)
    if not head:
        raise ExportError("is empty", cure="export it again or take it away")
    for sign, kind in _NO_EXPORTS.items():
        if head[:64].lstrip().startswith(sign):
            raise ExportError(f"is no export of transactions but {kind}", cure="take it away")
    if head.startswith(GZIP):
        return [("", lambda: DelimitedExport(lambda: cast(BinaryIO, gzip.open(path))))]
    return [("", lambda: DelimitedExport(lambda: path.open("rb")))]


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(64)


@contextmanager
def readable() -> Iterator[None]:
    """Turn what a damaged or unreadable file raises into an :class:`ExportError`."""
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ExportError(
            f"its compressed data is damaged or cut off ({str(error).rstrip('.')})", cure="copy it here again"
        ) from None
    except OSError as error:
        raise ExportError(f"cannot be opened ({error.strerror or error})", cure="make it readable") from None
