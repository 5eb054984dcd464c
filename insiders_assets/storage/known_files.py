"""Which files of the landing zone are read already: as they are, by the rules as they are, into parts still whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insiders_assets.checksums import DamagedError
from insiders_assets.places import sizes
from insiders_assets.storage.parts import is_whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from insiders_assets.places import Place
    from insiders_assets.storage.landing import FileSignature
    from insiders_assets.storage.manifest import ParsedFile

UNREADABLE = "unreadable"
"""What the content of a file that cannot be opened begins with; it is tried again every time."""


class KnownFiles:
    """What is asked of files that a former ingest read.

    Args:
        folder: The folder of transaction parts.
        quarantine: The folder of rejected parts.
        listing: What is in the landing zone.
        digest: Gives a hash of what decides, beside its content, what a file is read into.
    """

    def __init__(
        self,
        folder: Place,
        quarantine: Place,
        listing: dict[str, FileSignature],
        digest: Callable[[str, str], str],
    ) -> None:
        self._folder, self._quarantine, self._listing, self._digest = folder, quarantine, listing, digest
        # One listing, not a look at each.
        self._sizes, self._rejected_sizes = sizes(folder), sizes(quarantine)
        self.damaged: dict[str, str] = {}

    def is_current(self, name: str, file: ParsedFile) -> bool:
        """Return whether a file is as it was when it was parsed, by today's rules, and its parts are in place."""
        exports = file.all_exports()
        return (
            self._listing.get(name) == file.signature
            and file.rules == self._digest(name, file.content)
            and not file.gone
            and not file.content.startswith(UNREADABLE)
            and all(self._sizes.get(part.path) == part.size for export in exports for part in export.parts)
            and all(
                self._rejected_sizes.get(part.path) == part.size
                for export in exports
                for part in export.rejected
            )
            and self.is_whole(name, file)
        )

    def is_whole(self, name: str, file: ParsedFile) -> bool:
        """Return whether a file's parts are what was written; one that is not is reported, and its file is read again.

        Raises:
            DamagedError: It cannot be: its export is no longer there.
        """
        again = {id(export) for export in file.exports} if not file.gone else set()
        for export in file.all_exports():
            for folder, parts in ((self._folder, export.parts), (self._quarantine, export.rejected)):
                for part in parts:
                    if is_whole(folder, part):
                        continue
                    where = str(folder / part.path)
                    if id(export) not in again:
                        raise DamagedError(
                            f"is damaged, and {export.name}, which it was read from, is no longer there as it was",
                            where=where,
                            hint="restore it from a backup, or that export",
                        )
                    self.damaged.setdefault(where, f"{where} is damaged; {name} is read again")
                    return False
        return True
