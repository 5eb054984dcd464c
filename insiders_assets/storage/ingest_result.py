"""What an ingest found and did, and what a user should know of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from insiders_assets.storage.landing import FileSignature
    from insiders_assets.storage.manifest import Manifest, ParsedExport


@dataclass(frozen=True)
class IngestResult:
    """What an ingest found and did.

    Attributes:
        listing: The files now accounted for, with their signatures, sorted by name.
        files: What became of every export, sorted by name.
        parsed: Files parsed now.
        changed: Whether the transactions differ from those before.
        warnings: What the user should know: files set aside, files that count once, files left for the next run.
    """

    listing: dict[str, FileSignature]
    files: list[ParsedExport]
    parsed: int
    changed: bool
    warnings: list[str]

    @property
    def rows_read(self) -> int:
        """Rows of all exports."""
        return sum(export.rows_read for export in self.files)

    @property
    def rows_transactions(self) -> int:
        """Rows that became transactions."""
        return sum(export.rows_transactions for export in self.files)

    @property
    def rows_quarantined(self) -> int:
        """Rows that did not."""
        return sum(export.rows_quarantined for export in self.files)

    @property
    def rows_excluded(self) -> int:
        """Rows that a rule of a mapping left out."""
        return sum(export.rows_excluded for export in self.files)


def warnings_of(manifest: Manifest) -> list[str]:
    """Return a line for each export set aside, each note on how one was read, and each file that counts once."""
    aside = [f"{e.name} is set aside: {e.set_aside}" for _, e in manifest.exports() if e.set_aside]
    same = [
        f"{name} counts once: it holds the same as {file.same_as}"
        for name, file in sorted(manifest.files.items())
        if file.same_as
    ]
    notes = [f"{e.name}: {note}" for _, e in manifest.exports() for note in e.notes]
    return aside + notes + same
