"""What months brought and who came back: the same as counted customer by customer."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

import polars as pl
import pytest

from insiders_assets.contracts.programme import COHORTS, REVENUE_BY_MONTH
from insiders_assets.programme.orders import orders_of
from insiders_assets.programme.over_time import cohorts, revenue_by_month
from insiders_assets_tests import programme_shop as shop

CUT = shop.LAST - timedelta(days=17)


@pytest.fixture(scope="module")
def purchases() -> pl.LazyFrame:
    return shop.transactions(120)[0]


@pytest.fixture(scope="module")
def lines(purchases: pl.LazyFrame) -> list[dict]:
    rows = purchases.collect().to_dicts()
    return [row | {"month": row["invoice_date"].date().replace(day=1)} for row in rows]


@pytest.mark.parametrize("day", [shop.LAST, CUT])
def test_months_add_up_to_what_was_bought(purchases: pl.LazyFrame, lines: list[dict], day: date) -> None:
    known = sorted({row["customer_id"] for row in lines})
    tiers = ["insider", "viability", "not_insider"]
    insiders = pl.DataFrame({"customer_id": known[1:], "tier": [tiers[n % 3] for n in range(len(known) - 1)]})
    table = REVENUE_BY_MONTH.validate(revenue_by_month(orders_of(purchases), insiders, day))
    expected: dict[tuple, list] = defaultdict(lambda: [set(), set(), 0])
    tier_of = dict(insiders.iter_rows())
    for row in lines:
        if row["invoice_date"].date() <= day:
            key = row["month"], tier_of.get(row["customer_id"], "not_seen"), row["is_identified"]
            expected[key][0].add(row["customer_id"])
            expected[key][1].add(row["invoice_no"])
            expected[key][2] += round(row["line_value"] * 1e6)
    found = {
        (row["month"], row["tier"], row["is_identified"]): (row["customers"], row["orders"], row["revenue"])
        for row in table.to_dicts()
    }
    assert found == {
        key: (len(who), len(orders), micros / 1e6) for key, (who, orders, micros) in expected.items()
    }
    first = min(row["invoice_date"].date() for row in lines)
    cut = {row["month"] for row in table.to_dicts() if row["is_cut"]}
    assert cut == ({first.replace(day=1)} if first.day > 1 else set()) | (
        {day.replace(day=1)} if (day + timedelta(days=1)).day > 1 else set()
    )


def test_cohorts_are_those_who_came_and_came_back(purchases: pl.LazyFrame, lines: list[dict]) -> None:
    table = COHORTS.validate(cohorts(orders_of(purchases), CUT))
    months, spent = defaultdict(set), defaultdict(int)
    for row in lines:
        if row["is_identified"] and row["invoice_date"].date() <= CUT:
            months[row["customer_id"]].add(row["month"])
            spent[row["customer_id"], row["month"]] += round(row["line_value"] * 1e6)
    for row in table.to_dicts():
        first = row["first_month"]
        ahead = first.month - 1 + row["months_since"]
        month = date(first.year + ahead // 12, ahead % 12 + 1, 1)
        cohort = [who for who, bought in months.items() if min(bought) == first]
        back = [who for who in cohort if month in months[who]]
        assert (row["cohort_customers"], row["customers"]) == (len(cohort), len(back))
        assert row["revenue"] == sum(spent[who, month] for who in back) / 1e6
    assert table.filter(pl.col("months_since") == 0)["customers"].sum() == len(months)
    assert table["revenue"].sum() == pytest.approx(sum(spent.values()) / 1e6)
