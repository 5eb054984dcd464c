"""``insiders aliases``: who is the same person as whom, and who may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import typer

from insiders_assets.aliases import FILE, aliases_file, aliases_of
from insiders_assets.deliveries.contacts import read_contacts
from insiders_assets.deliveries.same_person import CUSTOMER, proposed
from insiders_assets.errors import UsageError
from insiders_assets.storage.stores import Stores

if TYPE_CHECKING:
    from pathlib import Path

    from insiders_assets.settings import Settings


def show_aliases(settings: Settings) -> None:
    """Print the aliases that hold.

    Raises:
        UsageError: Something is wrong in the sheet.
    """
    found = aliases_of(settings).same_as
    where = aliases_file(settings)
    if not found:
        typer.echo(f"No aliases in {where}. Who may be one person: insiders aliases --propose CONTACTS")
    for other, main in sorted(found.items()):
        typer.echo(f"{other},{main}")


def propose_aliases(settings: Settings, contacts: Path) -> None:
    """Print, as lines for the sheet, who may be one person by e-mail address or telephone number. Changes nothing.

    Args:
        settings: Where things lie.
        contacts: A file of addresses, as deliveries take them.

    Raises:
        UsageError: The file is not there, or something is wrong in it.
        InsidersError: Nothing has been ingested yet.
    """
    if not contacts.is_file():
        raise UsageError(
            "is not there", where=str(contacts), hint="name a CSV with customer_id, email, phone"
        )
    aliases = aliases_of(settings)
    addresses = read_contacts(contacts, lambda who: settings.as_kept(CUSTOMER, [who])[-1])
    rows = Stores(settings).transactions.scan().filter(pl.col(CUSTOMER).is_not_null())
    last = rows.group_by(CUSTOMER).agg(pl.col("invoice_date").max().dt.date()).collect()
    pairs = proposed(addresses, dict(last.iter_rows()), aliases)
    typer.echo(pairs.write_csv(), nl=False)
    look = (
        f"look at each, then put those that are into {aliases_file(settings)}" if pairs.height else "nobody"
    )
    typer.echo(f"insiders: {pairs.height} may be another's ({FILE}): {look}", err=True)
