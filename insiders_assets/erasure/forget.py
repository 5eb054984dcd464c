"""A customer leaves everything that is kept, and does not come back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.contracts.customers import ANONYMOUS
from insiders_assets.erasure.dagster_history import forget_in_dagster
from insiders_assets.erasure.destinations import all_delivered, forget_delivered
from insiders_assets.erasure.exports import Forgetting
from insiders_assets.erasure.reports import redact_reports
from insiders_assets.erasure.sheets import forget_in_aliases, forget_in_sheet
from insiders_assets.erasure.tables import forget_in_tables, without
from insiders_assets.errors import UsageError
from insiders_assets.nothing_new import FILE as NOTHING_NEW
from insiders_assets.redaction.redactor import Redactor
from insiders_assets.refresh.held_record import FOLDER as HELD
from insiders_assets.refresh.keeping import report_digests
from insiders_assets.refresh.recovery import HISTORY

if TYPE_CHECKING:
    from insiders_assets.storage.stores import Stores

CUSTOMER = "customer_id"


@dataclass
class Erased:
    """What became of customers who were forgotten.

    Attributes:
        unknown: Ids that nothing was kept of.
        before: Ids that had been forgotten before.
        transactions: Transactions that are gone.
        lake_rows: Rows of the lake's tables that are gone.
        warehouse_rows: Rows of the warehouse that are gone.
        report_files: Files of reports that are rewritten.
        left: What is left to do by hand or by the next delivery, a line for each destination.
    """

    unknown: list[str]
    before: list[str]
    transactions: int = 0
    lake_rows: int = 0
    warehouse_rows: int = 0
    report_files: int = 0
    left: list[str] = field(default_factory=list)


def forget(
    stores: Stores, ids: Sequence[str], *, refresh: Callable[[], object], dagster: object = None
) -> Erased:
    """Forget customers, and refresh without them.

    The tombstones come first: whatever fails after that, nobody comes back, and the same can be done again. A refresh
    without them takes the place of the tables and the report that are shown, each all at once, before what is past is
    cleaned: nobody reads a list that is one shorter than the figures beside it. If there can be no refresh, what is
    shown is cleaned all the same.

    Args:
        stores: Where things lie, which nobody else writes to meanwhile.
        ids: All ids of the customers, as exports have them.
        refresh: Makes and publishes tables without them.
        dagster: The folder of Dagster's history, if it is one.

    Raises:
        InsidersError: Nothing has been ingested yet, or something cannot be written.
    """
    stores.transactions.manifest()
    redactor = Redactor(stores.settings.as_kept(CUSTOMER, ids))
    found = Erased(*absent(stores, ids))
    stores.transactions.tombstones.add(redactor.ids)
    found.transactions = Forgetting(stores.transactions, redactor)()
    found.lake_rows = forget_in_tables(stores.lake_folder, redactor)
    stores.carried.clear()
    (stores.home / NOTHING_NEW).unlink(missing_ok=True)
    found.warehouse_rows = sum(stores.warehouse.named(sorted(redactor.ids)).values())
    try:
        refresh()
    finally:
        stores.warehouse.purge(redactor)
        for folder in (HISTORY, HELD):
            forget_in_tables(stores.home / folder, redactor)
        found.report_files = redact_reports(stores.publication, redactor)
        stores.refreshes.rewrite(
            lambda path: without(path, redactor), lambda name: report_digests(stores, name)
        )
        forget_in_sheet(stores, redactor)
        forget_in_dagster(dagster, redactor)
        found.left = forget_delivered(stores, redactor.ids)
        # Last: until then the same command finds all ids of a person again.
        forget_in_aliases(stores.settings, ids)
    return found


def absent(stores: Stores, ids: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return ids that no transaction and no table names: those never heard of, and those forgotten before.

    Args:
        stores: Where transactions, tables and tombstones lie.
        ids: Customers' ids as they were typed.
    """
    kept = {each: set(stores.settings.as_kept(CUSTOMER, [each])) for each in ids}
    everyone = sorted(set().union(*kept.values()))
    rows = stores.transactions.scan().filter(pl.col(CUSTOMER).is_in(everyone))
    there = set(rows.select(pl.col(CUSTOMER).unique()).collect()[CUSTOMER])
    there.update(stores.warehouse.named(everyone))
    there.update(row[CUSTOMER] for rows in all_delivered(stores, everyone).values() for row in rows)
    forgotten = stores.transactions.tombstones.read()
    absent = [each for each in ids if not kept[each] & there]
    before = [each for each in absent if any(map(forgotten.holds, kept[each]))]
    return [each for each in absent if each not in before], before


def checked(customers: Sequence[str]) -> list[str]:
    """Return ids of customers as they were typed, sorted, each once.

    Raises:
        UsageError: One is empty, or stands for an invoice without a customer.
    """
    ids = sorted({customer.strip() for customer in customers})
    for each in ids:
        if not each or each.startswith(ANONYMOUS):
            raise UsageError(
                "is no customer's id but that of an invoice without one" if each else "is no customer's id",
                where=repr(each),
                hint="name customers as customer_id has them",
            )
    return ids
