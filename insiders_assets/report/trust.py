"""Which clusters are trusted enough to act on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

LEAST_STABLE = 0.75
"""Bootstrap Jaccard below which a cluster is no group to act on (C. Hennig, 2007)."""


def is_trusted(row: Mapping[str, Any]) -> bool:
    """Return whether a cluster comes back when it is drawn from other customers, or has not been studied yet."""
    return row["stability"] is None or row["stability"] >= LEAST_STABLE
