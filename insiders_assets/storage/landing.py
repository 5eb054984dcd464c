"""The landing zone: where exports arrive. Exports are read, never written: what lies there is the user's."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from insiders_assets.errors import InsidersError, UsageError
from insiders_assets.storage.atomic_write import write_text
from insiders_assets.storage.private import as_before

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

MAPPING = "mapping.yaml"
COSTS = "costs.csv"
"""What products cost: it lies beside the exports and is none."""

"""What other shops' columns mean: belongs beside the exports, and is none."""
UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".filepart")
"""Endings by which programs mark files they are still writing."""


@dataclass(frozen=True)
class FileSignature:
    """What tells, without opening a file, whether it is still the same.

    Attributes:
        size: Its size in bytes.
        version: Its modification time in nanoseconds, or its ETag.
        modified: When it was last modified, in nanoseconds since 1970 (UTC); not part of its identity.
    """

    size: int
    version: str
    modified: int = field(default=0, compare=False, repr=False)

    @property
    def arrived_at(self) -> datetime:
        """When it arrived, as naive UTC to the microsecond."""
        return datetime(1970, 1, 1) + timedelta(microseconds=self.modified // 1000)


class LandingZone(Protocol):
    """Where exports arrive."""

    @property
    def location(self) -> str:
        """The place, as the user knows it."""

    @property
    def skipped(self) -> dict[str, str]:
        """What the last listing left out although it is no folder and no hidden file, by name, and why."""

    def listing(self) -> dict[str, FileSignature]:
        """Every export, and the mapping beside them, by name relative to the landing zone, sorted by name.

        Names that begin with a dot and unfinished files are left out, files in sub-folders are not. The mapping stands
        under :data:`MAPPING` wherever it lies. Without an export, the listing is empty.

        Raises:
            InsidersError: The landing zone is not there or cannot be read.
            UsageError: It is something else than a place for files.
        """

    def fetch(self, name: str) -> AbstractContextManager[Path]:
        """Give a path where the file called ``name`` can be read for the length of the block."""

    def has_changed(self, name: str, signature: FileSignature) -> bool:
        """Whether the file called ``name`` no longer looks as it did in the listing, or is gone."""

    def mapping_place(self) -> str:
        """Where the mapping file is, or would be."""

    def mapping_text(self) -> str | None:
        """The mapping file as it is, or None if there is none."""

    def write_mapping(self, text: str) -> None:
        """Put the mapping file in its place: the one thing ever written here, when the user asks for it."""


def open_landing(location: str, mapping: str | None = None) -> LandingZone:
    """The landing zone at a location.

    Args:
        location: A directory, or ``s3://bucket/prefix``.
        mapping: The mapping file, if it is not the one beside the exports.
    """
    if location.startswith("s3://"):
        from insiders_assets.storage.landing_s3 import S3LandingZone

        return S3LandingZone(location, Path(mapping) if mapping else None)
    return FolderLandingZone(Path(location), Path(mapping) if mapping else None)


def is_export(name: str) -> bool:
    """Whether a file of this name, relative to the landing zone, is taken for an export."""
    parts = name.split("/")
    return (
        not any(part.startswith(".") for part in parts)
        and name not in (MAPPING, COSTS)
        and not name.lower().endswith(UNFINISHED)
        and not name.endswith("~")
    )


class FolderLandingZone:
    """Exports in a folder and its sub-folders.

    Args:
        folder: The folder.
        mapping: The mapping file, if it is not the one in the folder.
    """

    def __init__(self, folder: Path, mapping: Path | None = None) -> None:
        self._folder, self._mapping = folder, mapping
        self._paths: dict[str, str] = {}
        self._skipped: dict[str, str] = {}

    @property
    def location(self) -> str:
        """The folder's path."""
        return str(self._folder)

    @property
    def skipped(self) -> dict[str, str]:
        """See :attr:`LandingZone.skipped`."""
        return self._skipped

    def listing(self) -> dict[str, FileSignature]:
        """See :meth:`LandingZone.listing`. Links to files are followed, links to folders are not."""
        found: dict[str, FileSignature] = {}
        paths: dict[str, str] = {}
        self._skipped = {}
        folders = [(str(self._folder), "")]
        while folders:
            path, prefix = folders.pop()
            for entry, status in self._entries(path):
                name = prefix + _printable(entry.name)
                if status is None:
                    if is_export(name + "/x"):
                        folders.append((entry.path, name + "/"))
                elif is_export(name):
                    found[name] = _signature(status)
                    paths[name] = entry.path
        self._paths = paths
        beside = self._folder / MAPPING
        self._paths[MAPPING] = str(self._mapping or beside)
        if found and (self._mapping or beside.is_file()):
            found[MAPPING] = mapping_signature(self._mapping or beside)
        return dict(sorted(found.items()))

    def _entries(self, path: str) -> Iterator[tuple[os.DirEntry[str], os.stat_result | None]]:
        """Files with their status, and folders with None."""
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        yield entry, None
                    elif (status := self._status(entry)) is not None:
                        yield entry, status
        except FileNotFoundError:
            if path == str(self._folder):
                raise InsidersError(
                    "the landing zone is not there",
                    where=path,
                    cure="make the folder and put exports into it, or name another by --landing",
                ) from None
        except NotADirectoryError:
            raise UsageError(
                "is a file, not a folder of exports", where=path, cure="name its folder by --landing"
            ) from None
        except OSError as error:
            raise InsidersError(
                f"the landing zone cannot be read ({error.strerror})", where=path, cure="make it readable"
            ) from None

    def _status(self, entry: os.DirEntry[str]) -> os.stat_result | None:
        """The status of a file, or None, and a note of it, for what is none."""
        name = _printable(os.path.relpath(entry.path, self._folder))
        try:
            status = entry.stat()
        except OSError as error:
            if is_export(name) and entry.is_symlink():
                self._skipped[name] = f"is a link that leads nowhere ({error.strerror})"
            return None
        if stat.S_ISREG(status.st_mode):
            return status
        if is_export(name):
            kind = "a link to a folder" if stat.S_ISDIR(status.st_mode) else "a socket, a pipe or a device"
            self._skipped[name] = f"is {kind}"
        return None

    @contextmanager
    def fetch(self, name: str) -> Iterator[Path]:
        """See :meth:`LandingZone.fetch`."""
        yield Path(self._paths.get(name) or self._folder / name)

    def has_changed(self, name: str, signature: FileSignature) -> bool:
        """See :meth:`LandingZone.has_changed`."""
        try:
            return _signature(os.stat(self._paths.get(name) or self._folder / name)) != signature  # noqa: PTH116
        except OSError:
            return True

    def mapping_place(self) -> str:
        """See :meth:`LandingZone.mapping_place`."""
        return str(self._mapping or self._folder / MAPPING)

    def mapping_text(self) -> str | None:
        """See :meth:`LandingZone.mapping_text`."""
        return mapping_file_text(Path(self.mapping_place()))

    def write_mapping(self, text: str) -> None:
        """See :meth:`LandingZone.write_mapping`."""
        path = Path(self.mapping_place())
        write_text(path, text)
        as_before(path)


def _signature(status: os.stat_result) -> FileSignature:
    return FileSignature(status.st_size, str(status.st_mtime_ns), status.st_mtime_ns)


def _printable(name: str) -> str:
    """A file name as text; bytes that are no UTF-8 are written as escapes."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def mapping_file_text(path: Path) -> str | None:
    """A mapping file on this machine, or None if there is none.

    Raises:
        UsageError: It cannot be read, or is no text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"the mapping cannot be read ({error})", where=str(path), cure="mend it or take it away"
        ) from None


def mapping_signature(path: Path) -> FileSignature:
    """What a mapping file on this machine looks like from outside.

    Raises:
        UsageError: It cannot be opened.
    """
    try:
        return _signature(path.stat())
    except OSError as error:
        raise UsageError(
            f"the mapping cannot be opened ({error.strerror})",
            where=str(path),
            cure="correct INSIDERS_MAPPING",
        ) from None
