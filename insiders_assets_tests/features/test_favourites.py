"""What customers buy most: worked out by hand, and against plain arithmetic whatever the order and the shares."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, datetime

import polars as pl

from insiders_assets.contracts.summaries import CUSTOMER_PRODUCTS
from insiders_assets.features.cleaning import CleaningRules, clean_purchases
from insiders_assets.features.favourites import KEPT, customer_products
from insiders_assets_tests.make import transactions

AS_OF, WINDOW = date(2026, 3, 31), 396


def favourites(raw: pl.DataFrame, **more: int) -> pl.DataFrame:
    found = customer_products(
        clean_purchases(raw.lazy(), CleaningRules()), as_of=AS_OF, window_days=WINDOW, **more
    )
    return CUSTOMER_PRODUCTS.validate(found)


def test_a_customers_products_worked_out_by_hand() -> None:
    rows = [
        {"invoice_no": "1", "stock_code": "A1", "quantity": 2, "unit_price": 1.5, "description": "MUG"},
        {"invoice_no": "2", "stock_code": "A1", "quantity": 4, "unit_price": 1.5, "description": "Mug",
         "invoice_date": datetime(2026, 2, 1)},
        {"invoice_no": "2", "stock_code": "A1", "quantity": 1, "unit_price": 1.0, "description": "Mug"},
        {"invoice_no": "2", "stock_code": "B2", "quantity": 1, "unit_price": 9.0, "description": None},
        {"invoice_no": "3", "stock_code": "C3", "quantity": 1, "unit_price": 9.0},
        {"invoice_no": "3", "stock_code": "D4", "quantity": 1, "unit_price": 0.5},
        {"invoice_no": "C4", "stock_code": "D4", "quantity": -9, "unit_price": 9.0},
        {"invoice_no": "5", "stock_code": "E5", "quantity": 9, "unit_price": 9.0, "customer_id": None},
        {"invoice_no": "6", "stock_code": "E5", "unit_price": 9.0, "invoice_date": datetime(2024, 1, 1)},
    ]  # fmt: skip
    assert favourites(transactions(*rows)).rows() == [
        ("17850", 1, "A1", "Mug", 10.0, 2, 7, date(2026, 2, 1)),
        ("17850", 2, "B2", None, 9.0, 1, 1, date(2026, 1, 5)),
        ("17850", 3, "C3", "WHITE CANDLE", 9.0, 1, 1, date(2026, 1, 5)),
    ]
    assert favourites(transactions(rows[7])).is_empty()


def test_of_products_with_the_same_money_the_one_bought_more_often_comes_first() -> None:
    rows = [
        {"invoice_no": "1", "stock_code": "A1", "quantity": 4, "unit_price": 1.0},
        {"invoice_no": "2", "stock_code": "B2", "quantity": 2, "unit_price": 1.0},
        {"invoice_no": "3", "stock_code": "B2", "quantity": 2, "unit_price": 1.0},
    ]
    assert favourites(transactions(*rows))["stock_code"].to_list() == ["B2", "A1"]


def test_they_are_what_plain_arithmetic_says_whatever_the_order_of_rows_and_the_shares() -> None:
    draw = random.Random(7)
    rows = [
        {
            "invoice_no": str(draw.randrange(150)),
            "customer_id": draw.choice("abcdef"),
            "stock_code": f"{draw.choice('PQRSTU')}1",
            "quantity": draw.randrange(1, 9),
            "unit_price": draw.randrange(5, 900) / 100,
        }
        for _ in range(300)
    ]
    raw = transactions(*rows)
    table = favourites(raw)
    assert table.equals(favourites(raw.sample(fraction=1.0, shuffle=True, seed=1), rows=60))
    spent: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        spent[row["customer_id"]][row["stock_code"]] += row["quantity"] * round(row["unit_price"] * 100)
    for customer, codes in spent.items():
        best = sorted(codes.items(), key=lambda each: -each[1])[:KEPT]
        mine = table.filter(customer_id=customer)
        assert mine["stock_code"].to_list() == [code for code, _ in best]
        assert [round(each * 100) for each in mine["revenue"]] == [money for _, money in best]
