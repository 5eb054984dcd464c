"""The next product: told where it beats popularity and buying again at past cut-offs, or else withheld."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import polars as pl
import pytest

from insiders_assets.contracts.next_product import CLUSTER_NEXT_PRODUCTS, NEXT_PRODUCT_STUDY, NEXT_PRODUCTS
from insiders_assets.contracts.programme import NAMED_NEXT
from insiders_assets.days import day_number
from insiders_assets.next_product import next_product_tables, trial
from insiders_assets.next_product.bought import bought_by
from insiders_assets.next_product.choice import by_days, by_rhythm, popular
from insiders_assets.next_product.together import bought_together
from insiders_assets.next_product.trial import verdict
from insiders_assets.storage.lake import failures

LAST = date(2026, 6, 30)
END = day_number(LAST)


def lines(rows: list[tuple[str, str, int]]) -> pl.LazyFrame:
    """Purchases: who bought what, on which day before the last."""
    return (
        pl.DataFrame(rows, schema=["customer_id", "stock_code", "ago"], orient="row")
        .with_columns(
            invoice_day=(END - pl.col("ago")).cast(pl.Int32),
            is_identified=pl.lit(value=True),
            description=pl.col("stock_code").str.to_titlecase(),
        )
        .lazy()
    )


@cache
def shop(*, rhythm: bool) -> pl.LazyFrame:
    """A shop of consumables, which people buy again, and of fashion, which nobody does; or of nothing but chance."""
    draw, rows = np.random.default_rng(4), []
    for place in range(400):
        who, own = f"{place:04}", draw.choice(40, 4, replace=False)
        for ago in range(int(draw.integers(0, 20)), 300, 20):
            fashion = [f"fashion-{draw.integers(0, 400)}" for _ in range(3)]
            staples = [f"staple-{code}" for code in own if draw.random() < 0.12]
            rows += [(who, code, ago) for code in (fashion + staples if rhythm else fashion)]
    return lines(rows)


PEOPLE = pl.DataFrame(
    {
        "customer_id": [f"{place:04}" for place in range(400)],
        "cluster": [1 + place % 2 for place in range(400)],
    }
).with_columns(pl.col("cluster").cast(pl.Int32), is_identified=pl.lit(value=True))


def named(
    purchases: pl.LazyFrame, study: pl.DataFrame | None, people: pl.DataFrame = PEOPLE
) -> dict[str, pl.DataFrame]:
    made = next_product_tables(purchases, people, study, as_of=LAST, window_days=396)
    for table in NAMED_NEXT:
        table.require(failures(made[table.name].lazy(), table)[1])
    return made


def test_a_shop_of_repeat_purchases_gets_what_beats_both_plain_ways():
    study, found = trial(shop(rhythm=True), window_days=396)
    NEXT_PRODUCT_STUDY.require(failures(study.lazy(), NEXT_PRODUCT_STUDY)[1])
    assert found.code == "next.better"
    assert study["cutoff"].n_unique() == 3
    differences = study.filter(pl.col("way") != "next_product")
    assert differences.filter(~(pl.col("low") > 0)).is_empty()
    assert differences.filter(~pl.col("difference").is_between("low", "high")).is_empty()
    made = named(shop(rhythm=True), study)
    products = made[NEXT_PRODUCTS.name]
    assert products.group_by("customer_id").len()["len"].to_list() == [3] * 400
    assert products["stock_code"].str.starts_with("staple-").mean() > 0.8  # type: ignore[operator]
    clusters = made[CLUSTER_NEXT_PRODUCTS.name].sort("cluster", "place")
    assert clusters.select("cluster", "place").rows() == [
        (cluster, place) for cluster in (1, 2) for place in (1, 2, 3)
    ]
    assert clusters["customers"].to_list()[:3] == sorted(clusters["customers"].to_list()[:3], reverse=True)


def test_a_shop_in_which_nothing_comes_back_is_told_why_it_gets_none():
    study, found = trial(shop(rhythm=False), window_days=396)
    assert found.code == "next.beaten"
    made = named(shop(rhythm=False), study)
    assert made[NEXT_PRODUCTS.name].is_empty()
    assert made[CLUSTER_NEXT_PRODUCTS.name].is_empty()
    assert (
        made["next_product_verdict"]
        .row(0, named=True)["reason"]
        .startswith("Withheld: at the cut-off of 2026-")
    )


def test_nothing_is_shown_before_it_was_tried_at_three_cutoffs():
    study, _ = trial(shop(rhythm=True), window_days=396)
    two = study.filter(pl.col("cutoff") > pl.col("cutoff").min())
    assert verdict(two)[1].code == verdict(None)[1].code == "next.not_tried"
    assert named(shop(rhythm=True), None)["next_product_verdict"]["is_shown"].to_list() == [False]


def test_what_comes_after_a_cutoff_and_the_order_of_rows_change_nothing_that_is_named():
    known = bought_by(shop(rhythm=True), END - 90, 396)
    shuffled = (
        shop(rhythm=True).filter(pl.col("ago") >= 90).collect().sample(fraction=1, shuffle=True, seed=2)
    )
    other = bought_by(shuffled.lazy(), END - 90, 396)
    for choose in (by_rhythm, by_days, popular):
        assert choose(known).equals(choose(other))


def test_reasons_are_the_customers_own_rhythm_or_what_is_bought_together():
    rows = [("anna", "tea", ago) for ago in (10, 40, 70)] + [
        ("anna", "mug", 5),
        ("anna", "pot", 200),
        ("ben", "tea", 3),
    ]
    rows += [
        (f"{place}", code, 50) for place in range(20) for code in ("tea", "milk", "milk-jug")[: 2 + place % 2]
    ]
    rows += [(f"other-{place}", "soap", 50) for place in range(30)]
    purchases = lines(rows)
    pair = (
        bought_together(bought_by(purchases, END, 396))
        .filter(other="tea", stock_code="milk")
        .row(0, named=True)
    )
    assert pair["support"] == 20 / 52
    assert pair["confidence"] == 20 / 22
    assert pair["lift"] == pytest.approx((20 / 22) / (20 / 52))
    people = pl.DataFrame({"customer_id": ["anna", "ben"], "cluster": [1, 1], "is_identified": [True, True]})
    study, _ = trial(shop(rhythm=True), window_days=396)
    told = named(purchases, study, people.cast({"cluster": pl.Int32}))[NEXT_PRODUCTS.name]
    anna = told.filter(customer_id="anna")
    assert anna["stock_code"][0] == "tea"
    assert anna["reason"][0] == "Bought again every 30 days, last 10 days ago."
    assert anna["every_days"].to_list()[0] == 30
    assert "Bought once, 5 days ago; 0 % of its buyers buy it again." in anna["reason"].to_list()
    ben = told.filter(customer_id="ben")
    assert ben["stock_code"].to_list() == ["tea", "milk", "milk-jug"]
    assert ben["reason"][1] == "Bought by 2.4 times as many buyers of Tea as of all customers."
    assert ben["lift"][1] == pytest.approx(2.36)
    assert ben["days_bought"].to_list() == [1, 0, 0]


def test_hits_and_gains_are_counted_as_they_are_defined():
    before = [("anna", code, 100) for code in ("a", "b", "c") for _ in range(2)]
    after = [("anna", "b", 5), ("anna", "z", 5)]
    table, _ = trial(lines([*before, *after]), window_days=396, cutoffs=[date(2026, 4, 1)])
    found = {(row["way"], row["measure"]): row["value"] for row in table.to_dicts()}
    # Of three of the same weight the second is named second; two were bought, so that two places could have gained.
    assert found["next_product", "hit_rate"] == 1.0
    assert found["next_product", "ndcg"] == pytest.approx((1 / np.log2(3)) / (1 + 1 / np.log2(3)))
