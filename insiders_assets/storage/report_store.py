"""Published reports: each in a folder of its own, ``reports/latest`` always pointing at a whole one."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from insiders_assets.errors import InsidersError, UsageError
from insiders_assets.report.file_digests import opened
from insiders_assets.storage.atomic_write import make_folder
from insiders_assets.storage.exchange import exchanged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from insiders_assets.places import Place

LATEST = "latest"
_STAGING = ".staging-"
_OLD = ".old"
"""What the name of a report ends with that makes room for a new one of its name."""
_GONE = ".gone"
"""What the name of a report ends with that another one took the place of, or that is being deleted."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class Publication:
    """The reports of one home.

    Attributes:
        home: The home folder; reports lie in ``reports/`` below it.
    """

    home: Path

    @property
    def root(self) -> Path:
        """The folder of all reports."""
        return self.home / "reports"

    def folder(self, name: str) -> Path:
        """Return the folder of a published report, or of the latest one if ``name`` is ``latest``.

        Raises:
            UsageError: The name is no plain folder name.
        """
        return self.root / checked(name)

    @contextmanager
    def staged(self, name: str) -> Iterator[Path]:
        """Give an empty folder to build a report in; it becomes ``reports/<name>`` if the block succeeds.

        A report of that name is replaced, and is left as it was if the block fails. What a crashed run left behind is
        removed first.

        Raises:
            InsidersError: The home cannot be written.
        """
        from filelock import FileLock

        target = self.folder(name)
        make_folder(self.root)
        with _writable(self.root):
            self._sweep()
        staging = self.root / f"{_STAGING}{uuid4().hex[:12]}"
        # The lock tells a run at work from a crashed one: the system lets go of it when a process ends.
        lock = FileLock(_lock_of(staging))
        try:
            with _writable(self.root):
                lock.acquire()
                staging.mkdir()
            yield staging
            with _writable(self.root):
                _sync(staging)
                self._put(staging, target)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
            _lock_of(staging).unlink(missing_ok=True)
            lock.release()

    def make_latest(self, name: str) -> None:
        """Point ``reports/latest`` at a published report, in one step.

        Raises:
            InsidersError: There is no such report, or the home cannot be written.
        """
        if not self.folder(name).is_dir():
            raise InsidersError("no such report", where=str(self.folder(name)), hint="publish it first")
        with _writable(self.root):
            self._point(name)
            self._settle()

    def _settle(self) -> None:
        """Delete what was shown under the name of a report that took its place, once nobody can be on the way to it."""
        for gone in self.root.glob(f"{_STAGING}*{_GONE}"):
            shutil.rmtree(gone, ignore_errors=True)

    def latest(self) -> str | None:
        """Return the name of the latest report, or None before the first."""
        link = self.root / LATEST
        if not link.is_symlink() or not link.is_dir():
            return None
        return link.readlink().name

    def facts(self, name: str) -> dict[str, Any] | None:
        """Return the ``report.json`` of a published report, or None if there is no such report.

        Raises:
            InsidersError: It cannot be read.
        """
        file = self.folder(name) / "report.json"
        try:
            return opened(file.read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError) as error:
            raise InsidersError(
                f"cannot be read ({error})",
                where=str(file),
                hint="make the report again: insiders run --force",
            ) from None

    def latest_report(self) -> dict[str, Any] | None:
        """Return the latest ``report.json``, or None before the first report."""
        return self.facts(LATEST)

    def names(self) -> list[str]:
        """Return the published reports, by name."""
        if not self.root.is_dir():
            return []
        return sorted(
            entry.name
            for entry in self.root.iterdir()
            if entry.is_dir() and not entry.is_symlink() and not entry.name.startswith(".")
        )

    def remove(self, name: str) -> None:
        """Delete a published report that is not the latest; it goes in one step, as it came.

        Raises:
            InsidersError: It is the latest, or the home cannot be written.
        """
        target = self.folder(name)
        require_past(target, self.latest())
        with _writable(self.root):
            old = self.root / f"{_STAGING}{name}{_GONE}"  # a name that is swept where this is cut short
            shutil.rmtree(old, ignore_errors=True)
            if target.exists():  # or else somebody who was killed had come as far as here
                target.rename(old)
                shutil.rmtree(old)

    def _put(self, staging: Path, target: Path) -> None:
        """Rename the staged folder to its name.

        Where one of that name is shown, they exchange their names, and the old one stays for a while: a reader may have
        followed the link already. Where the system cannot do that, a copy stands in meanwhile.
        """
        if not target.exists():
            staging.rename(target)
            _sync_folder(self.root)
            return
        shown = self.latest() == target.name
        if shown and exchanged(staging, target):
            gone = self.root / f"{_STAGING}{target.name}{_GONE}"
            shutil.rmtree(gone, ignore_errors=True)
            staging.rename(gone)
            _sync_folder(self.root)
            return
        stand_in = self.root / f"{_STAGING}{target.name}.shown"
        old = self.root / f"{_STAGING}{target.name}{_OLD}"
        for left in (stand_in, old):
            shutil.rmtree(left, ignore_errors=True)
        if shown:
            shutil.copytree(staging, stand_in, copy_function=os.link)
            self._point(stand_in.name)
        target.rename(old)
        staging.rename(target)
        _sync_folder(self.root)
        if shown:
            self._point(target.name)
        for left in (stand_in, old):
            shutil.rmtree(left, ignore_errors=True)

    def _point(self, name: str) -> None:
        link = self.root / LATEST
        if link.exists() and not link.is_symlink():
            raise InsidersError(
                "is a folder where a link to the latest report belongs", where=str(link), hint="move it away"
            )
        temporary = self.root / f".{LATEST}"  # always the same, so that what a killed run left goes
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(name, target_is_directory=True)
        os.replace(temporary, link)  # noqa: PTH105 - the one call that swaps atomically
        _sync_folder(self.root)

    def _sweep(self) -> None:
        """Remove what crashed runs left: staging folders whose lock nobody holds.

        A report that made room for a new one of its name comes back if that one never came.
        """
        from filelock import FileLock, Timeout

        for old in self.root.glob(f"{_STAGING}*{_OLD}"):
            target = self.root / old.name.removeprefix(_STAGING).removesuffix(_OLD)
            if not target.exists():
                old.rename(target)
        shown = self.latest()
        for name in {found.name.removesuffix(".lock") for found in self.root.glob(f"{_STAGING}*")} - {shown}:
            left = self.root / name
            with suppress(Timeout), FileLock(_lock_of(left), timeout=0):
                shutil.rmtree(left, ignore_errors=True)
                _lock_of(left).unlink(missing_ok=True)


def checked(name: str) -> str:
    """Return the name of a report, which cannot lead out of the folder of reports.

    Raises:
        UsageError: The name is no plain folder name.
    """
    if not _NAME.fullmatch(name):
        raise UsageError("is no name of a report", where=repr(name), hint="use letters, digits, -, _ and .")
    return name


def require_past(report: Place, latest: str | None) -> None:
    """Refuse to delete the report that is shown.

    Args:
        report: Where it is, under its name.
        latest: The name of the latest report.

    Raises:
        InsidersError: They are the same.
    """
    if report.name == latest:
        raise InsidersError("is the latest report", where=str(report), hint="publish another first")


def _lock_of(staging: Path) -> Path:
    return staging.with_name(f"{staging.name}.lock")


@contextmanager
def _writable(root: Path) -> Iterator[None]:
    """Say in one line that the reports cannot be written."""
    try:
        yield
    except OSError as error:
        raise InsidersError(
            f"cannot be written ({error.strerror or error})",
            where=str(root),
            hint="choose another --home, give this one write permission, or make room on the disk",
        ) from None


def _sync(folder: Path) -> None:
    """Make sure that a folder's files are on the disk before the folder is shown."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as handle:
                os.fsync(handle.fileno())
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
