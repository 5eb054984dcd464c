"""The landing zone: where exports arrive, in a folder or a bucket."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from insiders_assets.storage.landing.folder import FolderLandingZone
from insiders_assets.storage.landing.zone import (
    COSTS,
    MAPPING,
    UNFINISHED,
    FileSignature,
    LandingZone,
    is_export,
)

if TYPE_CHECKING:
    from insiders_assets.places import Place

__all__ = [
    "COSTS",
    "MAPPING",
    "UNFINISHED",
    "FileSignature",
    "FolderLandingZone",
    "LandingZone",
    "is_export",
    "open_landing",
]


def open_landing(location: str, mapping: str | None = None, home: Place | None = None) -> LandingZone:
    """Return the landing zone at a location.

    Args:
        location: A directory, or ``s3://bucket/prefix``.
        mapping: The mapping file, if it is not the one beside the exports.
        home: The home, which may lie in it: what the platform makes there is no export.
    """
    if location.startswith("s3://"):
        from insiders_assets.storage.landing.s3 import S3LandingZone

        return S3LandingZone(location, Path(mapping) if mapping else None, home)
    return FolderLandingZone(Path(location), Path(mapping) if mapping else None, home)
