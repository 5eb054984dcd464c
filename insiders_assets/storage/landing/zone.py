"""What a landing zone is, wherever it is. Exports are read, never written: what is there is the user's."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from insiders_assets.errors import UsageError
from insiders_assets.storage.private import FILES, GIVEN, RECORDS, ROOMS

if TYPE_CHECKING:
    import os
    from contextlib import AbstractContextManager
    from pathlib import Path

MAPPING = "mapping.yaml"
"""What other shops' columns mean: belongs beside the exports, and is none."""
COSTS = "costs.csv"
"""What products cost: it is beside the exports and is none."""
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
        """Return every export, and the mapping beside them, by name relative to the landing zone, sorted by name.

        Names that begin with a dot and unfinished files are left out, files in sub-folders are not. The mapping stands
        under :data:`MAPPING` wherever it is. Without an export, the listing is empty.

        Raises:
            InsidersError: The landing zone is not there or cannot be read.
            UsageError: It is something else than a place for files.
        """

    def fetch(self, name: str) -> AbstractContextManager[Path]:
        """Give a path where the file called ``name`` can be read for the length of the block."""

    def has_changed(self, name: str, signature: FileSignature) -> bool:
        """Return whether the file called ``name`` no longer looks as it did in the listing, or is gone."""

    def mapping_place(self) -> str:
        """Return where the mapping file is, or would be."""

    def mapping_text(self) -> str | None:
        """Return the mapping file as it is, or None if there is none."""

    def write_mapping(self, text: str) -> None:
        """Put the mapping file in its place: the one thing ever written here, when the user asks for it."""


def is_export(name: str) -> bool:
    """Return whether a file of this name, relative to the landing zone, is taken for an export."""
    parts = name.split("/")
    return (
        not any(part.startswith(".") for part in parts)
        and name not in (MAPPING, COSTS)
        and not name.lower().endswith(UNFINISHED)
        and not name.endswith("~")
    )


def own_places(zone: str, home: str) -> frozenset[str]:
    """Return what is in a home that is in a landing zone, or is one, and is no export: names relative to the zone.

    Args:
        zone: The zone's folder or prefix, without links in it.
        home: The home's.

    Raises:
        UsageError: The zone is in a folder that the platform makes.
    """
    zone, home = f"{zone.rstrip('/')}/".lstrip("/"), f"{home.rstrip('/')}/".lstrip("/")
    if any(zone.startswith(f"{home}{room}/") for room in ROOMS):
        raise UsageError(
            "is a folder of the home, which the platform fills itself",
            where=zone.rstrip("/"),
            hint="let exports arrive in a folder of their own, and name it by --landing",
        )
    if not home.startswith(zone):
        return frozenset()
    return frozenset(home.removeprefix(zone) + name for name in (*ROOMS, *FILES, *RECORDS, *GIVEN))


def signature_of(status: os.stat_result) -> FileSignature:
    """Return the signature of a file on this machine."""
    return FileSignature(status.st_size, str(status.st_mtime_ns), status.st_mtime_ns)


def mapping_file_text(path: Path) -> str | None:
    """Return a mapping file on this machine, or None if there is none.

    Raises:
        UsageError: It cannot be read, or is no text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"the mapping cannot be read ({error})", where=str(path), hint="correct it or take it away"
        ) from None


def mapping_signature(path: Path) -> FileSignature:
    """Return what a mapping file on this machine looks like from outside.

    Raises:
        UsageError: It cannot be opened.
    """
    try:
        return signature_of(path.stat())
    except OSError as error:
        raise UsageError(
            f"the mapping cannot be opened ({error.strerror})",
            where=str(path),
            hint="correct INSIDERS_MAPPING",
        ) from None
