"""``insiders deliver``: audiences to their destinations, or what would be sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import typer

from insiders_assets.deliveries.deliver import deliver, pending
from insiders_assets.deliveries.destinations.sftp import CHANGED, UNKNOWN
from insiders_assets.errors import InsidersError
from insiders_assets.storage.stores import Stores

if TYPE_CHECKING:
    import polars as pl

    from insiders_assets.settings import Settings

SHOWN = 20
"""Changes of a delivery that a dry run shows."""
SIGNS = {"add": "+", "update": "~", "remove": "-"}


def deliver_audiences(
    settings: Settings, name: str | None, *, dry_run: bool, retry: bool, anew: bool, as_json: bool
) -> None:
    """Deliver, and print what became of it; or print what would be sent.

    Args:
        settings: Where things are kept.
        name: One delivery; all of them unless given.
        dry_run: Send nothing.
        retry: Send what was refused again.
        anew: Send everything, as if nothing had been acknowledged.
        as_json: Print one JSON object instead of text.

    Raises:
        UsageError: A file or a name is wrong; nothing was sent.
        InsidersError: A destination did not acknowledge everything, or an audience does not add up.
    """
    stores = Stores(settings)
    if dry_run:
        _show(pending(stores, name, anew=anew), as_json=as_json)
        return
    done = deliver(stores, name, retry=retry, anew=anew)
    if as_json:
        rows = [row | {"sent": done.sent[name]} for name, row in done.rows.items()]
        typer.echo(
            json.dumps({"refresh_id": done.refresh_id, "deliveries": rows}, default=str, ensure_ascii=False)
        )
    else:
        for name, row in done.rows.items():
            typer.echo(summary_line(row, done.sent[name]))
    if done.unbalanced:
        raise InsidersError(
            f"does not add up: {done.unbalanced[0]}", where="deliveries", hint="insiders doctor"
        )
    if waiting := [row for row in done.rows.values() if row["waiting_since"]]:
        raise InsidersError(
            "; ".join(map(waits, waiting)),
            where="deliveries",
            hint=_hint(waiting),
        )


def summary_line(row: dict[str, Any], sent: dict[str, int]) -> str:
    """Return what was sent just now, and what became of everybody in the audience, in one line."""
    news = f"{sent['add']:,} added, {sent['update']:,} updated, {sent['remove']:,} removed"
    return (
        f"{row['delivery']} to {row['destination']}: {news if any(sent.values()) else 'nothing sent'}; "
        f"{row['delivered']:,} of {row['members']:,} delivered "
        f"({row['held_out']:,} held out, {row['suppressed']:,} suppressed, {row['failed']:,} failed)"
    )


def waits(row: dict[str, Any]) -> str:
    """Return since when a destination does not answer."""
    return f"{row['destination']} has not answered since {row['waiting_since']:%Y-%m-%d %H:%M} UTC ({row['problem']})"


def _hint(waiting: list[dict[str, Any]]) -> str:
    """Return what to do about destinations that do not answer."""
    if any(str(row["problem"]).startswith((UNKNOWN, CHANGED)) for row in waiting):
        return (
            "compare the fingerprint with what the server's owner says, write its key into known_hosts in the home "
            "(ssh-keyscan HOST prints it), then try again"
        )
    return "the refresh stands; what waits is sent by the next insiders deliver"


def _show(found: dict[str, pl.DataFrame], *, as_json: bool) -> None:
    if as_json:
        said = {
            name: [
                {"customer_id": who, "change": change, "record": json.loads(record or before)}
                for who, change, record, before in changes.iter_rows()
            ]
            for name, changes in found.items()
        }
        typer.echo(json.dumps({"would_send": said}, ensure_ascii=False))
        return
    for name, changes in found.items():
        counts = {change: (changes["change"] == change).sum() for change in SIGNS}
        typer.echo(
            f"{name}: would add {counts['add']:,}, update {counts['update']:,}, remove {counts['remove']:,}; "
            "nothing is sent"
        )
        for who, change, _, _ in changes.head(SHOWN).iter_rows():
            typer.echo(f"  {SIGNS[change]} {who}")
        if changes.height > SHOWN:
            typer.echo(f"  … and {changes.height - SHOWN:,} more (--json has all)")
