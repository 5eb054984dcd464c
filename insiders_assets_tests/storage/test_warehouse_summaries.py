"""Summaries that the warehouse adds to a publish: they add up to the list they were made from."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from insiders_assets.contracts.customers import INSIDERS
from insiders_assets.contracts.summaries import BUDGET_CURVE, CUSTOMER_SUMMARY, MAP_SAMPLE, SUMMARIES, SUMMED
from insiders_assets.storage.warehouse import Warehouse
from insiders_assets.storage.warehouse.summaries import (
    budget_curve,
    budget_sizes,
    customer_summary,
    map_sample,
    summaries,
)
from insiders_assets_tests.tables import a_refresh, made_up

AS_OF = date(2026, 3, 15)


@pytest.fixture(scope="module")
def insiders() -> pl.DataFrame:
    return made_up(INSIDERS, 3_000, seed=4)


def test_history_keeps_the_curve_at_the_sizes_of_the_table_and_what_members_bring(
    insiders: pl.DataFrame,
) -> None:
    sizes, curve = budget_sizes(insiders), budget_curve(insiders)
    known = insiders.filter("is_identified")
    kept = sizes.filter(ranked_by="past_revenue").drop("ranked_by")
    whole = curve.filter(pl.col("customers").is_in(kept["customers"].implode()))
    assert kept.equals(whole.select(kept.columns))
    assert {round(share * known.height) for share in (0.05, 0.1, 0.2, 0.3, 0.5, 1)} <= set(kept["customers"])
    ours = sizes.filter(ranked_by="programme").row(0, named=True)
    members = known.filter("is_member")
    assert ours["customers"] == members.height > 0
    assert ours["revenue"] == pytest.approx(members["revenue"].sum())
    assert ours["share_of_revenue"] == pytest.approx(members["revenue"].sum() / known["revenue"].sum())


def test_summaries_keep_their_contracts_whether_there_are_customers_or_not(insiders: pl.DataFrame) -> None:
    for frame in (insiders, insiders.head(1), INSIDERS.empty()):
        found = summaries(frame, AS_OF, "one")
        assert list(found) == [contract.name for contract in SUMMARIES]
        for contract in SUMMARIES:
            contract.validate(found[contract.name])


def test_the_customer_summary_adds_up_to_the_list_over_any_choice_of_rows(insiders: pl.DataFrame) -> None:
    summary = customer_summary(insiders, AS_OF)
    for choice in (
        pl.lit(True),
        pl.col("tier") == "insider",
        pl.col("cluster") < 30,
        pl.col("is_identified"),
    ):
        of_list, of_summary = insiders.filter(choice), summary.filter(choice)
        assert of_summary["customers"].sum() == len(of_list)
        for name in SUMMED:
            assert of_summary[f"sum_{name}"].sum() == pytest.approx(of_list[name].sum(), rel=1e-9)


def test_the_month_of_the_last_purchase_is_the_as_of_date_less_recency() -> None:
    one = made_up(INSIDERS, 3).with_columns(recency=pl.Series([0, 14, 15]))
    months = customer_summary(one, AS_OF).group_by("last_purchase_month").agg(pl.col("customers").sum())
    assert dict(months.iter_rows()) == {date(2026, 3, 1): 2, date(2026, 2, 1): 1}


def test_the_budget_curve_is_a_plain_sort_of_identified_customers(insiders: pl.DataFrame) -> None:
    curve = budget_curve(insiders)
    revenue = sorted(insiders.filter("is_identified")["revenue"], reverse=True)
    for row in curve.iter_rows(named=True):
        assert row["revenue"] == pytest.approx(sum(revenue[: row["customers"]]))
        assert row["least_revenue"] == (revenue[row["customers"] - 1] if row["customers"] else None)
    assert curve["customers"].to_list()[0] == 0
    assert curve.row(-1, named=True)["share_of_revenue"] == pytest.approx(1)
    assert insiders["is_member"].sum() in curve["customers"]


def test_summaries_are_the_same_bytes_whatever_the_row_order(insiders: pl.DataFrame) -> None:
    shuffled = insiders.sample(fraction=1.0, shuffle=True, seed=2)
    for build in (budget_curve, map_sample, lambda frame: customer_summary(frame, AS_OF)):
        assert_frame_equal(build(insiders), build(shuffled), check_exact=True)


def test_summaries_do_not_grow_with_customers(insiders: pl.DataFrame) -> None:
    many = pl.concat([insiders] * 10).with_columns(customer_id=pl.int_range(pl.len()).cast(pl.String))
    assert len(budget_curve(many)) <= 402
    assert len(map_sample(many)) < 6_000
    assert len(customer_summary(many, AS_OF)) == len(customer_summary(insiders, AS_OF))


def test_a_publish_brings_the_summaries_of_its_own_list(database_url: str) -> None:
    warehouse = Warehouse.open(database_url)
    for name, rows in (("first", 40), ("second", 60)):
        tables, appended = a_refresh(name, rows)
        warehouse.publish(tables, appended, from_lake=True)
        assert warehouse.read(CUSTOMER_SUMMARY.name)["customers"].sum() == rows
        assert len(warehouse.read(MAP_SAMPLE.name)) == rows
        assert (
            warehouse.read(BUDGET_CURVE.name)["customers"].max() == tables["insiders"]["is_identified"].sum()
        )
