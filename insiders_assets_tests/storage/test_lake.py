"""The lake: whole tables that keep their contract, or the table before."""

from __future__ import annotations

import polars as pl
import pytest

from insiders_assets.contracts.table import Column, Table
from insiders_assets.errors import ContractError, InsidersError
from insiders_assets.storage.lake import Lake

PRICES = Table(
    "prices", "One price.", (Column("code", "str", "What."), Column("price", "float64", "How much.", gt=0))
)
GOOD = pl.DataFrame({"code": ["a", "b"], "price": [1.0, 2.0]})


@pytest.fixture
def lake(tmp_path):
    return Lake(tmp_path / "home" / "lake")


@pytest.mark.parametrize("lazy", [False, True])
def test_a_written_table_reads_back_equal(lake, lazy):
    assert lake.write(PRICES, GOOD.lazy() if lazy else GOOD).rows == 2
    assert lake.read("prices").equals(GOOD)
    assert lake.scan("prices").collect().equals(GOOD)


def test_columns_are_put_in_the_contracts_order(lake):
    lake.write(PRICES, GOOD.select("price", "code"))
    assert lake.read("prices").columns == ["code", "price"]


@pytest.mark.parametrize("lazy", [False, True])
def test_a_table_that_breaks_its_contract_leaves_the_one_before_and_no_trace(lake, lazy):
    lake.write(PRICES, GOOD)
    bad = GOOD.with_columns(price=-pl.col("price"))
    with pytest.raises(ContractError, match="price"):
        lake.write(PRICES, bad.lazy() if lazy else bad)
    assert lake.read("prices").equals(GOOD)
    assert {path.name for path in lake.root.iterdir()} == {".checksums", "prices.parquet"}


def test_the_same_table_is_the_same_bytes(lake):
    frame = pl.DataFrame(
        {"code": [str(n) for n in range(600_000)], "price": [1.0 + n for n in range(600_000)]}
    )
    lake.write(PRICES, frame)
    first = lake.path("prices").read_bytes()
    lake.write(PRICES, frame.lazy())
    assert lake.path("prices").read_bytes() == first


def test_a_table_that_is_not_there_yet_is_said_in_one_line(lake):
    with pytest.raises(InsidersError, match="is not there yet"):
        lake.read("prices")


def test_a_lake_that_cannot_be_written_is_said_in_one_line(lake):
    lake.root.parent.parent.joinpath("home").write_text("a file where the home should be")
    with pytest.raises(InsidersError, match="cannot be written"):
        lake.write(PRICES, GOOD)
