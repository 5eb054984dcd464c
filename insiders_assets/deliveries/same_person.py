"""Ids that may be one person's: those that share an e-mail address or a telephone number, written alike or not."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.deliveries.forms import email, phone

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from insiders_assets.aliases import Aliases

CUSTOMER = "customer_id"
MOST = 4
"""Ids that share an address at most; one that more have is a family's, a company's or the shop's own."""
PROPOSED = {CUSTOMER: pl.String, "same_as": pl.String, "because": pl.String}


def proposed(contacts: pl.DataFrame, last_seen: Mapping[str, date], aliases: Aliases) -> pl.DataFrame:
    """Return who may be the same person as whom, and by what: ``customer_id, same_as, because``, sorted.

    The id that bought last is the one that the person is to be known by.

    Args:
        contacts: ``customer_id`` and any of ``email, phone``.
        last_seen: The day of each customer's last transaction; nobody else is proposed.
        aliases: Who is known to be the same person already.
    """
    by_address: dict[tuple[str, str], set[str]] = defaultdict(set)
    for person in contacts.iter_rows(named=True):
        who = aliases.main(person[CUSTOMER])
        if who not in last_seen:
            continue
        for kind, value in (("email", email(person)), ("phone", phone(person))):
            if value:
                by_address[kind, value].add(who)
    found: dict[str, tuple[str, set[str]]] = {}
    for (kind, _), ids in sorted(by_address.items()):
        if not 1 < len(ids) <= MOST:
            continue
        main = max(ids, key=lambda who: (last_seen[who], who))
        for other in sorted(ids - {main}):
            same_as, kinds = found.setdefault(other, (main, set()))
            if same_as == main:
                kinds.add(kind)
    rows = [(other, main, " and ".join(sorted(kinds))) for other, (main, kinds) in sorted(found.items())]
    return pl.DataFrame(rows, schema=PROPOSED, orient="row")
