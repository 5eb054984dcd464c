"""Published reports as the dashboard serves them: whole pages that load nothing, from the home beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from insiders_assets.places import Place

FILES = {
    "report.html": "text/html",
    "evidence.html": "text/html",
    "members.csv": "text/csv",
    "members.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""The files of a report that its pages link to, by their kinds."""

FACTS = "report.json"
"""The file of a report that programs read."""


class Reports:
    """The reports of a home.

    Args:
        home: The home; None where the dashboard sees the warehouse alone.
    """

    def __init__(self, home: Place | None = None) -> None:
        self._home = home

    def read(self, name: str, file: str) -> bytes | None:
        """Return a file of a report; None if there is none, or none that can be seen from here.

        Args:
            name: The refresh that the report is of.
            file: One of :data:`FILES`.
        """
        return self._bytes(name, file) if file in FILES else None

    def facts(self, name: str) -> bytes | None:
        """Return ``report.json`` of a report; None if there is none, or none that can be seen from here.

        Args:
            name: The refresh that the report is of.
        """
        return self._bytes(name, FACTS)

    def _bytes(self, name: str, file: str) -> bytes | None:
        from insiders_assets.errors import UsageError
        from insiders_assets.storage.report_store import checked

        if self._home is None:
            return None
        try:
            return (self._home / "reports" / checked(name) / file).read_bytes()
        except (OSError, UsageError):
            return None

    def has(self, name: str) -> bool:
        """Return whether there is a report of a refresh.

        Args:
            name: The refresh.
        """
        return self._home is not None and (self._home / "reports" / name / "report.html").is_file()
