"""The exports in a file as they are read: lines with what is joined to them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from insiders_assets.ingest.formats.file_type import open_exports
from insiders_assets.ingest.mapping.joining import JoinedExport, nothing_to_join

if TYPE_CHECKING:
    from pathlib import Path

    from insiders_assets.ingest.formats.file_type import Opened
    from insiders_assets.ingest.mapping.joining import Joined
    from insiders_assets.ingest.model import Export
    from insiders_assets.ingest.rules import FileRules


def open_joined(path: Path, rules: FileRules) -> dict[str, Opened]:
    """Return what opens each export in a file, with what the rules join to it; see :func:`open_exports`.

    Args:
        path: The file.
        rules: How it is read.

    Raises:
        ExportError: It holds no export, or nothing is there of what its mapping joins.
    """
    if rules.mapping and len(rules.joined) < len(rules.mapping.join):
        raise nothing_to_join(rules.mapping.join[len(rules.joined)])
    found = open_exports(path, rules)
    if not rules.joined:
        return found
    return {name: partial(_joined, opened, rules.joined) for name, opened in found.items()}


def _joined(opened: Opened, tables: tuple[Joined, ...]) -> Export:
    return JoinedExport(opened(), tables)
