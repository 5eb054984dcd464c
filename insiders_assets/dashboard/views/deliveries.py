"""What became of every audience at its destination: whether it adds up, the last changes, and who is not there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from insiders_assets.contracts.deliveries import DELIVERED
from insiders_assets.language import mark
from insiders_assets.storage.warehouse import tables

if TYPE_CHECKING:
    import sqlalchemy as sa

    from insiders_assets.language import Language
    from insiders_assets.storage.warehouse.reading import View

LISTED = 100
"""People who are not there, and as many changes, listed at most."""

CHANGE_NAMES = {"add": mark("add"), "update": mark("update"), "remove": mark("remove")}
STATUS_NAMES = {
    "waiting": mark("waiting"),
    "acknowledged": mark("acknowledged"),
    "refused": mark("refused"),
}
PROBLEMS = {
    "unreachable": mark("cannot be reached"),
    "timeout": mark("does not answer in time"),
    "not_writable": mark("cannot be written to"),
    "not_signed_in": mark("does not let us sign in"),
    "mail_not_taken": mark("the mail server does not take it"),
    "refused": mark("refused without a reason"),
}
KEYS = {
    "unknown_host_key": mark("shows a key that known_hosts does not know: %(key)s"),
    "changed_host_key": mark("shows another key than known_hosts has: %(key)s"),
}
_HTTP = re.compile(r"^http_(\d{3})$")


def deliveries(view: View, words: Language) -> dict[str, Any]:
    """Return each delivery as of the last refresh that it was made of, the last changes, and who is not there."""
    if not all(view.has(table.name) for table in DELIVERED):
        return {"deliveries": [], "changes": [], "failed": []}
    now = _now(view)
    names = {
        "change_names": {name: words.text(label) for name, label in CHANGE_NAMES.items()},
        "status_names": {name: words.text(label) for name, label in STATUS_NAMES.items()},
    }
    return names | {
        "deliveries": [_row(view, words, row) for row in now],
        "changes": _with_problems(words, view.rows(_last_changes())) if now else [],
        "failed": _with_problems(words, view.rows(_failed())) if now else [],
        "listed": LISTED,
    }


def problem(words: Language, code: str | None) -> str:
    """Return why something was not acknowledged, in words; what a destination said stays as it said it."""
    if not code:
        return ""
    if found := _HTTP.match(code):
        return words.text("answered %(status)s", status=found[1])
    kind, _, key = code.partition(" ")
    if kind in KEYS:
        return words.text(KEYS[kind], key=key)
    return words.text(PROBLEMS[code]) if code in PROBLEMS else code


def _now(view: View) -> list[dict[str, Any]]:
    """Return the newest row of every delivery to a destination, by name."""
    import sqlalchemy as sa

    table, refreshes = tables()["deliveries"], tables()["refreshes"].c
    found = view.rows(
        sa.select(*table.c)
        .join(refreshes.refresh_id.table, refreshes.refresh_id == table.c.refresh_id)
        .order_by(refreshes.published_at, refreshes.refresh_id)
    )
    newest = {(row["delivery"], row["destination"]): row for row in found}
    return [newest[key] for key in sorted(newest)]


def _row(view: View, words: Language, row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with its state and what it adds up from."""
    return row | {
        "is_latest": row["refresh_id"] == view.refresh_id,
        "why": problem(words, row["problem"]),
        "parts": [
            (words.text("delivered"), row["delivered"]),
            (words.text("held out"), row["held_out"]),
            (words.text("suppressed"), row["suppressed"]),
            (words.text("failed"), row["failed"]),
        ],
    }


def _last_changes() -> sa.Select[Any]:
    """Return the changes that were settled last, those that wait before them."""
    import sqlalchemy as sa

    changes = tables()["delivery_changes"].c
    order = (
        changes.settled_at.is_not(None),
        changes.settled_at.desc(),
        changes.sequence.desc(),
        changes.delivery,
        changes.customer_id,
    )
    return sa.select(*changes).order_by(*order).limit(LISTED)


def _failed() -> sa.Select[Any]:
    """Whose last change was not acknowledged."""
    import sqlalchemy as sa

    table = tables()["delivery_changes"]
    changes, later = table.c, table.alias("later").c
    of = ("delivery", "destination", "customer_id")
    is_last = ~sa.exists().where(*(later[name] == changes[name] for name in of)).where(
        later.sequence > changes.sequence
    )
    return (
        sa.select(*changes)
        .where(changes.status != "acknowledged", is_last)
        .order_by(changes.delivery, changes.destination, changes.customer_id)
        .limit(LISTED)
    )


def _with_problems(words: Language, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row | {"why": problem(words, row["problem"])} for row in rows]
