"""How contracts are declared and kept."""

from __future__ import annotations

import subprocess
import sys

import polars as pl
import pytest

from insiders_assets.contracts import customers, programme, summaries, tiles, transactions
from insiders_assets.contracts.table import Column, Table
from insiders_assets.errors import ContractError

ORDERS = Table(
    "orders",
    "One order.",
    (
        Column("number", "int64", "The order's number.", unique=True, ge=1),
        Column("state", "str", "Where it is.", isin=("open", "sent")),
        Column("weight", "float64", "What it weighs.", "kg", nullable=True, gt=0, le=40),
    ),
)
GOOD = pl.DataFrame({"number": [1, 2], "state": ["open", "sent"], "weight": [1.5, None]})

EVERY_TABLE = [
    found
    for module in (customers, programme, summaries, tiles, transactions)
    for found in vars(module).values()
    if isinstance(found, Table)
]


def test_a_frame_that_keeps_its_contract_comes_back_unchanged():
    assert ORDERS.validate(GOOD).equals(GOOD)
    assert ORDERS.validate(ORDERS.empty()).is_empty()


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"number": [1, 1]}, "number"),
        ({"number": [0, 1]}, "number"),
        ({"number": [1.0, 2.0]}, "number"),
        ({"number": [None, 2]}, "number"),
        ({"state": ["open", "lost"]}, "state"),
        ({"weight": [0.0, 1.0]}, "weight"),
        ({"weight": [41.0, 1.0]}, "weight"),
        ({"colour": ["red", "blue"]}, "colour"),
    ],
)
def test_each_way_of_breaking_a_contract_is_found_and_named(change, column):
    broken = GOOD.with_columns(**{name: pl.Series(values, strict=False) for name, values in change.items()})
    with pytest.raises(ContractError, match=column):
        ORDERS.validate(broken)


LINES = Table(
    "lines",
    "One line of an order.",
    (Column("number", "int64", "Its order's number."), Column("line", "str", "Its name.", nullable=True)),
    key=("number", "line"),
)


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        ([(1, "a"), (1, "b"), (2, "a")], True),
        ([(2, "a"), (1, "b"), (1, "a")], True),
        ([(1, None), (1, "a")], True),
        ([(1, "a"), (1, "a"), (2, "a")], False),
        ([(1, "a"), (2, "a"), (1, "a")], False),
        ([(1, None), (1, None)], False),
    ],
)
def test_rows_of_one_key_are_found_whether_or_not_the_table_is_sorted(rows, kept):
    frame = pl.DataFrame(rows, schema=LINES.polars_schema, orient="row")
    assert LINES.failures(frame).is_empty() is kept


def test_a_missing_column_breaks_the_contract():
    with pytest.raises(ContractError, match="state"):
        ORDERS.validate(GOOD.drop("state"))


def test_all_failures_are_counted_at_once():
    broken = GOOD.with_columns(number=pl.lit(0, pl.Int64), state=pl.lit("lost"))
    failures = ORDERS.failures(broken)
    assert {"number", "state"} <= set(failures["column"])
    assert failures.filter(pl.col("column") == "state")["failures"].to_list() == [2]


@pytest.mark.parametrize("table", EVERY_TABLE, ids=lambda table: table.name)
def test_every_table_and_column_says_what_it_means(table):
    assert table.meaning.endswith(".")
    assert all(column.meaning.endswith((".", "…")) for column in table.columns)
    assert len(set(table.names)) == len(table.names)
    assert table.validate(table.empty()).columns == table.names


def test_a_contract_loads_no_library_that_pandera_can_do_without():
    program = (
        "import sys; from insiders_assets.contracts.customers import CLUSTERS;"
        "CLUSTERS.failures(CLUSTERS.empty());"
        "print([name for name in ('hypothesis', 'pyspark') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
