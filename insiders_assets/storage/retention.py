"""How many reports are kept: the newest refreshes', and whatever ``reports/latest`` shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from insiders_assets.storage.report_store import Publication
    from insiders_assets.storage.report_store_s3 import S3Publication


def retire(publication: Publication | S3Publication, refreshes: Sequence[str], kept: int) -> list[str]:
    """Delete the reports of all but the newest refreshes.

    A report that no refresh published is somebody else's, or being published: it stays. What the warehouse tells of a
    refresh stays, too.

    Args:
        publication: The reports.
        refreshes: The name of every refresh, oldest first.
        kept: How many of the newest keep their report; the rest lose theirs.

    Returns:
        The names of the reports that are gone.

    Raises:
        InsidersError: A report cannot be deleted.
    """
    old = set(refreshes[:-kept]) - set(refreshes[-kept:]) - {publication.latest()}
    if not old:
        return []
    gone = sorted(old & set(publication.names()))
    for name in gone:
        publication.remove(name)
    return gone
