"""All that is kept of a person, table by table: what they may ask for, and what forgetting them removes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.aliases import aliases_of
from insiders_assets.erasure.reports import naming_reports
from insiders_assets.erasure.tables import tables_in
from insiders_assets.ingest.erasure_filter import names_any
from insiders_assets.places import readable
from insiders_assets.redaction.redactor import Redactor
from insiders_assets.refresh.held_record import FOLDER as HELD
from insiders_assets.refresh.recovery import HISTORY
from insiders_assets.storage.warehouse import OF_CUSTOMERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from insiders_assets.places import Place
    from insiders_assets.storage.stores import Stores

CUSTOMER = "customer_id"
Rows = list[dict[str, Any]]


def all_about(stores: Stores, ids: list[str]) -> dict[str, Rows]:
    """Return every row that is kept of a customer, by the place where it is kept.

    Args:
        stores: Where transactions, tables and reports are kept.
        ids: All ids of the customer, as tables hold them.

    Returns:
        Rows by place: ``transactions``, ``rejected rows``, ``corrected rows``, ``aliases``, ``lake/<table>``,
        ``held/<table>``, ``history/<table>``, ``refreshes/<refresh>/<table>``, ``warehouse/<table>``, and ``reports``,
        whose rows name a file each. Places without a row are left out.

    Raises:
        InsidersError: Nothing has been ingested yet, or something cannot be read.
    """
    found = {
        "transactions": _theirs(stores.transactions.scan(), ids),
        "rejected rows": _rejected(stores, ids),
        "corrected rows": _theirs(stores.transactions.corrected.read().lazy(), ids),
        "aliases": [
            {CUSTOMER: other, "same_as": main}
            for other, main in sorted(aliases_of(stores.settings).same_as.items())
            if other in ids or main in ids
        ],
    }
    for folder in (stores.lake_folder, stores.home / HELD, stores.home / HISTORY):
        for name, table in _tables(folder):
            found[f"{folder.name}/{name}"] = _theirs(table, ids)
    for refresh in stores.refreshes.all():
        for name in refresh.tables:
            if name in OF_CUSTOMERS:
                found[f"refreshes/{refresh.refresh_id}/{name}"] = _theirs(
                    stores.refreshes.table(refresh, name).lazy(), ids
                )
    if stores.warehouse.exists():
        there = set(stores.warehouse.tables())
        for name in OF_CUSTOMERS:
            if name in there:
                found[f"warehouse/{name}"] = _theirs(stores.warehouse.read(name).lazy(), ids)
    found["reports"] = [
        {"report": report, "file": file} for report, file in naming_reports(stores.publication, Redactor(ids))
    ]
    return {place: rows for place, rows in found.items() if rows}


def _theirs(table: pl.LazyFrame, ids: list[str]) -> Rows:
    """Return a customer's rows of a table."""
    return table.filter(pl.col(CUSTOMER).is_in(ids)).collect().to_dicts()


def _rejected(stores: Stores, ids: list[str]) -> Rows:
    """Return rejected rows that hold an id as a cell or a word of its own, as forgetting finds them."""
    store, found = stores.transactions, []
    for file in store.manifest().files.values():
        for export in (*file.exports, *file.earlier):
            for part in export.rejected:
                found += [
                    {"source_file": export.name} | row
                    for row in store.rejected_part(part).to_dicts()
                    if names_any(ids, row["value"], row["row_text"], row["cells"])
                ]
    return found


def _tables(folder: Place) -> Iterator[tuple[str, pl.LazyFrame]]:
    """Yield the tables of a folder that are about customers."""
    for path in tables_in(folder):
        table = pl.scan_parquet(readable(path), glob=False, hive_partitioning=False)
        if CUSTOMER in table.collect_schema().names():
            yield path.name.removesuffix(".parquet"), table
