"""The warehouse's tables, generated from the contracts: type, nullability, key and comment of every column."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from insiders_assets.contracts import programme
from insiders_assets.contracts.customers import INSIDERS
from insiders_assets.contracts.deliveries import DELIVERED
from insiders_assets.contracts.summaries import CUSTOMER_PRODUCTS, PURCHASES_BY_MONTH, SUMMARIES
from insiders_assets.contracts.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    import sqlalchemy as sa

CONTRACTS = (
    INSIDERS,
    *(contract for contract in vars(programme).values() if isinstance(contract, Table)),
    PURCHASES_BY_MONTH,
    CUSTOMER_PRODUCTS,
    *SUMMARIES,
    *DELIVERED,
)
TABLES: dict[str, Table] = {contract.name: contract for contract in CONTRACTS}
"""The contract of every warehouse table, by name: whatever the programme declares is published."""

CUSTOMER = "customer_id"
OF_CUSTOMERS: dict[str, Table] = {
    name: contract for name, contract in TABLES.items() if CUSTOMER in contract.names
}
"""The contract of every table whose rows are each about one customer, by name: what is shown to somebody who asks what
is kept of them, and what forgetting them removes."""

HISTORY = tuple(contract.name for contract in CONTRACTS if "refresh_id" in contract.names)
"""Tables that keep every refresh's rows, told apart by ``refresh_id``."""

PER_CUSTOMER = (
    "insiders",
    "members",
    "purchases_by_month",
    "customer_products",
    "segment_customers",
    "experiment_arms",
    "outlook",
    "next_products",
    "tier_standing",
)
"""Tables with a row per customer or more. A publish refills most of their rows, and they have no primary key.

Their key is checked by the contract before the write. Held by the database, it costs PostgreSQL more than the rows do:
each row inserted has to look at the one just deleted. SQLite gets a unique index, sorted once after the rows are in;
PostgreSQL a block range index, which fits rows written in the key's order and costs next to nothing.
"""

BY_PART = {"purchases_by_month": "month"}
"""Tables of which a publish writes the parts that changed, by the column that tells parts apart.

They hold years, of which a day changes the last month and the one that the window leaves.
"""

PARTS = "warehouse_parts"
"""What the published parts are known by; see :mod:`insiders_assets.storage.warehouse.partitions`."""

INDEXED = {"membership_changes": ("customer_id",), "delivery_changes": ("customer_id",)}
"""Columns that readers select by, beside the keys."""

COUNTED = {"membership_changes": ("refresh_id", "as_of", "change", "cause", "tier_before", "tier_after")}
"""Columns that readers count rows by, together, over all refreshes: along an index nothing is sorted."""


@cache
def metadata() -> sa.MetaData:
    """Return the tables as SQLAlchemy describes them."""
    import sqlalchemy as sa

    found = sa.MetaData()
    for contract in CONTRACTS:
        _table(contract, found)
    sa.Table(
        PARTS,
        found,
        sa.Column("table_name", sa.Text(), primary_key=True),
        sa.Column("part", sa.Date(), primary_key=True),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime()),
        comment="Parts of large tables as they were published last, by which a publish knows what has changed.",
    )
    return found


@cache
def refreshes() -> sa.Table:
    """Return the table of refreshes by itself: whoever asks for the newest one needs no other."""
    import sqlalchemy as sa

    [contract] = [each for each in CONTRACTS if each.name == "refreshes"]
    return _table(contract, sa.MetaData())


def tables() -> Mapping[str, sa.Table]:
    """Return every table by name, to write queries with."""
    return metadata().tables


def key_of(contract: Table) -> tuple[str, ...]:
    """Return the columns that name a row: the contract's key, or else its first unique column."""
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
            comment=column.described,
        )
        for column in contract.columns
    ]
    indexes = [sa.Index(f"{contract.name}_{name}", name) for name in INDEXED.get(contract.name, ())]
    if contract.name in COUNTED:
        indexes.append(sa.Index(f"{contract.name}_counted", *COUNTED[contract.name]))
    if not held:
        indexes += [
            sa.Index(f"{contract.name}_key", *key, unique=True).ddl_if(dialect="sqlite"),
            sa.Index(f"{contract.name}_range", *key, postgresql_using="brin").ddl_if(dialect="postgresql"),
        ]
    return sa.Table(contract.name, into, *columns, *indexes, comment=contract.meaning)
