"""Features of a share of the customers at a time."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from insiders_assets import progress
from insiders_assets.features import batches, customers
from insiders_assets.features.cleaning import CleaningRules, clean_purchases, returns
from insiders_assets_tests.make import transactions

AS_OF = date(2026, 1, 31)


@pytest.fixture(scope="module")
def cleaned() -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Purchases and returns of some sixty customers, anonymous ones among them."""
    raw = transactions(
        *(
            {
                "invoice_no": f"{'C' if line % 17 == 0 else ''}{line // 3}",
                "stock_code": f"A{line % 11}",
                "quantity": -2 if line % 17 == 0 else line % 7 + 1,
                "unit_price": 0.1 + line % 13,
                "customer_id": None if line // 3 % 5 == 0 else str(10_000 + line // 3 % 53),
                "invoice_date": datetime(2026, 1, 1 + line // 3 % 28, 12),
                "country": ("Ireland", "France")[line % 2],
            }
            for line in range(900)
        )
    )
    rules = CleaningRules()
    return clean_purchases(raw.lazy(), rules), returns(raw.lazy(), rules)


@pytest.mark.parametrize("rows", [100, 300, 10_000])
def test_features_are_the_same_however_many_customers_are_looked_at_together(
    cleaned: tuple[pl.LazyFrame, pl.LazyFrame], rows: int
) -> None:
    whole = customers.customer_features(*cleaned, as_of=AS_OF, window_days=20).collect()
    assert whole.height > 50
    assert_frame_equal(
        batches.customer_features(*cleaned, as_of=AS_OF, window_days=20, rows=rows), whole, check_exact=True
    )


def test_nobody_is_no_customer(cleaned: tuple[pl.LazyFrame, pl.LazyFrame]) -> None:
    none = (frame.clear() for frame in cleaned)
    assert batches.customer_features(*none, as_of=AS_OF, window_days=20).is_empty()


def test_features_of_many_customers_say_how_far_they_are(
    cleaned: tuple[pl.LazyFrame, pl.LazyFrame],
) -> None:
    heard: list[tuple[str, int, int]] = []
    rows = cleaned[0].select(pl.len()).collect().item() // 3 + 1
    with progress.listening(lambda *step: heard.append(step)):
        batches.customer_features(*cleaned, as_of=AS_OF, window_days=20, rows=rows)
    assert heard == [(batches.LABEL, done, 3) for done in (1, 2, 3)]
