"""``insiders refreshes``, ``diff`` and ``verify``: what is kept of refreshes, what differs, and whether it is whole."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import typer

from insiders_assets.errors import InsidersError, UsageError
from insiders_assets.refresh.differences import Difference, difference, rows_of
from insiders_assets.refresh.keeping import verified
from insiders_assets.storage.stores import Stores

if TYPE_CHECKING:
    from insiders_assets.settings import Settings

LATEST = "latest"
NONE = "no refresh is kept yet: those that are published from now on are"
SHOWN = 20
"""Rows of each kind that are printed; ``--json`` has all of them."""


def list_refreshes(settings: Settings, *, as_json: bool) -> None:
    """Print the refreshes whose tables are kept, the newest first.

    Args:
        settings: Where things are kept.
        as_json: Print one JSON object instead of text.
    """
    stores = Stores(settings)
    latest, kept = stores.publication.latest(), stores.refreshes.all()
    found: list[dict[str, Any]] = [
        {
            "refresh_id": each.refresh_id,
            "as_of": each.as_of,
            "published_at": each.published_at,
            "transactions": each.transactions,
            "members": each.members,
            "root": each.root,
            "latest": each.refresh_id == latest,
            "forgotten": each.forgotten,
        }
        for each in reversed(kept)
    ]
    damaged = sorted(set(stores.refreshes.names()) - {each.refresh_id for each in kept})
    if as_json:
        typer.echo(json.dumps({"refreshes": found, "damaged": damaged}))
        return
    if not found and not damaged:
        typer.echo(NONE)
    for each in found:
        notes = [name for name in ("latest", "forgotten") if each[name]]
        typer.echo(
            f"{each['refresh_id']}  as of {each['as_of']}  published {each['published_at']} UTC  "
            f"{each['transactions']:>13,} rows  {each['members']:>9,} members  {each['root'][:16]}"
            + (f"  ({', '.join(notes)})" if notes else "")
        )
    for name in damaged:
        typer.echo(f"{name}  is damaged: insiders verify {name}")


def show_difference(settings: Settings, before: str, after: str, table: str, *, as_json: bool) -> None:
    """Print what differs between a table of two refreshes.

    Args:
        settings: Where things are kept.
        before: The earlier refresh, or ``latest``.
        after: The later one, likewise.
        table: The table's name.
        as_json: Print one JSON object with every row.

    Raises:
        UsageError: There is no such refresh or table.
        InsidersError: It is not kept any more, or damaged.
    """
    from insiders_assets.storage.warehouse import TABLES

    stores = Stores(settings)
    names = [_named(stores, each) for each in (before, after)]
    left, right = (rows_of(stores, name, table) for name in names)
    found = difference(left, right, TABLES[table].key or _unique(table))
    if as_json:
        told = {
            "before": names[0], "after": names[1], "table": table, "key": found.key,
            "added": found.added.to_dicts(), "removed": found.removed.to_dicts(),
            "changed": found.changed.to_dicts(), "not_compared": found.columns,
        }  # fmt: skip
        typer.echo(json.dumps(told, default=str, ensure_ascii=False))
        return
    _print(found, table, names)


def verify(settings: Settings, refresh_id: str | None, *, as_json: bool) -> None:
    """Print whether everything that a refresh, or each that is kept, is made of is what was written.

    Args:
        settings: Where things are kept.
        refresh_id: The refresh, ``latest``, or None for all of them.
        as_json: Print one JSON object instead of text.

    Raises:
        UsageError: There is no such refresh.
        InsidersError: Something is damaged or gone.
    """
    stores = Stores(settings)
    names = [_named(stores, refresh_id)] if refresh_id else stores.refreshes.names()
    found = {name: verified(stores, name) for name in names}
    problems = list(dict.fromkeys(problem for each in found.values() for problem in each))
    if as_json:
        whole = [name for name in names if not found[name]]
        typer.echo(json.dumps({"whole": whole, "problems": [each._asdict() for each in problems]}))
    elif not names:
        typer.echo(NONE)
    else:
        for name in names:
            if not found[name]:
                refresh = stores.refreshes.read(name)
                files = len(refresh.tables) + len(refresh.report)
                typer.echo(f"{name}: whole, {files} files, root {refresh.root}")
        for each in problems:
            typer.echo(f"{each.refresh_id}: {each.file} {each.what}; {each.cure}", err=True)
    if problems:
        bad = sum(bool(each) for each in found.values())
        count = len({each.file for each in problems})
        subject = "1 file is" if count == 1 else f"{count} files are"
        raise InsidersError(
            f"{subject} not what was written, in {bad} of the {len(names)} refreshes looked at",
            hint="see above what to do about each",
        )


def _named(stores: Stores, name: str) -> str:
    """Return the refresh that a person means."""
    if name != LATEST:
        return name
    latest = stores.publication.latest()
    if latest is None:
        raise UsageError("no refresh has been published", where=str(stores.home), hint="insiders run")
    return latest


def _unique(table: str) -> tuple[str, ...]:
    """Return a column that names a row, of a table without a key."""
    from insiders_assets.storage.warehouse import TABLES

    return tuple(column.name for column in TABLES[table].columns if column.unique)[:1]


def _print(found: Difference, table: str, names: list[str]) -> None:
    typer.echo(
        f"{table}, from {names[0]} to {names[1]}: {found.added.height:,} rows added, {found.removed.height:,} removed, "
        f"{found.rows_changed:,} changed"
    )
    if found.columns:
        typer.echo(f"not compared, for one of them alone has it: {', '.join(found.columns)}")
    # What arguments of a sentence say, the sentence beside them says.
    told = [row for row in found.changed.to_dicts() if not row["column"].endswith(("_args", "_code"))]
    counts = Counter(row["column"] for row in told).most_common()
    if counts:
        typer.echo("changed by column: " + ", ".join(f"{column} {rows:,}" for column, rows in counts))
    for mark, rows in (("+", found.added), ("-", found.removed)):
        for row in rows.head(SHOWN).select(key for key in found.key if key in rows.columns).iter_rows():
            typer.echo(f"{mark} {', '.join(map(str, row))}")
        _more(rows.height)
    for change in told[:SHOWN]:
        where = ", ".join(str(change[key]) for key in found.key)
        typer.echo(f"~ {where}: {change['column']} {change['before']} -> {change['after']}")
    _more(len(told))


def _more(rows: int) -> None:
    if rows > SHOWN:
        typer.echo(f"  … and {rows - SHOWN:,} more (--json has all)")
