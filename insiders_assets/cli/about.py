"""``insiders about``: everything that is kept of a customer, for the customer to read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typer

from insiders_assets.aliases import aliases_of
from insiders_assets.erasure.destinations import all_delivered
from insiders_assets.erasure.forget import CUSTOMER, checked
from insiders_assets.erasure.subject_access import all_about
from insiders_assets.storage.stores import Stores

if TYPE_CHECKING:
    from insiders_assets.settings import Settings

SHOWN = 5
"""Rows of a place that are printed; ``--json`` has all of them."""


def about(settings: Settings, customer: str, *, as_json: bool) -> None:
    """Print what is kept of a customer.

    Args:
        settings: Where things are kept.
        customer: The customer's id, as an export has it.
        as_json: Print one JSON object with every row.

    Raises:
        UsageError: It is no customer's id.
        InsidersError: Nothing has been ingested yet, or something cannot be read.
    """
    (customer,) = checked([customer])
    stores = Stores(settings)
    stores.transactions.manifest()
    ids = aliases_of(settings).everyone(settings.as_kept(CUSTOMER, [customer]))
    found = all_about(stores, ids) | all_delivered(stores, ids)
    forgotten = stores.transactions.tombstones.read()
    is_forgotten = any(map(forgotten.holds, settings.as_kept(CUSTOMER, [customer])))
    if as_json:
        answer = {"customer_id": customer, "is_forgotten": is_forgotten, "kept": found}
        typer.echo(json.dumps(answer, default=str, ensure_ascii=False))
        return
    if not found:
        typer.echo(f"{customer}: nothing is kept of this id" + (" (forgotten)" if is_forgotten else ""))
        return
    for place, rows in found.items():
        typer.echo(f"{place}: {len(rows):,} row" + ("s" if len(rows) != 1 else ""))
        for row in rows[:SHOWN]:
            typer.echo("  " + ", ".join(f"{key}={value}" for key, value in row.items() if value is not None))
        if len(rows) > SHOWN:
            typer.echo(f"  … and {len(rows) - SHOWN:,} more (--json has all)")
