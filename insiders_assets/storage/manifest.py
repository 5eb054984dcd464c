"""The manifest of parsed exports: which parts are current, and what became of every file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from insiders_assets.storage.files import write_text
from insiders_assets.storage.landing import FileSignature

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1


@dataclass(frozen=True)
class Part:
    """A parquet file, by its path relative to its folder, with its rows and its size in bytes."""

    path: str
    rows: int
    size: int


@dataclass
class ParsedExport:
    """One export (a file, or a member of an archive) and what became of it.

    Attributes:
        name: The export's name in ``source_file``.
        rows_read: Its rows.
        rows_transactions: Rows that became transactions.
        rows_quarantined: Rows that did not.
        set_aside: Why the whole export was set aside, or empty.
        duplicates: Rows that repeat an earlier row of the export exactly.
        form: What was found out about its form.
        parts: Its transactions, in the order of the export.
        rejected: Its rejected rows.
    """

    name: str
    rows_read: int = 0
    rows_transactions: int = 0
    rows_quarantined: int = 0
    set_aside: str = ""
    duplicates: int = 0
    form: dict[str, Any] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    rejected: list[Part] = field(default_factory=list)


@dataclass
class ParsedFile:
    """A file of the landing zone as it was when it was parsed.

    Attributes:
        signature: What it looked like from outside.
        content: Hash of its bytes.
        rules: Digest of the rules it was read by.
        same_as: The file that has the same content and counts in its place, or empty.
        exports: The exports in it; none if it does not count.
    """

    signature: FileSignature
    content: str
    rules: str
    same_as: str = ""
    exports: list[ParsedExport] = field(default_factory=list)


@dataclass
class Manifest:
    """Every file of the landing zone by its name."""

    files: dict[str, ParsedFile] = field(default_factory=dict)

    def exports(self) -> Iterator[tuple[ParsedFile, ParsedExport]]:
        """Every export that counts, sorted by name."""
        for name in sorted(self.files):
            for export in self.files[name].exports:
                yield self.files[name], export

    def digest(self) -> str:
        """A hash of what the transactions follow from: contents and rules, whatever the files are called."""
        facts = sorted((file.content, file.rules) for file in self.files.values() if not file.same_as)
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]

    def write(self, path: Path) -> None:
        """Replace the manifest at ``path``, all at once."""
        lines = [
            f"{json.dumps(name)}: {json.dumps(file, default=vars)}"
            for name, file in sorted(self.files.items())
        ]
        write_text(path, f'{{"format": {FORMAT}, "files": {{\n' + ",\n".join(lines) + "\n}}\n")

    @classmethod
    def read(cls, path: Path) -> Manifest | None:
        """The manifest at ``path``, or None if there is none that this version can read."""
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            if found["format"] != FORMAT:
                return None
            return cls({name: _file(entry) for name, entry in found["files"].items()})
        except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError):
            return None


def _file(entry: dict[str, Any]) -> ParsedFile:
    exports = [
        ParsedExport(
            **export | {key: [Part(**part) for part in export[key]] for key in ("parts", "rejected")}
        )
        for export in entry["exports"]
    ]
    return ParsedFile(**entry | {"signature": FileSignature(**entry["signature"]), "exports": exports})
