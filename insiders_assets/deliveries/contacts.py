"""``contacts.csv``: the addresses by which destinations know people, read when something is delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.aliases import Aliases
from insiders_assets.csv_files import read_csv
from insiders_assets.deliveries.forms import CONTACT
from insiders_assets.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from insiders_assets.places import Place

CUSTOMER = "customer_id"
NO_ALIASES = Aliases()


def read_contacts(path: Place, kept_as: Callable[[str], str], aliases: Aliases = NO_ALIASES) -> pl.DataFrame:
    """Return ``customer_id`` and what the file says of each, empty texts as missing.

    Args:
        path: The file: ``customer_id`` (or ``id``) and any of :data:`~insiders_assets.deliveries.forms.CONTACT`.
        kept_as: What tables hold in the place of an id.
        aliases: Who is the same person as whom; the line of the id that they are known by comes before another's.

    Raises:
        UsageError: A column is unknown or lacking, or a customer stands in it twice; the message names the line.
    """
    rows = read_csv(path, required=(CUSTOMER,), allowed=CONTACT)
    twice = rows.filter(pl.col(CUSTOMER).is_duplicated())
    if twice.height:
        who, line = twice.row(1, named=True)[CUSTOMER], twice.row(1, named=True)["line"]
        raise UsageError(
            f"customer {who!r} stands here for the second time",
            where=f"{path} (line {line})",
            hint="keep one line of each",
        )
    texts = [pl.col(name).str.strip_chars().replace("", None) for name in CONTACT if name in rows.columns]
    own = rows.select(pl.col(CUSTOMER).map_elements(kept_as, pl.String), *texts)
    if not aliases.same_as:
        return own
    known = own.with_columns(pl.col(CUSTOMER).map_elements(aliases.main, pl.String), own=pl.col(CUSTOMER))
    ordered = known.sort(pl.col("own") != pl.col(CUSTOMER), maintain_order=True)
    return ordered.unique(CUSTOMER, keep="first", maintain_order=True).drop("own")
