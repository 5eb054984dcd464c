"""The warehouse's tables, generated from the contracts: type, nullability, key and comment of every column."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from insiders_assets.contracts.customers import INSIDERS
from insiders_assets.contracts.programme import (
    BUSINESS_ANSWERS,
    CLUSTER_PROFILES,
    EVIDENCE,
    HYPOTHESES,
    MEMBERS,
    MEMBERSHIP_CHANGES,
    REFRESHES,
    TIER_SUMMARY,
)

if TYPE_CHECKING:
    import sqlalchemy as sa

    from insiders_assets.contracts.table import Table

CONTRACTS = (
    INSIDERS,
    MEMBERS,
    CLUSTER_PROFILES,
    TIER_SUMMARY,
    BUSINESS_ANSWERS,
    HYPOTHESES,
    EVIDENCE,
    MEMBERSHIP_CHANGES,
    REFRESHES,
)
TABLES: dict[str, Table] = {contract.name: contract for contract in CONTRACTS}
"""The contract of every warehouse table, by name."""

HISTORY = ("membership_changes", "refreshes")
"""Tables that keep every refresh's rows, told apart by ``refresh_id``."""

PER_CUSTOMER = ("insiders", "members")
"""Tables with a row per customer. They are refilled at every publish and have no primary key.

Their key is checked by the contract before the write. Held by the database, it costs PostgreSQL more than the rows do:
each row inserted has to look at the one just deleted. SQLite gets a unique index, sorted once after the rows are in;
PostgreSQL a block range index, which fits rows written in the key's order and costs next to nothing.
"""

INDEXED = {"membership_changes": ("customer_id",)}
"""Columns that readers select by, beside the keys."""


@cache
def metadata() -> sa.MetaData:
    """The tables as SQLAlchemy describes them."""
    import sqlalchemy as sa

    found = sa.MetaData()
    for contract in CONTRACTS:
        _table(contract, found)
    return found


def key_of(contract: Table) -> tuple[str, ...]:
    """The columns that name a row: the contract's key, or else its first unique column."""
    return contract.key or tuple(column.name for column in contract.columns if column.unique)[:1]


def _table(contract: Table, into: sa.MetaData) -> sa.Table:
    import sqlalchemy as sa

    types: dict[str, sa.types.TypeEngine] = {
        "str": sa.Text(),
        "int64": sa.BigInteger(),
        "int32": sa.Integer(),
        "float64": sa.Double(),
        "bool": sa.Boolean(),
        "date": sa.Date(),
        "datetime": sa.DateTime(),
    }
    key = key_of(contract)
    held = contract.name not in PER_CUSTOMER
    columns = [
        sa.Column(
            column.name,
            types[column.dtype],
            nullable=column.nullable,
            primary_key=held and column.name in key,
            autoincrement=False,
            comment=f"{column.meaning} [{column.unit}]" if column.unit else column.meaning,
        )
        for column in contract.columns
    ]
    indexes = [sa.Index(f"{contract.name}_{name}", name) for name in INDEXED.get(contract.name, ())]
    if not held:
        indexes += [
            sa.Index(f"{contract.name}_key", *key, unique=True).ddl_if(dialect="sqlite"),
            sa.Index(f"{contract.name}_range", *key, postgresql_using="brin").ddl_if(dialect="postgresql"),
        ]
    return sa.Table(contract.name, into, *columns, *indexes, comment=contract.meaning)
