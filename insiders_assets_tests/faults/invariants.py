"""What holds whatever was done, and what holds after every refresh that ended well."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from insiders_assets_tests.faults import looking
from insiders_assets_tests.faults.recovery import rows_accounted_for

PASSING = ("published_at",)
"""Columns of history that a refresh made again may change."""
ONLY_PUBLISHED = ("published_at", "inputs")
"""Columns that are empty in the lake."""

History = dict[str, dict[str, tuple[str, str]]]
"""By table and key: a row's hash, and the customer it names, if any."""


@dataclass
class Facts:
    """What a look found.

    Attributes:
        problems: What is not as it should be.
        history: Every row of the tables that keep history.
        members: Who is a member.
        rows: Rows of exports that are accounted for.
        units: Units of all transactions, returns subtracted.
        customers: Every identified customer's id in ``insiders``.
    """

    problems: list[str] = field(default_factory=list)
    history: History = field(default_factory=dict)
    members: list[str] = field(default_factory=list)
    rows: int = 0
    units: int = 0
    customers: list[str] = field(default_factory=list)


def facts(*, settled: bool, away: Iterable[str] = (), uninvited: Iterable[str] = ()) -> Facts:
    """Look at the home that the environment names.

    Args:
        settled: Whether a refresh has just ended well, so that lake, warehouse and report belong together.
        away: Customers who are forgotten.
        uninvited: Customers who opted out.
    """
    import polars as pl

    opened = looking.stores()
    found = Facts()
    looking.report(opened.publication)
    looking.shown(opened.publication)
    found.history = history(opened.warehouse)
    latest = opened.warehouse.latest_refresh()
    insiders = opened.warehouse.read("insiders")
    members = insiders.filter(pl.col("is_member"))
    found.members = members["customer_id"].to_list()
    found.customers = insiders.filter(pl.col("is_identified"))["customer_id"].to_list()
    wrong = members.filter(~pl.col("is_identified") | (pl.col("tier") != "insider"))
    found.problems += [f"{each} is a member and no identified Insider" for each in wrong["customer_id"]]
    if latest["members"] != members.height:
        found.problems.append(f"{latest['members']} members in refreshes, {members.height} in insiders")
    if settled:
        found.rows = rows_accounted_for()
        found.problems += together(opened, latest, members)
        found.problems += kept(opened, latest["refresh_id"])
        found.units = int(opened.transactions.scan().select(pl.col("quantity").sum()).collect().item())
        found.problems += [
            f"{each} opted out and is a member" for each in set(uninvited) & set(found.members)
        ]
        found.problems += came_back(opened, found.history, set(away))
    return found


def together(opened: Any, latest: dict[str, Any], members: Any) -> list[str]:
    """What of lake, warehouse and report does not belong together."""
    import polars as pl

    from insiders_assets.storage.warehouse import HISTORY

    problems = []
    report = json.loads((opened.publication.folder("latest") / "report.json").read_text())
    if not report["refresh_id"] == latest["refresh_id"] == opened.publication.latest():
        problems.append(f"the report is of {report['refresh_id']}, the warehouse of {latest['refresh_id']}")
    problems += [
        f"{name}: {report[name]} in the report, {latest[name]} in the warehouse"
        for name in ("members", "model_version")
        if report[name] != latest[name]
    ]
    if report["rows"] != {name: latest[f"rows_{name}"] for name in report["rows"]}:
        problems.append(f"rows: {report['rows']} in the report, others in the warehouse")
    with (opened.publication.folder("latest") / "members.csv").open(newline="", encoding="utf-8") as text:
        listed = sorted(row["customer_id"] for row in csv.DictReader(text))
    if listed != sorted(members["customer_id"]):
        problems.append("members.csv lists others than the warehouse")
    for name in opened.warehouse.tables():
        if not opened.lake.path(name).exists():
            continue
        kept, published = opened.lake.read(name), opened.warehouse.read(name)
        if name in HISTORY:
            published = published.filter(pl.col("refresh_id") == latest["refresh_id"])
        columns = [column for column in kept.columns if column not in ONLY_PUBLISHED]
        if rows_of(kept.select(columns)) != rows_of(published.select(columns)):
            problems.append(f"{name} differs between lake and warehouse")
    return problems


def kept(opened: Any, latest: str) -> list[str]:
    """What of the refreshes whose tables are kept is not whole, and whether the latest is among them."""
    from insiders_assets.refresh.keeping import verified

    names = opened.refreshes.names()
    problems = [] if latest in names else [f"{latest} is published, and its tables are not kept"]
    named = {table.sha256 for each in opened.refreshes.all() for table in each.tables.values()}
    there = {path.stem for path in Path(str(opened.refreshes.objects)).glob("*.parquet")}
    if isinstance(opened.home, Path) and there != named:
        problems.append(f"{len(there - named)} tables are kept that no refresh names")
    return problems + [f"{each.file} {each.what}" for name in names for each in verified(opened, name)]


def came_back(opened: Any, history: History, away: set[str]) -> list[str]:
    """Where somebody is who was forgotten."""
    import polars as pl

    ids = opened.transactions.scan().select(pl.col("customer_id").unique()).collect()["customer_id"].to_list()
    seen = {"transactions": set(ids), "insiders": set(opened.warehouse.read("insiders")["customer_id"])}
    seen |= {table: {customer for _, customer in rows.values()} for table, rows in history.items()}
    return [f"{each} is forgotten and in {where}" for where, there in seen.items() for each in there & away]


def rows_of(frame: Any) -> list[str]:
    """The rows of a frame as texts, sorted."""
    return sorted(map(repr, frame.iter_rows()))


def history(warehouse: Any) -> History:
    """Every row of the tables that keep history, by key."""
    from insiders_assets.storage.warehouse import HISTORY, TABLES
    from insiders_assets.storage.warehouse.schema import key_of

    found: History = {}
    for table in HISTORY:
        key = key_of(TABLES[table])
        found[table] = {}
        for row in warehouse.read(table).iter_rows(named=True):
            told = repr({name: value for name, value in row.items() if name not in PASSING})
            name = "/".join(str(row[column]) for column in key)
            mark = hashlib.sha256(told.encode()).hexdigest()[:16]
            found[table][name] = (mark, str(row.get("customer_id", "")))
    return found


def lost_from_history(before: History, after: History, away: set[str]) -> list[str]:
    """Rows of history that are gone or changed, but those of customers who are forgotten."""
    return [
        f"{table} {key} is {'changed' if key in after[table] else 'gone'}"
        for table, rows in before.items()
        for key, (mark, customer) in rows.items()
        if customer not in away and after[table].get(key, ("", ""))[0] != mark
    ]


def units_in(landing: Path, away: set[str]) -> tuple[int, int]:
    """Rows of every export, and the units of those that can be read, of customers who are not forgotten.

    Files of the same content count once.
    """
    rows, units = 0, 0
    for content in {file.read_text() for file in landing.iterdir()}:
        for row in csv.DictReader(content.splitlines()):
            rows += 1
            if row["Quantity"].lstrip("-").isdigit() and row["CustomerID"] not in away:
                units += int(row["Quantity"])
    return rows, units
