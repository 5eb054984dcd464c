"""``insiders forget``: a customer leaves everything that is kept, and does not come back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import typer

from insiders_assets.aliases import aliases_file, aliases_of, without
from insiders_assets.cli.console import showing_progress
from insiders_assets.cli.run import alone, execute
from insiders_assets.cli.ui import dagster_home
from insiders_assets.contracts.customers import ANONYMOUS
from insiders_assets.corrections.sheet import NAME
from insiders_assets.csv_files import csv_rows, records
from insiders_assets.deliveries.forgetting import all_delivered, forget_delivered, no_delivery
from insiders_assets.errors import UsageError
from insiders_assets.formulas import unguarded
from insiders_assets.ingest.erasure_filter import words
from insiders_assets.refresh.held import FOLDER as HELD
from insiders_assets.refresh.recovery import forget_in_history
from insiders_assets.storage.atomic_write import replacing
from insiders_assets.storage.forgetting import Forgetting, forget_in_tables
from insiders_assets.storage.redaction import Redactor, redact_folder, redact_reports
from insiders_assets.storage.stores import Stores

if TYPE_CHECKING:
    from insiders_assets.aliases import Aliases
    from insiders_assets.settings import Settings

CUSTOMER = "customer_id"


def forget(settings: Settings, customers: Sequence[str], *, as_json: bool) -> None:
    """Forget customers, and refresh without them.

    The tombstones come first: whatever fails after that, nobody comes back, and the same command can be given again.
    A refresh without them takes the place of the tables and the report that are shown, each all at once, before what is
    past is cleaned: nobody reads a list that is one shorter than the figures beside it. If there can be no refresh,
    what is shown is cleaned all the same.

    Args:
        settings: Where things lie and which rules hold.
        customers: Their ids.
        as_json: Print one JSON object instead of text.

    Raises:
        UsageError: One is no customer's id.
        InsidersError: Nothing has been ingested yet, or something cannot be written.
    """
    aliases = aliases_of(settings)
    asked = checked(customers)
    ids = aliases.everyone(asked)
    stores = Stores(settings)
    with alone(stores), no_delivery(stores):
        stores.transactions.manifest()
        redactor = Redactor(settings.as_kept(CUSTOMER, ids))
        unknown, before = absent(stores, ids)
        stores.transactions.tombstones.add(redactor.ids)
        found: dict[str, Any] = {
            "transactions": Forgetting(stores.transactions, redactor)(),
            "lake_rows": forget_in_tables(stores.lake_folder, redactor),
            "warehouse_rows": sum(stores.warehouse.named(sorted(redactor.ids)).values()),
        }
        try:
            with showing_progress(quiet=as_json):
                execute(stores, "refresh")
        finally:
            stores.warehouse.purge(redactor)
            forget_in_history(stores, redactor)
            forget_in_tables(stores.home / HELD, redactor)
            found["report_files"] = redact_reports(stores.publication, redactor)
            _forget_in_sheet(stores, redactor)
            _forget_in_history(dagster_home(settings), redactor)
            found["at_destinations_still"] = forget_delivered(stores, redactor.ids)
            # Last: until then the same command finds all ids of a person again.
            _forget_in_aliases(settings, ids)
    if as_json:
        told = {"customers": len(ids), "unknown": unknown, "forgotten_before": before}
        typer.echo(json.dumps(told | found))
        return
    for each in ids:
        if each not in asked:
            typer.echo(
                f"{each}: the same person as {' and '.join(_with(each, asked, aliases))}, forgotten as well"
            )
    for each in before:
        typer.echo(f"{each}: was forgotten already")
    for each in unknown:
        typer.echo(f"{each}: nothing is kept of this id (noted in case it arrives)")
    for line in found["at_destinations_still"]:
        typer.echo(f"insiders: {line}", err=True)
    known = len(ids) - len(unknown) - len(before)
    if not known:
        return
    who = "1 customer is" if known == 1 else f"{known:,} customers are"
    typer.echo(
        f"{who} forgotten: {found['transactions']:,} transactions and {found['warehouse_rows']:,} warehouse rows are "
        f"gone, {found['report_files']:,} report files are rewritten. Exports that name them still lie in "
        f"{stores.landing.location}; they are left out of whatever is read."
    )


def _with(customer: str, asked: Sequence[str], aliases: Aliases) -> list[str]:
    """Those who were asked for whose other id somebody's is."""
    return [each for each in asked if aliases.main(each) == aliases.main(customer)]


def absent(stores: Stores, ids: Sequence[str]) -> tuple[list[str], list[str]]:
    """Ids that no transaction and no table names: those never heard of, and those forgotten before.

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


def _forget_in_aliases(settings: Settings, ids: Sequence[str]) -> None:
    """Take the lines that name them out of the aliases, all at once."""
    path = aliases_file(settings)
    if path.is_file() and (left := without(path, ids)) is not None:
        with replacing(path) as temporary:
            temporary.write_bytes(left)


def _forget_in_sheet(stores: Stores, redactor: Redactor) -> None:
    """Take their rows out of the sheet of rejected rows, if it lies there; all at once, and none but theirs."""
    path = stores.transactions.quarantine / NAME
    if not path.is_file():
        return
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    rows = records(text)
    kept = [record for record in rows if words(_told(record), None).isdisjoint(redactor.ids)]
    if len(kept) < len(rows):
        with replacing(path) as temporary:
            temporary.write_bytes("".join(kept).encode("utf-8", "surrogateescape"))


def _told(record: str) -> str:
    """What a row of the sheet says of its content; its key, file and line are no words of the export."""
    cells = next(csv_rows(record), [])
    return "\n".join(map(unguarded, cells[3:])) if cells and cells[0].startswith("row-") else record


def _forget_in_history(folder: object, redactor: Redactor) -> None:
    """Take their ids out of Dagster's own history, where a failed run may have quoted one."""
    if not isinstance(folder, Path) or not folder.is_dir():
        return
    redact_folder(folder / "storage", redactor)
    for path in sorted(folder.rglob("*.db")):
        with closing(sqlite3.connect(path, timeout=30)) as database:
            if _redact_database(database, redactor):
                database.execute("VACUUM")
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _redact_database(database: sqlite3.Connection, redactor: Redactor) -> bool:
    """Redact every text of a database; whether there was anything to redact."""
    changed = False
    database.execute("PRAGMA secure_delete = ON")
    tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        for column in [row[1] for row in database.execute(f'PRAGMA table_info("{table}")')]:
            for each in redactor.ids:
                query = f'SELECT DISTINCT "{column}" FROM "{table}" WHERE instr("{column}", ?)'  # noqa: S608
                for (text,) in database.execute(query, (each,)).fetchall():
                    if isinstance(text, str) and (new := redactor.text(text)) != text:
                        update = f'UPDATE "{table}" SET "{column}" = ? WHERE "{column}" = ?'  # noqa: S608
                        database.execute(update, (new, text))
                        changed = True
    database.commit()
    return changed
