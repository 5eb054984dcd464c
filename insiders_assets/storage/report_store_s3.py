"""Published reports in a bucket: each below a prefix of its own, a pointer naming the latest whole one."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from insiders_assets.errors import InsidersError
from insiders_assets.places import S3Path
from insiders_assets.report.file_digests import opened
from insiders_assets.storage.report_store import LATEST, checked, require_past
from insiders_assets.unfinished import working_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

POINTER = f"{LATEST}.json"
FACTS = "report.json"


@dataclass(frozen=True)
class S3Publication:
    """The reports of one home, as :class:`insiders_assets.storage.report_store.Publication` has them in folders.

    ``reports/<name>/`` holds each report, ``reports/latest.json`` names the latest, and ``reports/latest/`` holds a
    copy of it for people: a program that reads several of its files follows the pointer, for a bucket cannot swap a
    folder.

    Attributes:
        home: The home's prefix.
    """

    home: S3Path

    @property
    def root(self) -> S3Path:
        """The prefix of all reports."""
        return self.home / "reports"

    def folder(self, name: str) -> S3Path:
        """See :meth:`insiders_assets.storage.report_store.Publication.folder`."""
        return self.root / checked(name)

    @contextmanager
    def staged(self, name: str) -> Iterator[Path]:
        """Give an empty folder to build a report in; it is sent to ``reports/<name>/`` if the block succeeds.

        The facts are sent last: a report that has them is whole.
        """
        target = self.folder(name)
        with working_folder() as folder:
            yield folder
            for file in _facts_last(path for path in folder.rglob("*") if path.is_file()):
                (target / file.relative_to(folder).as_posix()).upload(file)

    def make_latest(self, name: str) -> None:
        """Copy a published report to ``reports/latest/``, then point at it.

        Raises:
            InsidersError: There is no such report, or the bucket cannot be written.
        """
        report, shown = self.folder(name), self.root / LATEST
        if not (files := report.sizes()):
            raise InsidersError("no such report", where=str(report), hint="publish it first")
        left = shown.sizes().keys() - files.keys()
        for file in _facts_last(report / relative for relative in files):
            (shown / file.key.removeprefix(f"{report.key}/")).copy_from(file)
        for relative in left:
            (shown / relative).unlink()
        (self.root / POINTER).write_bytes((json.dumps({"name": name}) + "\n").encode())

    def latest(self) -> str | None:
        """Return the name of the latest report, or None before the first."""
        try:
            return checked(json.loads((self.root / POINTER).read_text())["name"])
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise InsidersError(
                f"names no report ({error})",
                where=str(self.root / POINTER),
                hint="run again: insiders run --force",
            ) from None

    def facts(self, name: str) -> dict[str, Any] | None:
        """See :meth:`insiders_assets.storage.report_store.Publication.facts`."""
        file = self.folder(name) / FACTS
        try:
            return opened(file.read_text())
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise InsidersError(
                f"cannot be read ({error})",
                where=str(file),
                hint="make the report again: insiders run --force",
            ) from None

    def latest_report(self) -> dict[str, Any] | None:
        """Return the latest ``report.json``, or None before the first report."""
        return None if (name := self.latest()) is None else self.facts(name)

    def remove(self, name: str) -> None:
        """Delete a published report that is not the latest, its facts first: without them it is no report.

        Raises:
            InsidersError: It is the latest, or the bucket cannot be written.
        """
        report = self.folder(name)
        require_past(report, self.latest())
        for file in reversed(_facts_last(report / relative for relative in report.sizes())):
            file.unlink()

    def names(self) -> list[str]:
        """Return the published reports, by name."""
        found = {relative.partition("/")[0] for relative in self.root.sizes() if "/" in relative}
        return sorted(found - {LATEST})


_File = TypeVar("_File", Path, S3Path)


def _facts_last(files: Iterable[_File]) -> list[_File]:
    return sorted(files, key=lambda file: (file.name == FACTS, str(file)))
