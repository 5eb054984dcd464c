"""What groups buy: the same as counted customer by customer, and nothing on few buyers."""

from __future__ import annotations

import math

import polars as pl
import pytest

from insiders_assets.contracts.products import LEAST_BUYERS, PRODUCT_AFFINITY
from insiders_assets.programme.products import KEPT, product_affinity
from insiders_assets_tests import programme_shop as shop


@pytest.fixture(scope="module")
def insiders() -> pl.DataFrame:
    ids = [f"{10_000 + number}" for number in range(250)]
    return pl.DataFrame(
        {
            "customer_id": ids,
            "is_identified": True,
            "tier": ["insider" if number % 3 == 0 else "not_insider" for number in range(250)],
            "cluster": [number % 4 + 1 for number in range(250)],
        }
    )


@pytest.fixture(scope="module")
def purchases() -> pl.LazyFrame:
    """A shop where a third of the customers, its Insiders, buy one product that hardly anybody else does."""
    lines = shop.transactions(250)[0].collect()
    known = pl.col("is_identified") & (pl.col("customer_id").cast(pl.Int64, strict=False) % 3 == 1)
    special = lines.filter(known).unique("customer_id", keep="first", maintain_order=True)
    return pl.concat(
        [lines, special.with_columns(stock_code=pl.lit("OURS"), description=pl.lit("OUR OWN MUG"))]
    ).lazy()


@pytest.fixture(scope="module")
def table(purchases: pl.LazyFrame, insiders: pl.DataFrame) -> pl.DataFrame:
    return PRODUCT_AFFINITY.validate(product_affinity(purchases, insiders, shop.LAST, 396))


def test_every_figure_is_that_of_counting(
    table: pl.DataFrame, purchases: pl.LazyFrame, insiders: pl.DataFrame
) -> None:
    lines = purchases.filter("is_identified").collect()
    group = insiders.filter(tier="insider")["customer_id"]
    row = table.filter(grouped_by="tier", group_name="insider", stock_code="OURS").to_dicts()[0]
    of_it = lines.filter(stock_code="OURS")
    here = of_it.filter(pl.col("customer_id").is_in(group.implode()))
    buyers, elsewhere = here["customer_id"].n_unique(), of_it["customer_id"].n_unique()
    elsewhere -= buyers
    size, others = len(group), insiders.height - len(group)
    assert row["customers"] == buyers >= LEAST_BUYERS
    assert row["share_of_customers"] == buyers / size
    assert row["share_elsewhere"] == elsewhere / others
    assert row["revenue"] == pytest.approx(here["line_value"].sum())
    assert row["description"] == "OUR OWN MUG"
    lift = (buyers + 0.5) / (size + 0.5) / ((elsewhere + 0.5) / (others + 0.5))
    error = math.sqrt(1 / (buyers + 0.5) - 1 / (size + 0.5) + 1 / (elsewhere + 0.5) - 1 / (others + 0.5))
    assert row["lift"] == pytest.approx(lift)
    assert row["lift_low"] == pytest.approx(lift * math.exp(-1.959963984540054 * error))
    assert row["place_by_lift"] == 1


def test_few_are_kept_and_none_of_few_buyers(
    table: pl.DataFrame, purchases: pl.LazyFrame, insiders: pl.DataFrame
) -> None:
    assert table["customers"].min() >= LEAST_BUYERS
    for place in ("place_by_revenue", "place_by_lift"):
        kept = (
            table.filter(pl.col(place).is_not_null())
            .group_by("grouped_by", "group_name")
            .agg(pl.col(place).sort())
        )
        assert all(places == list(range(1, len(places) + 1)) for places in kept[place].to_list())
        assert max(map(len, kept[place].to_list())) <= KEPT
    assert (table.filter(pl.col("place_by_lift").is_not_null())["lift_low"] > 1).all()
    shuffled = purchases.collect().sample(fraction=1, shuffle=True, seed=3).lazy()
    assert product_affinity(shuffled, insiders, shop.LAST, 396).equals(table)


def test_without_anybody_there_is_nothing_to_tell(purchases: pl.LazyFrame, insiders: pl.DataFrame) -> None:
    assert product_affinity(purchases, insiders.clear(), shop.LAST, 396).is_empty()


def test_shares_of_the_customers_add_up_to_all_of_them(purchases, insiders, table):
    rows = purchases.select(pl.len()).collect().item() // 5
    assert product_affinity(purchases, insiders, shop.LAST, 396, rows=rows).equals(table)
