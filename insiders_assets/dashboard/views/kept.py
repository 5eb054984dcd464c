"""Everything that is kept of a customer in the warehouse: every row about them, table by table, history included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from insiders_assets.contracts.customers import TIERS
from insiders_assets.contracts.messages import message_columns, without_facts
from insiders_assets.language import mark
from insiders_assets.presentation.columns import heading, meaning
from insiders_assets.presentation.tier_names import tier_names
from insiders_assets.storage.warehouse import OF_CUSTOMERS, tables
from insiders_assets.storage.warehouse.schema import CUSTOMER, key_of

if TYPE_CHECKING:
    import sqlalchemy as sa

    from insiders_assets.contracts.table import Column, Table
    from insiders_assets.language import Language
    from insiders_assets.storage.warehouse.reading import View

SHOWN = 200
"""Rows of a table that the page shows, at most."""

WITH_PAGE = ("insiders", "membership_changes")
"""Tables of which a row gives a customer a page."""

ELSEWHERE = mark(
    "These are the tables of the warehouse. What else is kept (transactions, rejected rows, files of the home, what "
    "deliveries remember), under every id of the person, is given by “insiders about ID”, run by somebody with access "
    "to the home."
)


@dataclass(frozen=True)
class Part:
    """A customer's rows of one table.

    Attributes:
        contract: The table's.
        count: How many rows they have.
        rows: The rows, those of the latest refresh first; no more than were asked for.
    """

    contract: Table
    count: int
    rows: list[dict[str, Any]]


def all_kept(view: View, customer_id: str, most: int) -> list[Part]:
    """Return every table that has a row about a customer, with their rows, ``most`` of each table."""
    import sqlalchemy as sa

    found = []
    for name, contract in OF_CUSTOMERS.items():
        if "\0" in customer_id or not view.has(name):  # no text of PostgreSQL holds a NUL
            continue
        table = tables()[name]
        theirs = table.c[CUSTOMER] == customer_id
        rows = view.rows(view.select(table).where(theirs).order_by(*_order(contract, table)).limit(most + 1))
        if len(rows) > most:
            [(count,)] = view.connection.execute(sa.select(sa.func.count()).select_from(table).where(theirs))
            found.append(Part(contract, count, rows[:most]))
        elif rows:
            found.append(Part(contract, len(rows), rows))
    return found


def kept(view: View, words: Language, customer_id: str) -> dict[str, Any] | None:
    """Return what the page of all that is kept of a customer shows, or None if no table has a row about them."""
    found = all_kept(view, customer_id, SHOWN)
    if not found:
        return None
    return {
        "customer_id": customer_id,
        "has_page": any(part.contract.name in WITH_PAGE for part in found),
        "parts": [_part(words, part) for part in found],
        "elsewhere": words.text(ELSEWHERE),
    }


def _order(contract: Table, table: sa.Table) -> list[sa.ColumnElement[Any]]:
    """By the key, refreshes from the latest to the first."""
    return [table.c[name].desc() if name == "refresh_id" else table.c[name] for name in key_of(contract)]


def _part(words: Language, part: Part) -> dict[str, Any]:
    """Return a table as the page shows it: codes and arguments become the sentences that they make."""
    names, sentences = set(without_facts(part.contract.names)), set(message_columns(part.contract.names))
    columns = [each for each in part.contract.columns if each.name in names and each.name in part.rows[0]]
    return {
        "name": part.contract.name,
        "meaning": words.text(part.contract.meaning),
        "count": part.count,
        "columns": [
            {"name": heading(words, each.name), "meaning": meaning(words, each), "is_text": _is_text(each)}
            for each in columns
        ],
        "rows": [
            [
                words.said(row, each.name) if each.name in sentences else _cell(words, each, row[each.name])
                for each in columns
            ]
            for row in part.rows
        ],
    }


def _is_text(column: Column) -> bool:
    """Return whether a column is set as words rather than as numbers."""
    return column.dtype not in ("int64", "int32", "float64")


def _cell(words: Language, column: Column, value: Any) -> str:
    """Return a value as the language writes it; numbers keep the decimals that tell them apart."""
    if value is None:
        return "–"
    if column.dtype == "bool":
        return words.text("yes") if value else words.text("no")
    if isinstance(value, datetime):
        return words.moment(value)
    if isinstance(value, date):
        return words.day(value)
    if isinstance(value, str):
        return tier_names(words).get(value, value) if column.isin == TIERS else value
    if column.unit == "currency":
        return words.money(value, 2)
    if column.unit == "fraction":
        return words.percent(value)
    return words.number(value, 0 if value == int(value) else 3)
