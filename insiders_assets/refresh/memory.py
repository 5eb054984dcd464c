"""What memory a refresh takes, known before it is taken: from row counts and constants that were measured.

Reading exports, cleaning and publishing work in batches. What grows is the programme, which asks its questions of all
purchases, and whatever has a row per customer. A refresh that would not fit is refused after its exports are read, so
that what was read need not be read again, and before anything else is computed.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from insiders_assets.errors import InsidersError

if TYPE_CHECKING:
    from insiders_assets.settings import Settings

BASE = 900_000_000
"""Bytes that a refresh of the smallest shop takes, its model's fit included."""

PER_TRANSACTION = 60
"""Bytes per transaction of the programme, above all its prices by customer; rounded up."""

PER_CUSTOMER = 2_000
"""Bytes per customer of the programme, the report and the publish; rounded up."""

_CONTROL_GROUP = Path("/sys/fs/cgroup/memory.max")


def limit(settings: Settings) -> int:
    """Return bytes that a refresh may take: the setting, or what the machine or its container has."""
    if settings.memory_limit:
        return int(settings.memory_limit)
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with suppress(OSError, ValueError):  # no such file outside Linux, and "max" where nothing is set
        return min(whole, int(_CONTROL_GROUP.read_text(encoding="ascii")))
    return whole


def estimate(transactions: int, customers: int = 0) -> int:
    """Return bytes that a refresh takes at its peak.

    Args:
        transactions: Rows of ``raw_transactions``.
        customers: Rows of ``customer_features``, as far as they are known.
    """
    return BASE + PER_TRANSACTION * transactions + PER_CUSTOMER * customers


def require(settings: Settings, transactions: int, customers: int = 0) -> None:
    """Refuse a refresh that would take more memory than it may.

    Raises:
        InsidersError: It would.
    """
    needed, allowed = estimate(transactions, customers), limit(settings)
    if needed <= allowed:
        return
    of = f"{transactions:,} transactions" + (f" of {customers:,} customers" if customers else "")
    raise InsidersError(
        f"{of} need some {needed / 1e9:.1f} GB of memory, and {allowed / 1e9:.1f} GB are allowed",
        where="INSIDERS_MEMORY_LIMIT",
        hint="raise it, take a larger machine, or keep fewer exports in the landing zone",
    )
