"""Per-customer features."""

from __future__ import annotations

import random
from datetime import date, datetime

import polars as pl
import pytest

from insiders_assets.contracts.customers import CUSTOMER_FEATURES
from insiders_assets.errors import InsidersError
from insiders_assets.features.cleaning import CleaningRules, clean_purchases, returns
from insiders_assets.features.customers import customer_features, newest_day
from insiders_assets_tests.make import transactions

AS_OF = date(2026, 1, 31)


def features(raw: pl.DataFrame, as_of: date = AS_OF, window_days: int = 396) -> pl.DataFrame:
    rules = CleaningRules()
    bought, sent_back = clean_purchases(raw.lazy(), rules), returns(raw.lazy(), rules)
    return CUSTOMER_FEATURES.validate(
        customer_features(bought, sent_back, as_of=as_of, window_days=window_days).collect(engine="streaming")
    )


def day(number: int, month: int = 1, year: int = 2026) -> datetime:
    return datetime(year, month, number, 12)


THREE_LINES = [
    {"invoice_no": "1", "stock_code": "A1", "quantity": 10, "unit_price": 1.1, "invoice_date": day(1)},
    {"invoice_no": "1", "stock_code": "B2", "quantity": 2, "unit_price": 0.1, "invoice_date": day(1)},
    {"invoice_no": "2", "stock_code": "A1", "quantity": 3, "unit_price": 2.0, "invoice_date": day(11)},
    {"invoice_no": "C3", "stock_code": "A1", "quantity": -4, "unit_price": 1.1, "invoice_date": day(12)},
]


def test_every_feature_of_a_customer_worked_out_by_hand():
    assert features(transactions(*THREE_LINES)).to_dicts() == [
        {
            "customer_id": "17850",
            "revenue": 17.2,
            "recency": 20,
            "total_products": 15,
            "distinct_stock_code": 2,
            "purchase_lines": 3,
            "total_purchases": 2,
            "basket_size": 7.5,
            "unique_basket_size": 1.5,
            "avg_ticket": 8.6,
            "avg_line_value": 17.2 / 3,
            "frequency": 2 / 11,
            "avg_recency_days": 10.0,
            "returned": 4,
            "tenure": 30,
            "is_identified": True,
            "country": "United Kingdom",
            "net_revenue": 12.8,
            "contribution": None,
        }
    ]


def test_a_single_purchase_day_has_no_days_between_purchases():
    found = features(transactions({"invoice_date": day(5)}, {"invoice_date": day(5), "invoice_no": "2"}))
    assert found["avg_recency_days"].to_list() == [None]
    assert found["frequency"].to_list() == [2.0]


def test_the_country_is_that_of_the_latest_purchase():
    raw = transactions(
        {"invoice_no": "1", "country": "Spain", "invoice_date": day(2)},
        {"invoice_no": "2", "country": "France", "invoice_date": day(1)},
        {"invoice_no": "3", "country": None, "invoice_date": day(1), "customer_id": "nowhere"},
    )
    assert dict(features(raw).select("customer_id", "country").iter_rows()) == {
        "17850": "Spain",
        "nowhere": None,
    }


def test_a_customer_with_returns_only_is_no_customer():
    assert features(transactions({"quantity": -1})).is_empty()


def test_the_window_ends_on_the_as_of_date_and_holds_its_days():
    raw = transactions(*({"customer_id": str(n), "invoice_date": day(n)} for n in (1, 21, 22, 31)))
    assert features(raw, window_days=10)["customer_id"].to_list() == ["22", "31"]
    assert features(raw, as_of=date(2026, 1, 21), window_days=1)["customer_id"].to_list() == ["21"]


def test_a_return_outside_the_window_does_not_count():
    raw = transactions({"invoice_date": day(30)}, {"quantity": -5, "invoice_date": day(1)})
    assert features(raw, window_days=10)["returned"].to_list() == [0]


def test_the_as_of_date_is_the_newest_day_of_purchases_and_returns():
    raw = transactions({"invoice_date": day(3)}, {"quantity": -1, "invoice_date": day(9)}).lazy()
    assert newest_day(clean_purchases(raw, CleaningRules()), returns(raw, CleaningRules())) == date(
        2026, 1, 9
    )


def test_no_transaction_left_after_cleaning_is_said_in_one_line():
    nothing = transactions().lazy()
    with pytest.raises(InsidersError, match="no transaction passes the cleaning rules"):
        newest_day(clean_purchases(nothing, CleaningRules()), returns(nothing, CleaningRules()))


def test_the_order_of_rows_changes_no_bit():
    prices = random.Random(7)
    rows = [
        {
            "invoice_no": str(n // 7),
            "customer_id": str(n % 11),
            "stock_code": f"{n % 13}X",
            "unit_price": round(prices.uniform(0.05, 99), 2),
            "invoice_date": day(1 + n % 28),
        }
        for n in range(3000)
    ]
    raw = transactions(*rows)
    assert features(raw).equals(features(raw.sample(fraction=1, shuffle=True, seed=3)))


def test_money_is_the_nearest_number_however_many_customers_there_are():
    cents = [*range(5, 2_000), *range(10**9, 10**9 + 500)]
    raw = transactions(
        *({"customer_id": str(n), "invoice_no": str(n), "unit_price": n / 100, "quantity": 1} for n in cents)
    )
    together = features(raw)
    assert together.sort(pl.col("customer_id").cast(pl.Int64))["revenue"].to_list() == [
        n / 100 for n in cents
    ]
    alone = pl.concat(features(raw.filter(customer_id=name)) for name in together["customer_id"][:50])
    assert together[:50].equals(alone)
