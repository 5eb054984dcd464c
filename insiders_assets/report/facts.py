"""``report.json``: the refresh in numbers, for programs. Its keys are a contract."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.language import DEFAULT, Language
from insiders_assets.report.headlines import headlines

if TYPE_CHECKING:
    from insiders_assets.contracts.dropped import Dropped
    from insiders_assets.report.report_inputs import ReportInputs

ROWS = ("read", "transactions", "quarantined", "purchases", "returns")
SPACES = ("embedding", "features", "leaves")


def report_facts(inputs: ReportInputs) -> dict[str, Any]:
    """Return the facts of one refresh, the same for the same inputs: the time it was made is not among them.

    Shares are fractions and money is in the data's currency. Tiers and shares count identified customers; those
    ending in ``_of_all`` count everybody.
    """
    insider = inputs.tiers.get("insider", {})
    rules = {} if inputs.dropped is None else {"rules": [_rule(each, inputs) for each in inputs.dropped]}
    facts = {
        "refresh_id": inputs.refresh_id,
        "as_of": inputs.as_of.isoformat(),
        "model_version": inputs.model_version,
        "customers": inputs.insiders.height,
        "identified_customers": int(inputs.insiders["is_identified"].sum()),
        "members": inputs.tables["members"].height,
        "insider_share_of_customers": insider.get("share_of_customers", 0.0),
        "insider_share_of_revenue": insider.get("share_of_revenue", 0.0),
        "insider_share_of_customers_of_all": insider.get("share_of_customers_of_all", 0.0),
        "insider_share_of_revenue_of_all": insider.get("share_of_revenue_of_all", 0.0),
        "silhouette": {space: inputs.silhouette.get(space) for space in SPACES},
        "answers": _rows(
            inputs.tables["business_answers"].sort("number").select("number", "question", "answer")
        ),
        "tiers": [_plain(row) for row in inputs.tiers.values()],
        "clusters": [_plain(row) for row in inputs.clusters],
        "hypotheses": _rows(inputs.tables["hypotheses"].sort("number")),
        "evidence": _evidence(inputs.tables["evidence"]),
        "rows": {name: int(inputs.rows[name]) for name in ROWS},
        "refresh": _refresh(inputs),
        **rules,
    }
    plain = Language(DEFAULT, inputs.currency)
    by_number = headlines(plain, facts)
    return facts | {
        "headlines": [{"number": number, "headline": by_number[number]} for number in sorted(by_number)]
    }


def _refresh(inputs: ReportInputs) -> dict[str, Any]:
    """Return how the members were chosen, and how many came and went."""
    row, before = inputs.refresh, inputs.previous_refresh
    chosen = (
        "selection", "measure", "window_days", "insider_border", "viability_border", "members_entered", "members_left",
    )  # fmt: skip
    border, members = row.get("insider_border"), inputs.insiders.filter("is_member")
    below = 0 if border is None else members.filter(pl.col("value") < border).height
    return {
        **_plain({name: row.get(name) for name in chosen}),
        "members_below_border": below,
        "previous_as_of": None if before is None else before["as_of"].isoformat(),
    }


def _rule(dropped: Dropped, inputs: ReportInputs) -> dict[str, Any]:
    """Return what a rule takes away, and whether that is much."""
    return asdict(dropped) | {"is_much": dropped.share > inputs.many_dropped}


def _evidence(table: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Figures by measure, in the table's order."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in _rows(table):
        found.setdefault(row.pop("measure"), []).append(row)
    return found


def _rows(table: pl.DataFrame) -> list[dict[str, Any]]:
    return [_plain(row) for row in table.to_dicts()]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return the row with only what JSON can say: days as ISO text, not-a-numbers as null."""
    return {name: _json(value) for name, value in row.items()}


def _json(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return value
