"""The churn study: nobody moves where nobody behaves otherwise, and what moves people is told apart."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from insiders_assets.contracts.research import CHURN_STUDY, WAYS
from insiders_assets.errors import InsidersError
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.research.churn import churn_study
from insiders_assets.segmentation import recipe
from insiders_assets_tests.segmentation.shoppers import QUICK, shoppers

LAST = date(2026, 6, 30)
CHOSEN = recipe("kinds", **QUICK)
BY_CLUSTER = ProgrammeRules(policy="coverage")


@pytest.mark.parametrize("rules", [ProgrammeRules(), BY_CLUSTER])
def test_a_frozen_model_moves_nobody_who_stays_the_same(people: pl.DataFrame, rules: ProgrammeRules) -> None:
    study = churn_study(lambda _: people, LAST, CHOSEN, seed=1, months=2, rules=rules)
    table = CHURN_STUDY.validate(study.table)
    assert table.height == 2 * len(WAYS)
    still = table.filter(pl.col("way").is_in(["frozen", "redrawn", "refitted"]))
    assert still["tier_churn"].to_list() == [0.0] * 6
    assert table.filter(pl.col("way") == "another_seed")["cluster_agreement"].min() < 1
    assert study.figures["churn"].startswith(b"\x89PNG")


def test_who_behaves_otherwise_is_counted_and_only_who_is_there_both_times(people: pl.DataFrame) -> None:
    def features_at(day: date) -> pl.DataFrame:
        if day < LAST:
            return people.filter(pl.col("customer_id") != people.filter("is_identified")["customer_id"][0])
        return people.with_columns(pl.col(name).reverse() for name in CHOSEN.inputs)

    table = churn_study(features_at, LAST, CHOSEN, seed=1, months=1, rules=BY_CLUSTER).table
    known = int(people["is_identified"].sum())
    frozen = table.filter(pl.col("way") == "frozen").to_dicts()[0]
    assert frozen["customers"] == known - 1
    assert frozen["tier_churn"] > 0.2
    assert frozen["by_the_model"] is None
    assert table.filter(pl.col("way") == "refitted")["by_the_model"][0] >= 0


def test_where_money_decides_no_model_moves_anybody_to_another_tier(people: pl.DataFrame) -> None:
    def features_at(day: date) -> pl.DataFrame:
        grown = pl.when(pl.int_range(pl.len()) % 9 == 0).then(pl.col("revenue") * 3).otherwise("revenue")
        return people if day < LAST else people.with_columns(revenue=grown)

    table = churn_study(features_at, LAST, CHOSEN, seed=1, months=1).table
    assert table.filter(pl.col("way") == "frozen")["tier_churn"][0] > 0
    assert table["by_the_model"].drop_nulls().to_list() == [0, 0]


def test_months_without_enough_customers_are_left_out_and_too_few_are_said() -> None:
    def features_at(day: date) -> pl.DataFrame:
        return shoppers(300 if day >= LAST - timedelta(days=30) else 4)

    assert churn_study(features_at, LAST, CHOSEN, seed=1, months=3).table["as_of"].unique().to_list() == [
        LAST
    ]
    with pytest.raises(InsidersError, match="too little history"):
        churn_study(lambda _: shoppers(4), LAST, CHOSEN, seed=1, months=3)
