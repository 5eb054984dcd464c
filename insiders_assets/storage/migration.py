"""Moving a home: every file and every row of the warehouse, to another place, compared afterwards byte by byte.

Between a folder with SQLite and a bucket with PostgreSQL in either direction; a move into an empty folder is a backup,
a move out of it restores one. Pointers are written last, when all that they name is there.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from insiders_assets import checksums, progress
from insiders_assets.errors import InsidersError, UsageError
from insiders_assets.nothing_new import FILE as NOTHING_NEW
from insiders_assets.places import Place, S3Path, sizes
from insiders_assets.storage.atomic_write import noted, replacing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from insiders_assets.storage.stores import Stores

ELSEWHERE = ("reports", "dagster", "insiders.db", NOTHING_NEW)
"""What is not moved as files: reports and the warehouse are moved by what keeps them, Dagster's history stays."""
POINTERS = ("raw_transactions.manifest.json", "segmentation_model/latest.json", "refresh.json")
"""Files of the lake that name others, in the order in which they are written, after all others."""


FOLDERS = ("lake", "quarantine", "reports")
"""Where one of these is, a refresh has begun at least once."""


@dataclass(frozen=True)
class Moved:
    """What a move took along and found equal at its end.

    Attributes:
        files: Files.
        size: Their bytes.
        reports: Reports, whose files are among them.
        tables: Rows by table of the warehouse.
    """

    files: int
    size: int
    reports: int
    tables: dict[str, int]


def require_two(source: Stores, target: Stores) -> None:
    """Look before anything is written, a lock included.

    Raises:
        UsageError: There is no home to move, or its copy would be itself.
    """
    if source.home.absolute() == target.home.absolute() or _same_folder(source, target):
        raise UsageError("is the home itself", where=str(target.home), hint="name another place by --to")
    if not _is_home(source):
        raise UsageError(
            "is no home: nothing has been refreshed there",
            where=str(source.home),
            hint="name one by --home or INSIDERS_HOME",
        )


def _is_home(stores: Stores) -> bool:
    return any((stores.home / folder).exists() for folder in FOLDERS)


def _same_folder(source: Stores, target: Stores) -> bool:
    """Return whether two names, such as a link and what it leads to, are of one folder."""
    here, there = source.home, target.home
    return isinstance(here, Path) and isinstance(there, Path) and here.resolve() == there.resolve()


def move(source: Stores, target: Stores) -> Moved:
    """Copy a home to another place and compare; the source is only read.

    Raises:
        UsageError: Something is at the target already.
        InsidersError: The source is incomplete, a place cannot be read or written, or the copy differs.
    """
    _refuse_filled(target)
    files = _files(source)
    for done, name in enumerate(files, start=1):
        _copy(source.home / name, target.home / name)
        progress.report("copying files", done, len(files))
    for name in source.publication.names():
        report = source.publication.folder(name)
        with target.publication.staged(name) as staged:
            for relative in sizes(report):
                _copy(report / relative, staged / relative)
    if source.warehouse.exists():
        target.warehouse.restore({name: source.warehouse.read(name) for name in source.warehouse.tables()})
    if latest := source.publication.latest():
        target.publication.make_latest(latest)
    return compare(source, target)


def compare(source: Stores, target: Stores) -> Moved:
    """Compare two homes: the checksum of every file, every row of every table, and which report is the latest.

    Raises:
        InsidersError: They differ; the message names the first difference and how many there are.
    """
    found, total, differ = 0, 0, []
    reports = source.publication.names()
    for name in [*_files(source), *_report_files(source, reports)]:
        here = checksum(source.home / name)
        found, total = found + 1, total + here[1]
        if checksum(target.home / name) != here:
            differ.append(f"file {name}")
        progress.report("comparing files", found)
    rows = {}
    for name in source.warehouse.tables() if source.warehouse.exists() else ():
        table = source.warehouse.read(name)
        rows[name] = table.height
        if not target.warehouse.exists() or not table.equals(target.warehouse.read(name)):
            differ.append(f"table {name}")
    if source.publication.latest() != target.publication.latest():
        differ.append("the latest report")
    if differ:
        more = f" and {len(differ) - 1} more" if len(differ) > 1 else ""
        raise InsidersError(
            f"differs from {source.home}: {differ[0]}{more}",
            where=str(target.home),
            hint="empty it and move again; nothing of the source has changed",
        )
    return Moved(found, total, len(reports), rows)


def checksum(path: Place) -> tuple[str, int]:
    """Return the SHA-256 of a file and its size; of a missing one, that of nothing and -1."""
    try:
        content = path.read_bytes()
    except OSError:
        return "", -1
    return hashlib.sha256(content).hexdigest(), len(content)


def _files(stores: Stores) -> list[str]:
    """Return the files to move as they are, by name relative to the home, pointers last."""
    # Exports that lie in the home belong to it, unless the landing zone is named.
    left = (*ELSEWHERE, "landing") if stores.settings.landing else ELSEWHERE
    names = [name for name in sizes(stores.home) if not _is_left(name, left)]
    last = {f"lake/{name}": place for place, name in enumerate(POINTERS, start=1)}
    return sorted(names, key=lambda name: (last.get(name, 0), name))


def _is_left(name: str, left: Iterable[str]) -> bool:
    """Return whether a file stays where it is: moved otherwise, or a remainder of a run that was cut short."""
    first, *_ = parts = name.split("/")
    return first in left or first.startswith("insiders.db-") or any(part.startswith(".") for part in parts)


def _report_files(stores: Stores, names: Iterable[str]) -> list[str]:
    return [
        f"reports/{name}/{relative}" for name in names for relative in sizes(stores.publication.folder(name))
    ]


def _copy(source: Place, target: Place) -> None:
    checksums.require(source, "make it again first: insiders run --force")
    with (noted if checksums.is_noted(source) else replacing)(target) as temporary:
        if isinstance(source, S3Path):
            source.download(temporary)
        else:
            shutil.copyfile(source, temporary)
            found = (
                source.stat()
            )  # an export is known again by its time of change, and so need not be read for it
            os.utime(temporary, ns=(found.st_atime_ns, found.st_mtime_ns))


def _refuse_filled(target: Stores) -> None:
    """Never mix two homes.

    Raises:
        UsageError: There is something at the target.
    """
    home = target.home
    if isinstance(home, Path) and home.is_file():
        raise UsageError("is a file", where=str(home), hint="name a folder")
    if _is_home(target):
        raise UsageError("is a home already", where=str(home), hint="name a place where nothing is yet")
    if target.warehouse.latest_refresh():
        raise UsageError(
            "is a warehouse already", where=target.warehouse.place, hint="name an empty database"
        )
