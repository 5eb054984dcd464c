"""Deliveries of a refresh for tests of the dashboard: one is there, one partly, one destination does not answer."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl

from insiders_assets.contracts.deliveries import DELIVERIES, DELIVERY_CHANGES

BLOCKED = "<script>document.title='gone'</script> blocked"
"""What a destination says of somebody whom it does not take."""


def delivered(insiders: pl.DataFrame, name: str, as_of: date) -> dict[str, pl.DataFrame]:
    """Return ``deliveries`` and ``delivery_changes`` of a refresh."""
    people = insiders.filter("is_member").sort("customer_id")["customer_id"].to_list()
    at = datetime(as_of.year, as_of.month, as_of.day, 7, 30)
    of = {"refresh_id": name, "as_of": as_of}
    whole = {"audience": "members", "members": len(people), "updated": 4, "removed": 1}
    shown = (
        ("champions-crm", "crm", {"delivered": len(people) - 2, "held_out": 2, "settled_at": at}, "acknowledged", None),
        ("welcome", "mailing", {"delivered": len(people) - 3, "failed": 3, "settled_at": at}, "refused", BLOCKED),
        ("win-back", "ads", {"failed": len(people), "waiting": len(people), "waiting_since": at, "problem": "http_503"},
         "waiting", "http_503"),
    )  # fmt: skip
    rows, changes = [], []
    for delivery, destination, counts, status, problem in shown:
        nothing = dict.fromkeys(
            ("delivered", "held_out", "suppressed", "failed", "waiting", "to_remove"), 0
        ) | {"settled_at": None, "waiting_since": None, "problem": None}
        named = {"delivery": delivery, "destination": destination}
        rows.append(
            of
            | named
            | {"purpose": "newsletter"}
            | whole
            | nothing
            | counts
            | {"added": counts.get("delivered", 0)}
        )
        changes += [
            of | named | {
                "sequence": 1, "customer_id": who, "change": "add", "idempotency_key": "0" * 32,
                "status": status if status == "waiting" or place < 2 else "acknowledged",
                "problem": problem if status == "waiting" or place < 2 else None,
                "settled_at": None if status == "waiting" else at,
            }
            for place, who in enumerate(people)
        ]  # fmt: skip
    return {
        DELIVERIES.name: pl.DataFrame(rows, schema=DELIVERIES.polars_schema).select(DELIVERIES.names),
        DELIVERY_CHANGES.name: pl.DataFrame(changes, schema=DELIVERY_CHANGES.polars_schema),
    }
