"""A landing zone in a folder of this machine."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from insiders_assets.errors import InsidersError, UsageError
from insiders_assets.storage.atomic_write import write_text
from insiders_assets.storage.landing.zone import (
    MAPPING,
    FileSignature,
    is_export,
    mapping_file_text,
    mapping_signature,
    own_places,
    signature_of,
)
from insiders_assets.storage.private import as_before

if TYPE_CHECKING:
    from collections.abc import Iterator

    from insiders_assets.places import Place


class FolderLandingZone:
    """Exports in a folder and its sub-folders.

    Args:
        folder: The folder.
        mapping: The mapping file, if it is not the one in the folder.
        home: The home, whose own files are no exports.
    """

    def __init__(self, folder: Path, mapping: Path | None = None, home: Place | None = None) -> None:
        self._folder, self._mapping = folder, mapping
        self._home = home if isinstance(home, Path) else None
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
        own = (
            own_places(os.path.realpath(self._folder), os.path.realpath(self._home))
            if self._home
            else frozenset()
        )
        folders = [(str(self._folder), "")]
        while folders:
            path, prefix = folders.pop()
            for entry, status in self._entries(path):
                name = prefix + printable(entry.name)
                if name in own:
                    continue
                if status is None:
                    if is_export(name + "/x"):
                        folders.append((entry.path, name + "/"))
                elif is_export(name):
                    found[name] = signature_of(status)
                    paths[name] = entry.path
        self._paths = paths
        beside = self._folder / MAPPING
        self._paths[MAPPING] = str(self._mapping or beside)
        if found and (self._mapping or beside.is_file()):
            found[MAPPING] = mapping_signature(self._mapping or beside)
        return dict(sorted(found.items()))

    def _entries(self, path: str) -> Iterator[tuple[os.DirEntry[str], os.stat_result | None]]:
        """Yield files with their status, and folders with None."""
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
                    hint="make the folder and put exports into it, or name another by --landing",
                ) from None
        except NotADirectoryError:
            raise UsageError(
                "is a file, not a folder of exports", where=path, hint="name its folder by --landing"
            ) from None
        except OSError as error:
            raise InsidersError(
                f"the landing zone cannot be read ({error.strerror})", where=path, hint="make it readable"
            ) from None

    def _status(self, entry: os.DirEntry[str]) -> os.stat_result | None:
        """Return the status of a file, or None, and a note of it, for what is none."""
        name = printable(os.path.relpath(entry.path, self._folder))
        try:
            status = entry.stat()
        except OSError as error:
            if is_export(name) and entry.is_symlink():
                self._skipped[name] = f"is a link that leads nowhere ({error.strerror})"
            return None
        if stat.S_ISREG(status.st_mode) and not (entry.is_symlink() and is_of_system(entry.path)):
            return status
        if is_export(name):
            self._skipped[name] = "is a link to a folder" if stat.S_ISDIR(status.st_mode) else no_file(status)
        return None

    @contextmanager
    def fetch(self, name: str) -> Iterator[Path]:
        """See :meth:`LandingZone.fetch`."""
        yield Path(self._paths.get(name) or self._folder / name)

    def has_changed(self, name: str, signature: FileSignature) -> bool:
        """See :meth:`LandingZone.has_changed`."""
        try:
            return signature_of(os.stat(self._paths.get(name) or self._folder / name)) != signature  # noqa: PTH116
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


def no_file(status: os.stat_result) -> str:
    """Return what something is that is neither a folder nor a file that could hold an export."""
    return (
        "is a link to a file of the system"
        if stat.S_ISREG(status.st_mode)
        else "is a socket, a pipe or a device"
    )


def is_of_system(path: str) -> bool:
    """Return whether a path leads to what the system shows of itself.

    Such a file is another whenever it is looked at.
    """
    return os.path.realpath(path).startswith(("/proc/", "/sys/"))


def printable(name: str) -> str:
    """Return a file name as text; bytes that are no UTF-8 are written as escapes."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
