"""Purchases by month: what adds up to a customer's features."""

from __future__ import annotations

import random
from datetime import date, datetime

import polars as pl
from polars.testing import assert_frame_equal

from insiders_assets.contracts.summaries import PURCHASES_BY_MONTH
from insiders_assets.features.cleaning import CleaningRules, clean_purchases, returns
from insiders_assets.features.customers import customer_features
from insiders_assets.features.months import purchases_by_month
from insiders_assets_tests.make import transactions

AS_OF, WINDOW = date(2026, 3, 31), 396


def _months(raw: pl.DataFrame, window_days: int = WINDOW) -> pl.DataFrame:
    rules = CleaningRules()
    bought, sent_back = clean_purchases(raw.lazy(), rules), returns(raw.lazy(), rules)
    months = purchases_by_month(bought, sent_back, as_of=AS_OF, window_days=window_days)
    return PURCHASES_BY_MONTH.validate(months.collect(engine="streaming"))


def test_a_customers_months_worked_out_by_hand() -> None:
    rows = [
        {"invoice_no": "1", "quantity": 10, "unit_price": 1.1, "invoice_date": datetime(2026, 1, 31, 23, 59)},
        {"invoice_no": "1", "quantity": 2, "unit_price": 0.1, "invoice_date": datetime(2026, 1, 31, 23, 59)},
        {"invoice_no": "2", "quantity": 3, "unit_price": 2.0, "invoice_date": datetime(2026, 1, 2)},
        {"invoice_no": "3", "quantity": 1, "unit_price": 5.0, "invoice_date": datetime(2026, 3, 1)},
        {"invoice_no": "C4", "quantity": -4, "unit_price": 1.1, "invoice_date": datetime(2026, 2, 3)},
        {"invoice_no": "5", "customer_id": None, "invoice_date": datetime(2026, 2, 3)},
    ]
    assert _months(transactions(*rows)).rows() == [
        ("17850", date(2026, 1, 1), 2, 15, 17.2, 0),
        ("17850", date(2026, 2, 1), 0, 0, 0.0, 4),
        ("17850", date(2026, 3, 1), 1, 1, 5.0, 0),
    ]


def test_months_add_up_to_the_features_of_identified_customers_whatever_the_row_order() -> None:
    draw = random.Random(5)
    rows = [
        {
            "invoice_no": f"{'C' if draw.random() < 0.2 else ''}{draw.randrange(200)}",
            "customer_id": draw.choice(["a", "b", "c", "d", None]),
            "quantity": draw.randrange(1, 30),
            "unit_price": draw.randrange(5, 900) / 100,
            "invoice_date": datetime(2025 + draw.randrange(2), draw.randrange(1, 4), draw.randrange(1, 28)),
        }
        for _ in range(400)
    ]
    rows = [row | {"quantity": -row["quantity"]} if row["invoice_no"][0] == "C" else row for row in rows]
    raw = transactions(*rows)
    months = _months(raw)
    assert_frame_equal(months, _months(raw.sample(fraction=1.0, shuffle=True, seed=1)))
    rules = CleaningRules()
    features = customer_features(
        clean_purchases(raw.lazy(), rules), returns(raw.lazy(), rules), as_of=AS_OF, window_days=WINDOW
    ).collect()
    names = ["total_products", "revenue", "returned"]
    added = months.group_by("customer_id").agg(pl.col(names).sum()).sort("customer_id")
    assert_frame_equal(added, features.filter("is_identified").select("customer_id", *names))


def test_what_lies_outside_the_window_is_left_out() -> None:
    raw = transactions(
        {"invoice_no": "1", "invoice_date": datetime(2026, 3, 21)},
        {"invoice_no": "2", "invoice_date": datetime(2026, 3, 22)},
    )
    assert _months(raw, window_days=10)["total_purchases"].to_list() == [1]
